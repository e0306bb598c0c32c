"""Passes encoded frames from one publisher's track to each viewer, as they came.

Nothing is decoded: a viewer costs packets and encryption, about one percent of a core, where
encoding for each would cost a great part of one. So a viewer can only begin at a key frame: it is
held back until the next, which the publisher is asked for.
"""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import msgspec
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

_BACKLOG = 64
"""Frames that wait for a viewer, about two seconds; then the viewer goes on at a key frame."""


class Frame(msgspec.Struct, frozen=True):
    """One encoded frame; `timestamp` counts ticks of the codec's clock."""

    data: bytes
    timestamp: int
    is_key: bool


class ViewerTrack(MediaStreamTrack):
    """What a viewer is sent of one track."""

    def __init__(self, kind: str, clock_rate: int) -> None:
        super().__init__()
        self.kind = kind
        self.waits_for_key = kind == "video"
        self._time_base = Fraction(1, clock_rate)
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_BACKLOG)

    def push(self, frame: Frame) -> None:
        """Give it a frame; drops those that the viewer cannot show or does not keep up with."""
        if self.waits_for_key and not frame.is_key:
            return
        if self._frames.full():
            self._drop_backlog()
            if not frame.is_key:
                return
        self.waits_for_key = False
        self._frames.put_nowait(frame)

    async def recv(self) -> "av.Packet[Any]":
        """The next frame, for aiortc's sender, which takes encoded ones as packets."""
        frame = await self._frames.get()
        if frame is None or self.readyState != "live":
            raise MediaStreamError
        packet = av.Packet(frame.data)
        packet.pts = frame.timestamp
        packet.time_base = self._time_base
        return packet

    def _drop_backlog(self) -> None:
        while not self._frames.empty():
            self._frames.get_nowait()
        self.waits_for_key = self.kind == "video"


class Feed:
    """One track of a room: where its frames come in, and to whom they go."""

    def __init__(self, kind: str, codec: str, clock_rate: int, ask_for_key: Callable[[], None]):
        self.kind = kind
        self.codec = codec
        self._clock_rate = clock_rate
        self.ask_for_key = ask_for_key
        self._tracks: set[ViewerTrack] = set()
        self.frames = 0

    @property
    def needs_key(self) -> bool:
        """Whether a viewer waits for a key frame."""
        return any(track.waits_for_key for track in self._tracks)

    def open(self) -> ViewerTrack:
        """A track for one more viewer."""
        track = ViewerTrack(self.kind, self._clock_rate)
        self._tracks.add(track)
        return track

    def drop(self, track: ViewerTrack) -> None:
        """The viewer has gone."""
        self._tracks.discard(track)

    def begin(self) -> None:
        """A viewer can receive now."""
        if self.needs_key:
            self.ask_for_key()

    def push(self, data: bytes, timestamp: int) -> None:
        """A frame came from the publisher."""
        self.frames += 1
        frame = Frame(data, timestamp, is_key_frame(self.codec, data))
        for track in self._tracks:
            track.push(frame)
        if self.needs_key:
            self.ask_for_key()


def is_key_frame(codec: str, data: bytes) -> bool:
    """Whether decoding can begin here.

    VP8: the inverse key frame bit (RFC 6386 section 9.1). H264, as Annex B: a sequence parameter
    set (7) or an IDR slice (5). Audio: always.
    """
    match codec:
        case "VP8":
            return bool(data) and data[0] & 1 == 0
        case "H264":
            start = data.find(b"\x00\x00\x01")
            while start >= 0 and start + 3 < len(data):
                if data[start + 3] & 0x1F in {5, 7}:
                    return True
                start = data.find(b"\x00\x00\x01", start + 3)
            return False
        case _:
            return True
