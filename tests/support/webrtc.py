"""Both ends of live video for tests: a broadcaster and a player, by aiortc."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import av
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from subgraphs.livestream.video.rooms import RoomState, VideoRooms
from tests.support.pattern import PatternTrack, step_of


class Peer:
    """A connection that offers; `tracks` are those it receives, by kind."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.ended = asyncio.Event()
        self.connection.on("track", lambda track: self.tracks.setdefault(track.kind, track))
        self.connection.on("connectionstatechange", self._changed)

    def _changed(self) -> None:
        if self.connection.connectionState in {"closed", "failed"}:
            self.ended.set()

    async def offer(self) -> str:
        """The SDP offer, with the candidates."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        """Apply the SDP answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def frame(self) -> av.VideoFrame:
        """The next decoded picture."""
        async with asyncio.timeout(60):
            frame = await self.tracks["video"].recv()
        assert isinstance(frame, av.VideoFrame)
        return frame

    async def steps(self, count: int) -> list[int]:
        """Which frames of the pattern the next pictures are; see `pattern.step_of`."""
        return [step_of(await self.frame()) for _ in range(count)]


@asynccontextmanager
async def broadcaster(*, audio: bool = False, codec: str = "VP8") -> AsyncIterator[Peer]:
    """A peer that sends the pattern."""
    peer = Peer()
    transceiver = peer.connection.addTransceiver(PatternTrack(160, 96), "sendonly")
    prefer(transceiver, "video", (codec,))
    if audio:
        peer.connection.addTransceiver(AudioStreamTrack(), "sendonly")
    try:
        yield peer
    finally:
        await peer.connection.close()


@asynccontextmanager
async def player(
    kinds: Sequence[str] = ("video", "audio"), codecs: Sequence[str] = ()
) -> AsyncIterator[Peer]:
    """A peer that receives."""
    peer = Peer()
    for kind in kinds:
        transceiver = peer.connection.addTransceiver(kind, "recvonly")
        if codecs and kind == "video":
            prefer(transceiver, kind, codecs)
    try:
        yield peer
    finally:
        await peer.connection.close()


def prefer(transceiver: object, kind: str, codecs: Sequence[str]) -> None:
    """Offer only these codecs."""
    names = {f"{kind}/{codec}".lower() for codec in codecs}
    known = RTCRtpSender.getCapabilities(kind).codecs
    wanted = [each for each in known if each.mimeType.lower() in names]
    transceiver.setCodecPreferences(wanted)  # type: ignore[attr-defined]


def in_order(steps: Sequence[int]) -> bool:
    """Whether each picture is later in the pattern than the one before it; a few may be lost."""
    return all(1 <= (later - earlier) % 24 <= 12 for earlier, later in pairwise(steps))


async def publish(rooms: VideoRooms, room: str, peer: Peer, session: str = "p") -> None:
    """Let the peer publish, and wait until the room is on air."""
    await peer.take(await rooms.publish(room, session, await peer.offer()))
    await until(rooms, room, on_air=True)


async def play(rooms: VideoRooms, room: str, peer: Peer, session: str = "v") -> None:
    """Let the peer play."""
    await peer.take(await rooms.play(room, session, await peer.offer()))


async def until(rooms: VideoRooms, room: str, **wanted: object) -> RoomState:
    """The room's state once it is as wanted."""
    async with asyncio.timeout(60):
        while True:
            state = (await rooms.states()).get(room)
            if state is not None and all(getattr(state, key) == wanted[key] for key in wanted):
                return state
            await asyncio.sleep(0.02)


async def until_gone(rooms: VideoRooms, room: str) -> None:
    """Wait until the room is no more."""
    async with asyncio.timeout(60):
        while True:
            if room not in await rooms.states():
                return
            await asyncio.sleep(0.02)
