"""Live video in the one-machine store: mounted beside the gateway, at `/video`."""

from starlette.applications import Starlette

from fusion.home import Home
from subgraphs.livestream.video.app import create_app
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings

PATH = "/video"


def video_environment(home: Home, host: str, port: int) -> dict[str, str]:
    """What the graph and the endpoints read. Media listen where the store does."""
    everywhere = host in {"", "0.0.0.0", "::"}  # noqa: S104 (asked for, not done here)
    return {
        "VIDEO_URL": f"http://{host}:{port}{PATH}",
        "VIDEO_KEY": home.secret("video"),
        "VIDEO_ADDRESSES": "" if everywhere else "127.0.0.1" if host == "localhost" else host,
    }


def video_app(url: str) -> Starlette:
    """The endpoints, on aiortc, or on the server that LIVEKIT_URL names.

    Raises:
        SettingInvalid: names the variable.
    """
    video = VideoSettings.from_environment()
    if video is None:
        raise RuntimeError("The environment was not set.")
    return create_app(url, video, RoomSettings.from_environment())
