"""What both media servers do: the relay in this process, and a real LiveKit server."""

import asyncio
from collections.abc import AsyncIterator

import av
import pytest

from subgraphs.livestream.video.app import open_rooms
from subgraphs.livestream.video.rooms import (
    AlreadyPublished,
    AtCapacity,
    NotOnAir,
    OfferRefused,
    VideoRooms,
)
from subgraphs.shared.ids import new_id
from tests.subgraphs.livestream.video.conftest import MEDIA_SERVERS, room_settings
from tests.support.webrtc import (
    broadcaster,
    in_order,
    play,
    player,
    publish,
    until,
    until_gone,
)


@pytest.fixture(params=MEDIA_SERVERS)
async def rooms(request: pytest.FixtureRequest) -> AsyncIterator[VideoRooms]:
    """At most two rooms of two viewers."""
    async with open_rooms(room_settings(request.param)) as opened:
        yield opened


@pytest.fixture
def room() -> str:
    return new_id("strm")


async def test_a_viewer_decodes_the_frames_of_a_published_track_in_order(
    rooms: VideoRooms, room: str
):
    async with broadcaster() as host, player(["video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        assert in_order(await viewer.steps(30))


async def test_sound_comes_with_the_picture(rooms: VideoRooms, room: str):
    async with broadcaster(audio=True) as host, player() as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        await viewer.frame()
        async with asyncio.timeout(60):
            assert isinstance(await viewer.tracks["audio"].recv(), av.AudioFrame)


@pytest.mark.parametrize("audio", [True, False])
async def test_a_viewer_may_ask_for_sound_before_the_picture(
    rooms: VideoRooms, room: str, audio: bool
):
    async with broadcaster(audio=audio) as host, player(["audio", "video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        assert in_order(await viewer.steps(5))


async def test_h264_is_passed_on_as_it_is(rooms: VideoRooms, room: str):
    async with broadcaster(codec="H264") as host, player(["video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        assert in_order(await viewer.steps(5))


async def test_a_viewer_who_comes_later_begins_with_a_whole_picture(rooms: VideoRooms, room: str):
    async with broadcaster() as host, player(["video"]) as first, player(["video"]) as second:
        await publish(rooms, room, host)
        await play(rooms, room, first, "v1")
        await first.steps(20)
        await play(rooms, room, second, "v2")
        assert in_order(await second.steps(5))
        assert in_order(await first.steps(5))
        await until(rooms, room, viewers=2)


async def test_a_room_has_one_publisher(rooms: VideoRooms, room: str):
    async with broadcaster() as host, broadcaster() as another, player(["video"]) as viewer:
        await publish(rooms, room, host)
        with pytest.raises(AlreadyPublished):
            await rooms.publish(room, "p2", await another.offer())
        await play(rooms, room, viewer)
        assert in_order(await viewer.steps(3))


async def test_there_is_nothing_to_play_before_something_is_published(rooms: VideoRooms, room: str):
    async with player() as viewer:
        with pytest.raises(NotOnAir):
            await rooms.play(room, "v", await viewer.offer())


async def test_rooms_and_viewers_are_bounded(rooms: VideoRooms, room: str):
    async with broadcaster() as host, broadcaster() as other, broadcaster() as third:
        await publish(rooms, room, host)
        await publish(rooms, new_id("strm"), other)
        with pytest.raises(AtCapacity):
            await rooms.publish(new_id("strm"), "p", await third.offer())
        async with player() as first, player() as second, player() as late:
            await play(rooms, room, first, "v1")
            await play(rooms, room, second, "v2")
            with pytest.raises(AtCapacity):
                await rooms.play(room, "v3", await late.offer())


async def test_with_the_publisher_goes_the_room(rooms: VideoRooms, room: str):
    async with broadcaster() as host, player(["video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        await viewer.frame()
        assert await rooms.has(room, "p")
        assert await rooms.leave(room, "p")
        await until_gone(rooms, room)
        async with asyncio.timeout(60):
            await viewer.ended.wait()
        assert not await rooms.leave(room, "p")
        assert not await rooms.has(room, "p")
    async with broadcaster() as again:
        await publish(rooms, room, again, "p2")


async def test_a_publisher_who_hangs_up_has_left(rooms: VideoRooms, room: str):
    async with broadcaster() as host:
        await publish(rooms, room, host)
    await until_gone(rooms, room)


async def test_a_viewer_who_leaves_makes_room_for_another(rooms: VideoRooms, room: str):
    async with broadcaster() as host, player(["video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        await viewer.frame()
        await until(rooms, room, viewers=1)
        assert await rooms.has(room, "v")
        assert await rooms.leave(room, "v")
        await until(rooms, room, viewers=0)
        assert not await rooms.leave(room, "v")


async def test_closing_a_room_sends_everybody_away(rooms: VideoRooms, room: str):
    async with broadcaster() as host, player(["video"]) as viewer:
        await publish(rooms, room, host)
        await play(rooms, room, viewer)
        await viewer.frame()
        await rooms.close(room)
        await until_gone(rooms, room)
        async with asyncio.timeout(60):
            await viewer.ended.wait()
            await host.ended.wait()


@pytest.mark.parametrize(
    ("offer", "malformed"),
    [
        ("", True),
        ("not SDP at all", True),
        ("v=0\r\ns=-\r\n", True),
        ("v=0\r\ns=-\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", False),
        ("v=0\r\ns=-\r\nm=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\na=recvonly\r\n", False),
        ("v=0\r\nm=video 9 X 1\r\na=rtpmap:1 VP8/90000\r\nm=video 9 X 1\r\n", False),
    ],
)
async def test_what_cannot_be_published_is_refused(
    rooms: VideoRooms, room: str, offer: str, malformed: bool
):
    with pytest.raises(OfferRefused) as refused:
        await rooms.publish(room, "p", offer)
    assert refused.value.malformed is malformed
    assert room not in await rooms.states()
