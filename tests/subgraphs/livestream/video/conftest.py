"""Live video over real HTTP and UDP, and the graph that leads to it."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from subgraphs.livestream.video.app import create_app
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings
from subgraphs.shared.database import Database
from tests.support.listening import listening
from tests.support.ports import free_port
from tests.support.subgraphs import Caller
from tests.support.webrtc import Peer

KEY = b"a key for ingest tokens of tests"
MEDIA_SERVERS = ["relay", pytest.param("livekit", marks=pytest.mark.livekit)]
LIVEKIT = {
    "LIVEKIT_API_KEY": "devkey",
    "LIVEKIT_API_SECRET": "not-a-secret-not-a-secret-not-a-secret",
}


def room_settings(server: str) -> RoomSettings:
    """At most two rooms of two viewers, on a media server of that kind."""
    environment = {"VIDEO_ROOMS": "2", "VIDEO_VIEWERS": "2", "VIDEO_ADDRESSES": "127.0.0.1"}
    if server == "livekit":
        if "LIVEKIT_URL" not in os.environ:
            pytest.skip("LIVEKIT_URL names no server; see infra/local/livekit.sh")
        environment |= LIVEKIT | dict(os.environ)
    return RoomSettings.from_environment(environment)


class Studio:
    """The running application, and an HTTP client of it."""

    def __init__(self, app: Starlette, address: str, http: httpx.AsyncClient) -> None:
        self.app = app
        self.address = address
        self.http = http

    async def publish(self, url: str, token: str, peer: Peer) -> str:
        """Publish by WHIP; gives the session's URL."""
        return await self._join(url, peer, {"authorization": f"Bearer {token}"})

    async def play(self, url: str, peer: Peer) -> str:
        """Play by WHEP; gives the session's URL."""
        return await self._join(url, peer, {})

    async def _join(self, url: str, peer: Peer, headers: dict[str, str]) -> str:
        response = await self.post(url, await peer.offer(), **headers)
        assert response.status_code == 201, response.text
        assert response.headers["content-type"].startswith("application/sdp")
        await peer.take(response.text)
        return response.headers["location"]

    async def post(self, url: str, offer: str, **headers: str) -> httpx.Response:
        """An offer, as it is."""
        headers = {"content-type": "application/sdp"} | headers
        return await self.http.post(url, content=offer, headers=headers)


@pytest.fixture
async def studio(
    request: pytest.FixtureRequest,
    database: Database,
    call: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Studio]:
    """Live video over the same database as the graph, which is told where it is.

    On the relay, unless a test has it otherwise.
    """
    del call  # the same streams
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("VIDEO_URL", address)
    monkeypatch.setenv("VIDEO_KEY", KEY.decode())
    rooms = room_settings(getattr(request, "param", "relay"))
    app = create_app(database.url, VideoSettings(address=address, key=KEY), rooms)
    async with listening(app, port), httpx.AsyncClient(timeout=60) as http:
        yield Studio(app, address, http)
