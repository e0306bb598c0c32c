"""A picture without a camera: one colour all over, whose brightness counts the frames."""

import av
from aiortc import VideoStreamTrack

_STEPS = 24
_DARKEST, _STEP = 32, 8
_HUES = ((90, 240), (54, 34), (240, 110), (166, 16), (202, 222), (16, 146))
"""Pairs of U and V, one after the other: blue, green, red and between."""


class PatternTrack(VideoStreamTrack):
    """Frames of the pattern, 30 in a second, in `width` times `height` pixels, both even."""

    def __init__(self, width: int = 320, height: int = 180) -> None:
        super().__init__()
        self._size = (width, height)
        self.frames = 0

    async def recv(self) -> av.VideoFrame:
        """The next frame, when it is due."""
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(*self._size, "yuv420p")
        u, v = _HUES[self.frames // _STEPS % len(_HUES)]
        for plane, value in zip(frame.planes, (brightness(self.frames), u, v), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        self.frames += 1
        frame.pts = pts
        frame.time_base = time_base
        return frame


def brightness(n: int) -> int:
    """The luma of frame n."""
    return _DARKEST + n % _STEPS * _STEP


def step_of(frame: av.VideoFrame) -> int:
    """Which frame of the pattern this is, modulo 24, after however lossy a journey."""
    plane = frame.planes[0]
    middle = bytes(plane)[plane.line_size * (frame.height // 2) + frame.width // 2]
    return round((middle - _DARKEST) / _STEP) % _STEPS
