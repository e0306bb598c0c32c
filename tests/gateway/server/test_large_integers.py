"""Integers of more than 64 bits pass the gateway digit by digit, in both directions."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app import create_app
from tests.support.echo import SUPERGRAPH
from tests.support.gateway import shop_settings

NUMBERS = [123456789012345678901234567890, -(2**63) - 1, 2**64, 2**63 - 1]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    file = tmp_path / "supergraph.graphql"
    file.write_text(SUPERGRAPH)
    places = {"echo": {"app": "tests.support.echo:echo"}}
    app = create_app(shop_settings(supergraph={"file": file}, subgraphs=places))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://echo") as found,
    ):
        yield found


async def echoed(client: httpx.AsyncClient, query: str, variables: str = "{}") -> object:
    body = f'{{"query": {json.dumps(query)}, "variables": {variables}}}'
    response = await client.post(
        "/graphql", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 200, response.text
    return json.loads(response.text)["data"]["echo"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_as_variables(client: httpx.AsyncClient, number: int) -> None:
    query = "query($value: Big) { echo(value: $value) }"
    assert await echoed(client, query, f'{{"value": {number}}}') == number


@pytest.mark.parametrize("number", NUMBERS)
async def test_nested_in_variables(client: httpx.AsyncClient, number: int) -> None:
    query = "query($value: Big) { echo(value: $value) }"
    variables = f'{{"value": {{"of": ["x", {number}]}}}}'
    assert await echoed(client, query, variables) == number


@pytest.mark.parametrize("number", NUMBERS)
async def test_as_literals(client: httpx.AsyncClient, number: int) -> None:
    assert await echoed(client, f"{{ echo(value: {number}) }}") == number


@pytest.mark.parametrize("number", NUMBERS)
async def test_as_defaults_of_variables(client: httpx.AsyncClient, number: int) -> None:
    query = f"query($value: Big = {number}) {{ echo(value: $value) }}"
    assert await echoed(client, query) == number


async def test_in_the_query_string(client: httpx.AsyncClient) -> None:
    parameters = {
        "query": "query($value: Big) { echo(value: $value) }",
        "variables": f'{{"value": {NUMBERS[0]}}}',
    }
    headers = {"apollo-require-preflight": "1"}
    response = await client.get("/graphql", params=parameters, headers=headers)
    assert json.loads(response.text) == {"data": {"echo": NUMBERS[0]}}
