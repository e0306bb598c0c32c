"""Subscriptions at a subgraph of the reference servers, `graphql-ws` and `graphql-sse`."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.app import create_app
from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from tests.interop.conftest import FOLDER
from tests.support.listening import listening
from tests.support.live import over_sse, over_websocket
from tests.support.patience import patient

SDL = """
type Query { unused: Int }
type Subscription { sales(count: Int!, fails: Boolean, stays: Boolean): Sale! }
type Sale { amount: Int! }
"""
SALES = """subscription ($count: Int!, $fails: Boolean, $stays: Boolean) {
  sales(count: $count, fails: $fails, stays: $stays) { amount }
}"""


class JavaScriptSubgraph:
    """A subgraph in a Node process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[dict[str, Any]] = []

    async def told(self, what: str) -> Any:
        """What it tells next of this kind."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            while True:
                self.heard.append(json.loads(await self._process.stdout.readline()))
                if what in self.heard[-1]:
                    return self.heard[-1][what]


@pytest.fixture
async def subgraph(node: str) -> AsyncIterator[JavaScriptSubgraph]:
    process = await asyncio.create_subprocess_exec(
        node, "subgraph.mjs", cwd=FOLDER, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield JavaScriptSubgraph(process)
    finally:
        process.kill()
        await process.wait()


@pytest.fixture(params=["sse", "graphql-transport-ws"])
async def url(
    request: pytest.FixtureRequest, subgraph: JavaScriptSubgraph, tmp_path: Path
) -> AsyncIterator[str]:
    """A gateway that subscribes at it."""
    composed = compose([SubgraphSource("market", "http://market", SDL)])
    assert isinstance(composed, Composed), composed
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed.supergraph_sdl)
    port = await subgraph.told("port")
    settings = Settings.model_validate(
        patient(
            {
                "supergraph": {"file": file},
                "subgraphs": {"market": {"routing_url": f"http://127.0.0.1:{port}/graphql"}},
                "subscriptions": {"subgraphs": {"market": {"protocol": request.param}}},
            }
        )
    )
    async with listening(create_app(settings)) as own:
        yield f"http://127.0.0.1:{own}"


@pytest.mark.parametrize("over", [over_sse, over_websocket])
async def test_all_events_come_and_then_the_end(url: str, over: Any) -> None:
    async with asyncio.timeout(60), over(url, SALES, {"count": 5}) as client:
        assert [each["data"]["sales"]["amount"] async for each in client] == [1, 2, 3, 4, 5]


async def test_an_error_in_the_middle_is_told(url: str) -> None:
    async with asyncio.timeout(60), over_sse(url, SALES, {"count": 2, "fails": True}) as client:
        answers = [each async for each in client]
    assert [each["data"] for each in answers[:2]] == [
        {"sales": {"amount": 1}},
        {"sales": {"amount": 2}},
    ]
    assert len(answers) == 3
    assert "errors" in answers[-1]
    assert "out of stock" not in str(answers)


async def test_the_subgraph_learns_that_the_client_left(
    url: str, subgraph: JavaScriptSubgraph
) -> None:
    async with over_sse(url, SALES, {"count": 2, "stays": True}) as client:
        async with asyncio.timeout(60):
            assert (await anext(client))["data"]["sales"]["amount"] == 1
            assert (await anext(client))["data"]["sales"]["amount"] == 2
    assert await subgraph.told("left") == 3
    tokens = [each["init"]["authorization"] for each in subgraph.heard if "init" in each]
    assert all(token.startswith("Bearer ") for token in tokens)
