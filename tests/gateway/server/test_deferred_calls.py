"""How often a gateway asks three subgraphs for an answer in parts, against the whole one."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app import create_app
from tests.support import three_subgraphs

BY_PATH = "multipart/mixed;deferSpec=20220824, application/json"
BY_ID = "multipart/mixed;incrementalSpec=v0.2, application/json"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(three_subgraphs.settings(tmp_path))
    three_subgraphs.calls()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield client


async def asked(gateway: httpx.AsyncClient, query: str, accept: str) -> dict[str, int]:
    response = await gateway.post("/graphql", json={"query": query}, headers={"accept": accept})
    assert response.status_code == 200
    assert ("multipart" in response.headers["content-type"]) is ("multipart" in accept)
    return {name: len(queries) for name, queries in three_subgraphs.calls().items()}


SAME = [
    # one field of another subgraph, for each item of a list
    ("{ products { name ... @defer { rating } } }", (1, 1, 0)),
    # two fragments, each of a subgraph of its own
    ("{ products { id ... @defer { rating } ... @defer { stock } } }", (1, 1, 1)),
    # a field of a subgraph that is needed at once comes from that fetch
    ("{ product(id: 1) { id ... @defer { name } } }", (1, 0, 0)),
    ("{ product(id: 1) { stock ... @defer { place { town } } } }", (1, 0, 1)),
    # what is sent at once is not fetched again for the fragment that selects it, too
    ("{ product(id: 1) { rating ... @defer { rating name } } }", (1, 1, 0)),
    # two fragments that select the same share its fetch
    ("{ product(id: 1) { id ... @defer { rating } ... @defer { rating stock } } }", (1, 1, 1)),
    # a fragment in a fragment
    ("{ product(id: 1) { id ... @defer { rating ... @defer { stock } } } }", (1, 1, 1)),
    # all of the operation
    ("{ ... @defer { product(id: 1) { name rating } } }", (1, 1, 0)),
    ('mutation { rename(id: 1, name: "N") { name ... @defer { rating } } }', (1, 1, 0)),
]


@pytest.mark.parametrize("accept", [BY_PATH, BY_ID])
@pytest.mark.parametrize(("query", "calls"), SAME)
async def test_deferring_costs_no_call(
    gateway: httpx.AsyncClient, query: str, calls: tuple[int, int, int], accept: str
) -> None:
    expected = dict(zip(("catalog", "reviews", "stock"), calls, strict=True))
    whole = re.sub(r"@defer", "", query)
    assert await asked(gateway, whole, "application/json") == expected
    assert await asked(gateway, query, accept) == expected


MORE = [
    # one subgraph for two parts: what is at hand at once does not wait for what comes later
    (
        "{ product(id: 1) { stock related { id ... @defer { stock } } } }",
        (1, 0, 1),
        (1, 0, 2),
    ),
    (
        "{ products { rating ... @defer { related { rating } } } }",
        (1, 1, 0),
        (1, 2, 0),
    ),
]


@pytest.mark.parametrize("accept", [BY_PATH, BY_ID])
@pytest.mark.parametrize(("query", "whole", "deferred"), MORE)
async def test_one_call_for_two_parts_becomes_two(
    gateway: httpx.AsyncClient,
    query: str,
    whole: tuple[int, int, int],
    deferred: tuple[int, int, int],
    accept: str,
) -> None:
    found = await asked(gateway, re.sub(r"@defer", "", query), "application/json")
    assert tuple(found.values()) == whole
    assert tuple((await asked(gateway, query, accept)).values()) == deferred


async def test_a_client_of_neither_form_costs_what_the_whole_answer_does(
    gateway: httpx.AsyncClient,
) -> None:
    for query, whole, _ in MORE:
        assert tuple((await asked(gateway, query, "application/json")).values()) == whole
