"""What the environment says, and what is missing in it."""

import pytest

from subgraphs.livestream.settings import SettingInvalid
from subgraphs.livestream.video.__main__ import main
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings

KEY = "0123456789abcdef"


def test_without_an_address_there_is_no_live_video():
    assert VideoSettings.from_environment({"VIDEO_KEY": KEY}) is None


def test_an_address_needs_a_key():
    given = {"VIDEO_URL": "http://127.0.0.1:4002/"}
    for key in ({}, {"VIDEO_KEY": "short"}):
        with pytest.raises(SettingInvalid, match="VIDEO_KEY"):
            VideoSettings.from_environment(given | key)
    video = VideoSettings.from_environment(given | {"VIDEO_KEY": KEY})
    assert video == VideoSettings(address="http://127.0.0.1:4002", key=KEY.encode())


def test_rooms_are_on_the_relay_unless_a_livekit_server_is_named():
    assert RoomSettings.from_environment({}) == RoomSettings()
    given = {"VIDEO_ADDRESSES": "127.0.0.1, ::1", "VIDEO_ROOMS": "3", "VIDEO_VIEWERS": "5"}
    assert RoomSettings.from_environment(given) == RoomSettings(
        addresses=("127.0.0.1", "::1"), rooms=3, viewers=5
    )


@pytest.mark.parametrize(
    ("given", "asked"),
    [("wss://live.example", "https://live.example"), ("http://lk:7880/", "http://lk:7880")],
)
def test_livekit_is_named_by_either_of_its_urls(given: str, asked: str):
    keys = {"LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "secret"}
    settings = RoomSettings.from_environment({"LIVEKIT_URL": given} | keys)
    assert settings.livekit is not None
    assert settings.livekit.url == asked


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"LIVEKIT_URL": "http://lk"}, "LIVEKIT_API_KEY"),
        ({"LIVEKIT_URL": "http://lk", "LIVEKIT_API_KEY": "k"}, "LIVEKIT_API_SECRET"),
        ({"VIDEO_ROOMS": "0"}, "VIDEO_ROOMS"),
        ({"VIDEO_VIEWERS": "many"}, "VIDEO_VIEWERS"),
    ],
)
def test_what_makes_no_sense_is_named(given: dict[str, str], name: str):
    with pytest.raises(SettingInvalid, match=name):
        RoomSettings.from_environment(given)


def test_the_service_tells_what_it_misses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name in ("DATABASE_URL", "VIDEO_URL", "VIDEO_KEY", "LIVEKIT_URL"):
        monkeypatch.delenv(name, raising=False)
    assert main(["serve"]) == 2
    assert "VIDEO_URL" in capsys.readouterr().err
    monkeypatch.setenv("VIDEO_URL", "http://127.0.0.1")
    assert main(["serve"]) == 2
    assert "VIDEO_KEY" in capsys.readouterr().err
