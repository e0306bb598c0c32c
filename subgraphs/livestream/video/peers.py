"""WebRTC connections by aiortc, and the things it has no name for.

aiortc decodes what it receives and encodes what it sends. A relay wants neither. Only this file
reaches behind aiortc's names: for encoded frames, for key frames (asked for by a viewer, asked of a
publisher), and for the addresses to listen on. `test_relay` fails where a release changes them.
"""

import queue
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
)

from subgraphs.livestream.video.rooms import OfferRefused

# Not MAX_BUNDLE: with it, aiortc stops the transport of sections that are offered in another order.
_CONFIGURATION = RTCConfiguration(iceServers=[])
OnFrame = Callable[[bytes, int], None]


def new_connection() -> RTCPeerConnection:
    """A connection that asks no STUN server."""
    return RTCPeerConnection(_CONFIGURATION)


def capabilities(kind: str, codec: str) -> list[RTCRtpCodecCapability]:
    """A codec in all its profiles, and retransmission."""
    wanted = {f"{kind}/{codec}".lower(), f"{kind}/rtx"}
    known = RTCRtpSender.getCapabilities(kind).codecs
    return [each for each in known if each.mimeType.lower() in wanted]


async def take_offer(connection: RTCPeerConnection, sdp: str) -> None:
    """Make the offer the connection's.

    Raises:
        OfferRefused: aiortc cannot.
    """
    try:
        await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
    except Exception as error:
        # It parses by assertions, indexes and conversions, whose failures have no class in common.
        raise OfferRefused("The SDP offer cannot be answered.", malformed=True) from error


async def answer(connection: RTCPeerConnection, addresses: Sequence[str]) -> str:
    """The SDP answer, with all candidates; listens on `addresses`, without any on all there are."""
    if addresses:
        _listen_on(connection, addresses)
    await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription.sdp


def tap(receiver: RTCRtpReceiver, on_frame: OnFrame, on_end: Callable[[], None]) -> None:
    """Have each encoded frame given to `on_frame` in place of decoding it; before media flow."""
    name = "_RTCRtpReceiver__decoder_queue"
    if not hasattr(receiver, name):
        raise RuntimeError("This aiortc keeps its encoded frames elsewhere.")
    setattr(receiver, name, _Tap(on_frame, on_end))


def on_key_wanted(sender: RTCRtpSender, ask: Callable[[], None]) -> None:
    """Call `ask` where the other side reports a lost picture (RFC 4585 section 6.3.1)."""
    if not hasattr(sender, "_send_keyframe"):
        raise RuntimeError("This aiortc is asked for key frames elsewhere.")
    sender._send_keyframe = ask  # type: ignore[method-assign]  # noqa: SLF001


async def ask_for_key(receiver: RTCRtpReceiver) -> None:
    """Tell the other side that a picture was lost, so that it sends a whole one."""
    for source in receiver.getSynchronizationSources():
        await receiver._send_rtcp_pli(source.source)  # noqa: SLF001


class _Tap(queue.Queue[Any]):
    """In place of a decoder's queue; the decoder's thread gets only the word to end."""

    def __init__(self, on_frame: OnFrame, on_end: Callable[[], None]) -> None:
        super().__init__()
        self._on_frame = on_frame
        self._on_end = on_end

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Called by the receiver, on the event loop."""
        if item is None:
            super().put(None, block, timeout)
            self._on_end()
        else:
            _, encoded = item
            self._on_frame(encoded.data, encoded.timestamp)


def _listen_on(connection: RTCPeerConnection, addresses: Sequence[str]) -> None:
    for transceiver in connection.getTransceivers():
        ice = transceiver.receiver.transport.transport.iceGatherer._connection  # noqa: SLF001
        gather = type(ice).get_component_candidates
        chosen = partial(_gather, gather, ice, list(addresses))
        ice.get_component_candidates = chosen  # type: ignore[method-assign]


async def _gather(
    gather: Any, ice: Any, chosen: list[str], component: int, addresses: list[str]
) -> Any:
    del addresses  # those of every network that the machine is in
    return await gather(ice, component=component, addresses=chosen)
