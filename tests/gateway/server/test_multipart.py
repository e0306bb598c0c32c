"""`@defer` over HTTP: which clients get an answer in parts, in which form, and what is in it."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.deferred import merged_by_id, merged_by_path, parts_of
from tests.support.gateway import shop_gateway
from tests.support.held_up import HeldUp
from tests.support.shop import catalog, reviews

BY_PATH = "multipart/mixed;deferSpec=20220824, application/json"
BY_ID = "multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json"
RATINGS = '{ products { name ... @defer(label: "ratings") { rating } } }'
WHOLE = {"products": [{"name": "Product 1", "rating": 1}, {"name": "Product 2", "rating": 2}]}


@pytest.fixture
async def shop():
    async with shop_gateway() as client:
        yield client


async def post(
    client: httpx.AsyncClient, query: str, accept: str, **more: object
) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def parts(response: httpx.Response) -> list[dict[str, Any]]:
    return parts_of(response.content, response.headers["content-type"])


async def test_by_path_each_fragment_comes_with_its_path_and_label(shop):
    response = await post(shop, RATINGS, BY_PATH)
    assert response.status_code == 200
    assert response.headers["content-type"] == (
        'multipart/mixed; boundary="graphql"; deferSpec=20220824'
    )
    assert parts(response) == [
        {
            "data": {"products": [{"name": "Product 1"}, {"name": "Product 2"}]},
            "hasNext": True,
        },
        {
            "incremental": [
                {"data": {"rating": 1}, "path": ["products", 0], "label": "ratings"},
                {"data": {"rating": 2}, "path": ["products", 1], "label": "ratings"},
            ],
            "hasNext": False,
        },
    ]
    assert (len(catalog.calls), len(reviews.calls)) == (1, 1)


async def test_by_id_fragments_are_announced_and_completed(shop):
    response = await post(shop, RATINGS, BY_ID)
    assert response.headers["content-type"] == (
        'multipart/mixed; boundary="graphql"; incrementalSpec=v0.2'
    )
    assert parts(response) == [
        {
            "data": {"products": [{"name": "Product 1"}, {"name": "Product 2"}]},
            "pending": [
                {"id": "1", "path": ["products", 0], "label": "ratings"},
                {"id": "2", "path": ["products", 1], "label": "ratings"},
            ],
            "hasNext": True,
        },
        {
            "incremental": [
                {"id": "1", "data": {"rating": 1}},
                {"id": "2", "data": {"rating": 2}},
            ],
            "completed": [{"id": "1"}, {"id": "2"}],
            "hasNext": False,
        },
    ]


async def test_by_id_only_what_is_not_there_yet_is_sent(shop):
    query = "{ products(first: 1) { name } ... @defer { products(first: 1) { name rating } } }"
    first, second = parts(await post(shop, query, BY_ID))
    assert first["pending"] == [{"id": "1", "path": []}]
    assert second["incremental"] == [{"id": "1", "data": {"rating": 1}, "subPath": ["products", 0]}]


async def test_by_path_a_fragment_comes_with_all_that_it_selects(shop):
    query = "{ products(first: 1) { name } ... @defer { products(first: 1) { name rating } } }"
    _, second = parts(await post(shop, query, BY_PATH))
    assert second["incremental"] == [
        {"data": {"products": [{"name": "Product 1", "rating": 1}]}, "path": []}
    ]


async def test_the_initial_answer_is_sent_before_the_deferred_fetch_is_answered():
    async with shop_gateway() as shop:
        app = shop._transport.app  # type: ignore[attr-defined]
        client = Reader(app, RATINGS, BY_PATH)
        held = reviews.hold()
        async with asyncio.TaskGroup() as group:
            group.create_task(client.run())
            first = await client.chunk()
            assert b'"hasNext":true' in first
            assert first.endswith(b"\r\n--graphql")
            held.set()
            assert b'"rating":1' in await client.chunk()
            client.leave()


async def test_a_client_that_leaves_ends_the_deferred_fetch():
    async with shop_gateway() as shop:
        app = shop._transport.app  # type: ignore[attr-defined]
        client = Reader(app, RATINGS, BY_PATH)
        reviews.hold()
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(client.run())
            await client.chunk()
            client.leave()
        assert client.chunks.empty()


@pytest.mark.parametrize("accept", ["application/json", "multipart/mixed, application/json", "*/*"])
async def test_clients_of_neither_form_get_one_answer(shop, accept):
    response = await post(shop, RATINGS, accept)
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == {"data": WHOLE}


async def test_an_event_stream_has_one_answer(shop):
    response = await post(shop, RATINGS, "text/event-stream")
    assert '"rating":2' in response.text
    assert response.text.count("event: next") == 1


async def test_an_operation_without_defer_is_answered_as_ever(shop):
    response = await post(shop, "{ products { name rating } }", BY_PATH)
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == {"data": WHOLE}


@pytest.mark.parametrize("accept", [BY_PATH, BY_ID])
async def test_what_is_deferred_by_a_variable_that_is_false_is_not(shop, accept):
    query = "query($later: Boolean!) { products { name ... @defer(if: $later) { rating } } }"
    response = await post(shop, query, accept, variables={"later": False})
    assert response.json() == {"data": WHOLE}
    response = await post(shop, query, accept, variables={"later": True})
    assert len(parts(response)) == 2


async def test_one_of_two_fragments_can_be_deferred_by_a_variable(shop):
    query = (
        "query($a: Boolean!) { ... @defer(if: $a) { products { name } }"
        " ... @defer(if: false) { product(id: 1) { name } } }"
    )
    response = await post(shop, query, BY_PATH, variables={"a": True})
    first, second = parts(response)
    assert first["data"] == {"product": {"name": "Product 1"}}
    assert second["incremental"][0]["data"].keys() == {"products"}


async def test_skipped_fragments_are_not_deferred(shop):
    query = (
        "query($no: Boolean!) { products(first: 1) { name"
        ' ... @defer @include(if: $no) { rating } ... @defer(label: "id") { id } } }'
    )
    first, second = parts(await post(shop, query, BY_ID, variables={"no": False}))
    assert [one["label"] for one in first["pending"]] == ["id"]
    assert second["incremental"] == [{"id": "1", "data": {"id": "1"}}]
    assert reviews.calls == []


async def test_a_fragment_in_a_deferred_one_comes_after_it(shop):
    query = (
        '{ product(id: 1) { ... @defer(label: "outer") { name'
        ' ... @defer(label: "inner") { rating } } } }'
    )
    answer = parts(await post(shop, query, BY_ID))
    assert answer[0]["data"] == {"product": {}}
    assert [one["label"] for one in answer[0]["pending"]] == ["outer"]
    assert [one["label"] for one in answer[1]["pending"]] == ["inner"]
    assert merged_by_id(answer)["data"] == {"product": {"name": "Product 1", "rating": 1}}
    assert merged_by_path(parts(await post(shop, query, BY_PATH)))["data"] == {
        "product": {"name": "Product 1", "rating": 1}
    }


async def test_below_null_nothing_is_deferred(shop):
    query = "{ broken ... on Query { product(id: 7) { ... @defer { rating } } } }"
    response = await post(shop, query, BY_PATH)
    first, second = parts(response)
    assert [error["path"] for error in first["errors"]] == [["broken"]]
    assert second["incremental"][0]["path"] == ["product"]


async def test_errors_of_a_deferred_field_come_with_it(shop):
    first, second = parts(
        await post(shop, "{ product(id: 1) { id } ... @defer { broken } }", BY_ID)
    )
    assert "errors" not in first
    (record,) = second["incremental"]
    assert record["data"] == {"broken": None}
    assert [error["path"] for error in record["errors"]] == [["broken"]]


async def test_a_deferred_field_of_a_mutation_comes_later(shop):
    query = 'mutation { rename(id: "1", name: "New") { name ... @defer { rating } } }'
    answer = parts(await post(shop, query, BY_PATH))
    assert answer[0]["data"] == {"rename": {"name": "New"}}
    assert merged_by_path(answer)["data"] == {"rename": {"name": "New", "rating": 1}}
    assert [call.query.split()[0] for call in catalog.calls] == ["mutation"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ('mutation { ... @defer { rename(id: 1, name: "x") { id } } }', "root"),
        ('{ ... @defer(label: "a") { me } ... @defer(label: "a") { broken } }', "unique"),
        ("query($l: String) { ... @defer(label: $l) { me } }", "static"),
        ("{ me @defer }", "may not be used on"),
    ],
)
@pytest.mark.parametrize("accept", [BY_PATH, BY_ID, "application/graphql-response+json"])
async def test_wrong_uses_are_refused(shop, accept, query, told):
    response = await post(shop, query, accept)
    errors = response.json()["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert any(told in error["message"] for error in errors)
    assert catalog.calls == []


async def test_too_many_deferred_fragments_are_refused(shop):
    fragments = " ".join(f"a{n}: product(id: {n}) {{ ... @defer {{ id }} }}" for n in range(101))
    response = await post(shop, f"{{ {fragments} }}", BY_PATH)
    assert response.json()["errors"][0]["extensions"]["code"] in {
        "QUERY_PLAN_TOO_COMPLEX",
        "MAX_ALIASES_EXCEEDED",
        "MAX_ROOT_FIELDS_EXCEEDED",
    }


async def test_the_plan_is_told_with_the_first_part():
    async with shop_gateway(query_planner={"allow_expose": True}) as shop:
        response = await shop.post(
            "/graphql",
            json={"query": RATINGS},
            headers={"accept": BY_PATH, "fusion-expose-query-plan": "true"},
        )
        first, _ = parts(response)
        assert "Primary {" in first["extensions"]["queryPlan"]["text"]


async def test_the_api_schema_offers_defer(shop):
    query = "{ __schema { directives { name locations } } }"
    directives = (await post(shop, query, "application/json")).json()["data"]["__schema"][
        "directives"
    ]
    assert {"name": "defer", "locations": ["FRAGMENT_SPREAD", "INLINE_FRAGMENT"]} in directives
    assert "stream" not in {one["name"] for one in directives}


async def test_a_deferred_field_that_the_client_may_not_see_is_null_with_the_reason(tmp_path):
    del tmp_path
    async with shop_gateway() as shop:
        query = "{ products(first: 1) { name ... @defer { cost } } }"
        first, second = parts(await post(shop, query, BY_ID))
        assert "errors" not in first
        (record,) = second["incremental"]
        assert record["data"] == {"cost": None}
        assert [error["path"] for error in record["errors"]] == [["products", 0, "cost"]]
        assert not any("cost" in call.query for call in catalog.calls)


class Reader:
    """An ASGI client that sees each chunk when it is sent."""

    def __init__(self, app: Any, query: str, accept: str) -> None:
        self._app = app
        self._body = httpx.Request("POST", "http://x", json={"query": query}).content
        self._accept = accept
        self._sent = False
        self._left = asyncio.Event()
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()

    async def run(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"accept", self._accept.encode()),
                (b"content-type", b"application/json"),
                (b"content-length", str(len(self._body)).encode()),
            ],
            "scheme": "http",
            "server": ("x", 80),
            "client": ("127.0.0.1", 1),
        }
        await self._app(scope, self._receive, self._send)

    async def chunk(self) -> bytes:
        async with asyncio.timeout(60):
            return await self.chunks.get()

    def leave(self) -> None:
        self._left.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            await self.chunks.put(message["body"])


async def test_the_time_out_is_for_all_parts_together(held_up: HeldUp):
    shaping = {"router": {"request_timeout": 30}, "all": {"request_timeout": 3600}}
    async with shop_gateway(traffic_shaping=shaping) as shop, asyncio.TaskGroup() as group:
        reviews.hold()
        asking = group.create_task(post(shop, RATINGS, BY_ID))
        await reviews.holding.wait()
        held_up(31)
        first, second = parts(await asking)
        assert first["data"]["products"][0] == {"name": "Product 1"}
        record = second["incremental"][0]
        assert record["data"] == {"rating": None}
        assert record["errors"][0]["extensions"]["code"] == "SUBREQUEST_TIMEOUT"
