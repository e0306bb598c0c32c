"""Live video over real HTTP and UDP, and the graph that leads to it."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from subgraphs.livestream.video.app import create_app
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings
from subgraphs.shared.database import Database
from tests.support.listening import listening
from tests.support.subgraphs import Caller
from tests.support.webrtc import Peer

KEY = b"a key for ingest tokens of tests"


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
    database: Database, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Studio]:
    """Live video over the same database as the graph, which is told where it is."""
    del call  # the same streams
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("VIDEO_URL", address)
    monkeypatch.setenv("VIDEO_KEY", KEY.decode())
    rooms = RoomSettings(addresses=("127.0.0.1",), rooms=2, viewers=2)
    app = create_app(database.url, VideoSettings(address=address, key=KEY), rooms)
    async with listening(app, port), httpx.AsyncClient(timeout=20) as http:
        yield Studio(app, address, http)
