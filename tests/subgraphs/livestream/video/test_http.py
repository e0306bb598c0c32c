"""WHIP (RFC 9725) and WHEP on the wire: status codes, headers, problem bodies (RFC 9457)."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from subgraphs.livestream.video.app import create_app
from subgraphs.livestream.video.http import MAX_OFFER
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings
from subgraphs.livestream.video.tokens import LIFETIME, Ingest, mint
from tests.subgraphs.livestream import acts
from tests.subgraphs.livestream.video.conftest import KEY, MEDIA_SERVERS, Studio
from tests.subgraphs.livestream.video.test_graph import until_played
from tests.support.listening import listening
from tests.support.subgraphs import Caller
from tests.support.webrtc import broadcaster, player


@pytest.fixture
async def room(call: Caller) -> acts.Room:
    """A room on air."""
    return await acts.room(call)


def token(stream: str, host: str = acts.HOST, **others: Any) -> str:
    return mint(KEY, Ingest(stream, host), **others)


def urls(studio: Studio, room: acts.Room) -> tuple[str, str]:
    return f"{studio.address}/whip/{room.id}", f"{studio.address}/whep/{room.id}"


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer that must be a problem, readable from any page."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["code"]


@pytest.mark.parametrize("studio", MEDIA_SERVERS, indirect=True)
async def test_a_session_has_a_url_of_its_own_and_ends_when_it_is_deleted(
    studio: Studio, room: acts.Room, call: Caller
):
    whip, whep = urls(studio, room)
    async with broadcaster() as host, player(["video"]) as viewer:
        session = await studio.publish(whip, token(room.id), host)
        assert session.startswith(f"{whip}/")
        await until_played(call, room.id, on_air=True)
        watching = await studio.play(whep, viewer)
        await viewer.frame()

        assert (await studio.http.delete(watching)).status_code == 200
        async with asyncio.timeout(60):
            await viewer.ended.wait()
        assert problem(await studio.http.delete(watching)) == (404, "NOT_FOUND")
        assert (await studio.http.delete(session)).status_code == 200
        async with asyncio.timeout(60):
            await host.ended.wait()
        await until_played(call, room.id, on_air=False)


async def test_later_candidates_are_taken_and_a_restart_is_not(studio: Studio, room: acts.Room):
    whip, _ = urls(studio, room)
    async with broadcaster() as host:
        headers = {"authorization": f"Bearer {token(room.id)}"}
        begun = await studio.post(whip, await host.offer(), **headers)
        session, etag = begun.headers["location"], begun.headers["etag"]
        assert begun.headers["accept-patch"] == "application/trickle-ice-sdpfrag"

        async def patch(**headers: str) -> httpx.Response:
            headers = {"content-type": "application/trickle-ice-sdpfrag"} | headers
            headers = {name.replace("_", "-"): text for name, text in headers.items()}
            body = "a=ice-ufrag:abcd\r\nm=video 9 X 0\r\na=mid:0\r\na=end-of-candidates\r\n"
            return await studio.http.patch(session, content=body, headers=headers)

        assert (await patch(if_match=etag)).status_code == 204
        assert problem(await patch()) == (428, "PRECONDITION_REQUIRED")
        assert problem(await patch(if_match='"x"')) == (412, "PRECONDITION_FAILED")
        assert problem(await patch(if_match="*")) == (501, "NOT_IMPLEMENTED")
        refused = await patch(**{"content-type": "text/plain", "if-match": etag})
        assert problem(refused) == (415, "UNSUPPORTED_MEDIA_TYPE")
        await studio.http.delete(session)
        assert problem(await patch(if_match=etag)) == (404, "NOT_FOUND")


async def test_only_the_host_of_this_stream_may_publish_it_and_only_for_an_hour(
    studio: Studio, room: acts.Room, call: Caller
):
    whip, _ = urls(studio, room)
    other = await acts.room(call)
    async with broadcaster() as host:
        offer = await host.offer()
        long_ago = time.time() - LIFETIME
        for refused in (
            "",
            "Bearer",
            "Basic eA==",
            f"Basic {token(room.id)}",
            "Bearer x.y.z",
            f"Bearer {token(other.id)}",
            f"Bearer {token(room.id, acts.OTHER_HOST)}",
            f"Bearer {token(room.id, clock=lambda: long_ago)}",
            f"Bearer {mint(b'the key of somebody else', Ingest(room.id, acts.HOST))}",
        ):
            response = await studio.post(whip, offer, authorization=refused)
            assert problem(response) == (401, "UNAUTHENTICATED"), refused
            assert response.headers["www-authenticate"].startswith("Bearer")
        response = await studio.post(whip, offer, authorization=f"Bearer {token(room.id)}")
        assert response.status_code == 201


async def test_a_stream_has_one_publisher(studio: Studio, room: acts.Room):
    whip, _ = urls(studio, room)
    async with broadcaster() as host, broadcaster() as second:
        await studio.publish(whip, token(room.id), host)
        headers = {"authorization": f"Bearer {token(room.id)}"}
        refused = await studio.post(whip, await second.offer(), **headers)
        assert problem(refused) == (409, "ALREADY_PUBLISHED")


async def test_a_stream_must_be_live_and_published_to_be_played(
    studio: Studio, room: acts.Room, call: Caller
):
    announced = await acts.room(call, live=False)
    async with player(["video"]) as viewer, broadcaster() as host:
        wanted, offered = await viewer.offer(), await host.offer()
        _, quiet = urls(studio, room)
        refused = await studio.post(quiet, wanted)
        assert problem(refused) == (409, "NOT_ON_AIR")
        assert refused.headers["retry-after"] == "2"
        whip, whep = urls(studio, announced)
        assert problem(await studio.post(whep, wanted)) == (409, "STREAM_NOT_LIVE")
        headers = {"authorization": f"Bearer {token(announced.id)}"}
        assert problem(await studio.post(whip, offered, **headers)) == (409, "STREAM_NOT_LIVE")
        nowhere = f"{studio.address}/whep/strm_none"
        assert problem(await studio.post(nowhere, wanted)) == (404, "NOT_FOUND")


async def test_viewers_beyond_the_limit_are_told_to_come_later(
    studio: Studio, room: acts.Room, call: Caller
):
    whip, whep = urls(studio, room)
    async with broadcaster() as host, player() as one, player() as two, player() as three:
        await studio.publish(whip, token(room.id), host)
        await until_played(call, room.id, on_air=True)
        await studio.play(whep, one)
        await studio.play(whep, two)
        refused = await studio.post(whep, await three.offer())
        assert problem(refused) == (503, "AT_CAPACITY")
        assert refused.headers["retry-after"] == "30"


@pytest.mark.parametrize("way", ["whip", "whep"])
async def test_what_is_no_offer_is_refused(studio: Studio, room: acts.Room, way: str):
    url = f"{studio.address}/{way}/{room.id}"
    headers = {"authorization": f"Bearer {token(room.id)}"}

    async def code(content: bytes | str, **others: str) -> tuple[int, str]:
        sent = {"content-type": "application/sdp"} | headers | others
        return problem(await studio.http.post(url, content=content, headers=sent))

    assert await code("v=0", **{"content-type": "text/plain"}) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert await code("") == (400, "OFFER_REFUSED")
    assert await code(b"\xff\xfe") == (400, "OFFER_REFUSED")
    assert await code("v=0\r\ns=-\r\n") == (400, "OFFER_REFUSED")
    assert await code("x" * (MAX_OFFER + 1)) == (413, "PAYLOAD_TOO_LARGE")
    data = "v=0\r\ns=-\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
    assert await code(data) == (422, "OFFER_REFUSED")


@pytest.mark.parametrize("way", ["whip", "whep"])
async def test_pages_of_any_origin_may_ask(studio: Studio, way: str):
    for url in (f"{studio.address}/{way}/strm_1", f"{studio.address}/{way}/strm_1/session"):
        response = await studio.http.options(url)
        assert response.status_code == 204
        assert response.headers["accept-post"] == "application/sdp"
        assert response.headers["access-control-allow-origin"] == "*"
        assert "Authorization" in response.headers["access-control-allow-headers"]
        assert "PATCH" in response.headers["access-control-allow-methods"]


@pytest.mark.parametrize("studio", MEDIA_SERVERS, indirect=True)
async def test_metrics_count_rooms_publishers_and_viewers(
    studio: Studio, room: acts.Room, call: Caller
):
    whip, whep = urls(studio, room)
    async with broadcaster() as host, player(["video"]) as viewer:
        await studio.publish(whip, token(room.id), host)
        await until_played(call, room.id, on_air=True)
        await studio.play(whep, viewer)
        async with asyncio.timeout(60):
            while True:
                text = (await studio.http.get(f"{studio.address}/metrics")).text
                if "livestream_video_viewers 1.0" in text:
                    break
                await asyncio.sleep(0.05)
    assert "livestream_video_rooms 1.0" in text
    assert "livestream_video_publishers 1.0" in text
    assert 'livestream_video_sessions_total{way="whep"} 1.0' in text


async def test_without_its_database_it_says_so_and_stays_up():
    video = VideoSettings(address="http://127.0.0.1", key=KEY)
    app = create_app("postgresql://nobody@127.0.0.1:1/none", video, RoomSettings())
    async with listening(app) as port, httpx.AsyncClient(timeout=60) as http, player() as viewer:
        whep, sdp = f"http://127.0.0.1:{port}/whep/strm_1", {"content-type": "application/sdp"}
        for _ in range(2):
            refused = await http.post(whep, content=await viewer.offer(), headers=sdp)
            assert problem(refused) == (503, "UNAVAILABLE")
        assert (await http.get(f"http://127.0.0.1:{port}/health")).status_code == 200


@pytest.mark.parametrize("page", ["watch", "publish"])
async def test_a_page_loads_nothing_from_elsewhere(studio: Studio, page: str):
    response = await studio.http.get(f"{studio.address}/{page}/strm_1")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy
    for name in ("video.css", f"{page}.js", "webrtc.js"):
        assert (await studio.http.get(f"{studio.address}/assets/{name}")).status_code == 200
    for name in ("app.py", "..%2fapp.py", "none.js"):
        assert (await studio.http.get(f"{studio.address}/assets/{name}")).status_code == 404
