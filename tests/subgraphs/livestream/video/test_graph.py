"""From the graph to the picture and back: what hosts and viewers do, over real HTTP and UDP."""

import asyncio
from typing import Any

import pytest

from subgraphs.livestream.video.settings import VideoSettings
from subgraphs.shared.database import Database
from tests.subgraphs.livestream import acts
from tests.subgraphs.livestream.video.conftest import MEDIA_SERVERS, Studio
from tests.support.subgraphs import Caller
from tests.support.webrtc import broadcaster, in_order, player

START = """
    mutation ($id: ID!) {
        streamStart(streamId: $id) { whipUrl ingestToken userErrors { code } stream { state } }
    }
"""
PLAYBACK = "query ($id: ID!) { stream(id: $id) { state playback { whepUrl } } }"


async def start(call: Caller, stream: str, host: str = acts.HOST) -> dict[str, Any]:
    return await acts.do(call, START, {"id": stream}, host)


async def playback(call: Caller, stream: str) -> str | None:
    """Where the stream can be played."""
    found = (await call.data(PLAYBACK, {"id": stream}))["stream"]["playback"]
    return found and str(found["whepUrl"])


async def until_played(call: Caller, stream: str, *, on_air: bool) -> str | None:
    """The stream's `whepUrl` once there is one, or once there is none."""
    async with asyncio.timeout(60):
        while True:
            url = await playback(call, stream)
            if (url is not None) is on_air:
                return url
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("studio", MEDIA_SERVERS, indirect=True)
async def test_a_host_starts_publishes_and_ends_and_a_viewer_sees_the_picture_meanwhile(
    call: Caller, studio: Studio
):
    room = await acts.room(call, live=False)
    started = await start(call, room.id)
    assert started["stream"]["state"] == "LIVE"
    assert await playback(call, room.id) is None
    async with broadcaster() as host, player(["video"]) as viewer:
        await studio.publish(started["whipUrl"], started["ingestToken"], host)
        url = await until_played(call, room.id, on_air=True)
        assert url == f"{studio.address}/whep/{room.id}"
        await studio.play(url, viewer)
        assert in_order(await viewer.steps(15))

        await room.end()
        assert await playback(call, room.id) is None
        async with asyncio.timeout(60):
            await host.ended.wait()
            await viewer.ended.wait()


async def test_when_the_host_stops_sending_there_is_nothing_to_play_until_it_sends_again(
    call: Caller, studio: Studio
):
    room = await acts.room(call)
    started = await start(call, room.id)
    async with broadcaster() as host:
        await studio.publish(started["whipUrl"], started["ingestToken"], host)
        await until_played(call, room.id, on_air=True)
    await until_played(call, room.id, on_air=False)
    again = await start(call, room.id)
    async with broadcaster() as host:
        await studio.publish(again["whipUrl"], again["ingestToken"], host)
        await until_played(call, room.id, on_air=True)


async def test_who_may_not_start_a_stream_gets_no_token(call: Caller, studio: Studio):
    room = await acts.room(call)
    started = await start(call, room.id, acts.OTHER_HOST)
    assert [error["code"] for error in started["userErrors"]] == ["FORBIDDEN"]
    assert started["whipUrl"] is None
    assert started["ingestToken"] is None


async def test_a_store_without_live_video_starts_streams_all_the_same(call: Caller):
    assert VideoSettings.from_environment({}) is None
    room = await acts.room(call, live=False)
    started = await start(call, room.id)
    assert started["stream"]["state"] == "LIVE"
    assert started["whipUrl"] is None
    assert await playback(call, room.id) is None


async def test_the_playback_of_a_list_costs_one_statement(call: Caller, database: Database):
    query = "{ streams(first: 50) { nodes { id playback { whepUrl } } } }"
    for _ in range(2):
        await acts.room(call)
    with database.statements() as few:
        await call.data(query)
    for _ in range(5):
        await acts.room(call)
    with database.statements() as many:
        await call.data(query)
    assert len(many) == len(few)
