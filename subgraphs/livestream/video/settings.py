"""What live video is told by its environment."""

import os
from collections.abc import Mapping

import msgspec

from subgraphs.livestream.settings import SettingInvalid


class VideoSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where clients reach the endpoints (a URL without a slash at its end), and the tokens' key."""

    address: str
    key: bytes

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ
    ) -> "VideoSettings | None":
        """Read VIDEO_URL and VIDEO_KEY; None where there is no live video.

        Raises:
            SettingInvalid: there is a VIDEO_URL, but no VIDEO_KEY of 16 characters or more.
        """
        address = environment.get("VIDEO_URL", "").rstrip("/")
        if not address:
            return None
        key = environment.get("VIDEO_KEY", "")
        if len(key) < 16:
            raise SettingInvalid("VIDEO_KEY, with which VIDEO_URL needs to come, is too short.")
        return cls(address=address, key=key.encode())


class LiveKitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A LiveKit server, as its other clients know it."""

    url: str
    key: str
    secret: str


class RoomSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which media server, and how much is asked of it. `addresses` are for the relay alone."""

    livekit: LiveKitSettings | None = None
    addresses: tuple[str, ...] = ()
    rooms: int = 8
    viewers: int = 32

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "RoomSettings":
        """Read LIVEKIT_URL with LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and the limits.

        Raises:
            SettingInvalid: names the variable.
        """
        addresses = environment.get("VIDEO_ADDRESSES", "").replace(",", " ").split()
        return cls(
            livekit=_livekit(environment),
            addresses=tuple(addresses),
            rooms=_count(environment, "VIDEO_ROOMS", 8),
            viewers=_count(environment, "VIDEO_VIEWERS", 32),
        )


def _livekit(environment: Mapping[str, str]) -> LiveKitSettings | None:
    url = environment.get("LIVEKIT_URL", "").rstrip("/")
    if not url:
        return None
    values = {}
    for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        values[name] = environment.get(name, "")
        if not values[name]:
            raise SettingInvalid(f"{name}, with which LIVEKIT_URL needs to come, is not set.")
    # Its clients are told a WebSocket's URL; we only speak HTTP with it.
    plain = "http" + url[2:] if url.startswith(("ws://", "wss://")) else url
    return LiveKitSettings(
        url=plain, key=values["LIVEKIT_API_KEY"], secret=values["LIVEKIT_API_SECRET"]
    )


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise SettingInvalid(f"{name} is a number from 1 to 100000; not {text!r}.")
    return int(text)
