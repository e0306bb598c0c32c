"""A host goes live with a picture, and a viewer of the whole store sees it."""

import asyncio

import httpx

from subgraphs.shared.demo import demo_id
from tests.support.store import Client, Store
from tests.support.webrtc import Peer, broadcaster, in_order, player

ROOM = demo_id("strm", 1)
START = """
mutation Start($room: ID!) {
  streamStart(streamId: $room) { whipUrl ingestToken userErrors { code message } }
}
"""
PLAYBACK = "query Playback($room: ID!) { stream(id: $room) { playback { whepUrl } } }"


async def join(http: httpx.AsyncClient, url: str, peer: Peer, **headers: str) -> str:
    """Exchange offer and answer; gives the session's URL."""
    headers["content-type"] = "application/sdp"
    response = await http.post(url, content=await peer.offer(), headers=headers)
    assert response.status_code == 201, response.text
    await peer.take(response.text)
    return response.headers["location"]


async def playback(viewer: Client, *, on_air: bool) -> str | None:
    """The room's `whepUrl` once there is one, or once there is none."""
    async with asyncio.timeout(60):
        while True:
            found = (await viewer.data(PLAYBACK, room=ROOM))["stream"]["playback"]
            if (found is not None) is on_air:
                return found and str(found["whepUrl"])
            await asyncio.sleep(0.05)


async def test_a_viewer_sees_what_a_host_publishes(store: Store):
    async with (
        store.client("host") as host,
        store.client("shopper") as shopper,
        httpx.AsyncClient(timeout=60) as http,
        broadcaster(audio=True) as camera,
        player() as screen,
    ):
        started = (await host.data(START, room=ROOM))["streamStart"]
        assert started["userErrors"] == []
        token = f"Bearer {started['ingestToken']}"
        session = await join(http, started["whipUrl"], camera, authorization=token)
        url = await playback(shopper, on_air=True)
        assert url is not None
        await join(http, url, screen)
        assert in_order(await screen.steps(15))
        assert (await http.delete(session)).status_code == 200
        assert await playback(shopper, on_air=False) is None


async def test_a_shopper_cannot_publish(store: Store):
    async with store.client("shopper") as shopper:
        answer = await shopper.answer(START, room=ROOM)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
