import asyncio
import json
import re

import httpx
import pytest

from gateway.app import create_app
from gateway.server.health import Readiness
from tests.gateway.security.forge import AUDIENCE, ISSUER, claims, jwks, sign
from tests.support.gateway import shop_gateway, shop_settings
from tests.support.shop import catalog, reviews

RESPONSE = "application/graphql-response+json"
NAMES = "{ products { name } }"


@pytest.fixture
async def shop():
    async with shop_gateway() as client:
        yield client


async def post(
    client: httpx.AsyncClient, query: str, headers: dict[str, str] | None = None, **more: object
) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers=headers)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


async def test_a_query_is_answered(shop):
    response = await post(
        shop, "query A($n: Int) { products(first: $n) { id name } }", variables={"n": 1}
    )
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"data": {"products": [{"id": "1", "name": "Product 1"}]}}


async def test_a_query_over_two_subgraphs_is_answered_in_two_calls(shop):
    response = await post(shop, "{ products { name rating } }")
    assert response.json() == {
        "data": {
            "products": [
                {"name": "Product 1", "rating": 1},
                {"name": "Product 2", "rating": 2},
            ]
        }
    }
    assert (len(catalog.calls), len(reviews.calls)) == (1, 1)


async def test_a_query_may_come_by_get(shop):
    response = await shop.get(
        "/graphql", params={"query": NAMES}, headers={"apollo-require-preflight": "1"}
    )
    assert response.status_code == 200
    assert len(response.json()["data"]["products"]) == 2


async def test_a_mutation_by_get_is_refused_and_never_sent(shop):
    response = await shop.get(
        "/graphql",
        params={"query": 'mutation { rename(id: "1", name: "x") { id } }'},
        headers={"apollo-require-preflight": "1", "accept": RESPONSE},
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert code(response) == "METHOD_NOT_ALLOWED"
    assert catalog.calls == []


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_told_which_are_used(shop, method):
    response = await shop.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, PUT, DELETE")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_without_event_streams_there_are_two_methods(method):
    async with shop_gateway(subscriptions={"protocols": ["multipart"]}) as shop:
        response = await shop.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_event_streams_can_be_switched_off():
    async with shop_gateway(subscriptions={"protocols": []}) as shop:
        response = await post(shop, NAMES, headers={"accept": "text/event-stream"})
        assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
        both = {"accept": "text/event-stream, application/json;q=0.5"}
        response = await post(shop, NAMES, headers=both)
        assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_an_accept_header_that_cannot_be_served_is_refused(shop):
    response = await post(shop, NAMES, headers={"accept": "image/png"})
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(("first", "second"), [("image/png", RESPONSE), (RESPONSE, "image/png")])
async def test_several_accept_lines_are_one_list(shop, first, second):
    lines = [("accept", first), ("content-type", "application/json"), ("accept", second)]
    response = await shop.post("/graphql", json={"query": NAMES}, headers=lines)
    assert response.headers["content-type"] == f"{RESPONSE}; charset=utf-8"


@pytest.mark.parametrize("accept", ["application/json", RESPONSE])
async def test_bad_json_is_told_with_its_place(shop, accept):
    response = await shop.post(
        "/graphql",
        content=b'{"query": ',
        headers={"content-type": "application/json", "accept": accept},
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {
        "code": "INVALID_JSON",
        "line": 1,
        "column": 11,
    }


FAULTY = [
    ("{ products { name }", None, "GRAPHQL_PARSE_FAILED"),
    ("{ produce }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("query A { me } query B { me }", None, "OPERATION_RESOLUTION_FAILURE"),
    ("query A($id: ID!) { product(id: $id) { id } }", {"id": None}, "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("query", "variables", "expected"), FAULTY)
async def test_a_faulty_document_has_the_status_that_its_form_asks_for(
    shop, query, variables, expected
):
    for accept, status in (("application/json", 200), (RESPONSE, 400)):
        response = await post(shop, query, variables=variables, headers={"accept": accept})
        assert response.status_code == status
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"
        assert code(response) == expected
        assert "data" not in response.json()
    assert catalog.calls == []


async def test_a_fault_has_its_place_in_the_document(shop):
    response = await post(shop, "{\n  produce\n}")
    assert response.json()["errors"][0]["locations"] == [{"line": 2, "column": 3}]


async def test_a_body_over_the_limit_is_refused():
    async with shop_gateway(limits={"max_body_size": 100}) as shop:
        assert (await post(shop, NAMES)).status_code == 200
        response = await post(shop, "{ products { name } } #" + "x" * 100)
        assert (response.status_code, code(response)) == (413, "REQUEST_BODY_TOO_LARGE")


async def test_a_body_over_the_limit_is_refused_though_its_length_is_not_announced():
    async def chunks():
        for _ in range(20):
            yield b"x" * 10

    async with shop_gateway(limits={"max_body_size": 100}) as shop:
        headers = {"content-type": "application/json"}
        response = await shop.post("/graphql", content=chunks(), headers=headers)
        assert (response.status_code, code(response)) == (413, "REQUEST_BODY_TOO_LARGE")


async def test_a_limit_of_the_operation_has_its_own_code():
    async with shop_gateway(limits={"max_depth": 1}) as shop:
        assert code(await post(shop, NAMES)) == "MAX_DEPTH_EXCEEDED"
        assert catalog.calls == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_a_form_of_a_foreign_page_reaches_no_subgraph(shop, content_type):
    response = await shop.post(
        "/graphql",
        content=json.dumps({"query": NAMES}),
        headers={"content-type": content_type, "origin": "https://evil.example"},
    )
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert catalog.calls == []


async def test_a_link_of_a_foreign_page_reaches_no_subgraph(shop):
    response = await shop.get("/graphql", params={"query": NAMES})
    assert (response.status_code, code(response)) == (400, "CSRF_PREFLIGHT_REQUIRED")
    assert catalog.calls == []


async def test_a_plain_get_may_ask_what_no_subgraph_is_needed_for(shop):
    response = await shop.get("/graphql", params={"query": "{ __typename }"})
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_without_introspection_the_schema_stays_hidden():
    async with shop_gateway(introspection=False) as shop:
        response = await post(shop, "{ __schema { queryType { name } } }")
        assert response.json()["data"] is None
        assert code(response) == "INTROSPECTION_DISABLED"
        response = await post(shop, "{ produts { id } }")
        assert "Did you mean" not in response.text


async def test_what_a_subgraph_says_of_its_failure_is_masked():
    async with shop_gateway() as shop:
        response = await post(shop, "{ broken }")
    assert response.json()["data"] == {"broken": None}
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BROKEN", "service": "catalog"}
    assert error["path"] == ["broken"]
    assert "hunter2" not in response.text


async def test_masking_can_be_switched_off():
    async with shop_gateway(error_masking=False) as shop:
        assert "hunter2" in (await post(shop, "{ broken }")).text


async def test_a_request_id_goes_to_the_subgraph_and_back(shop):
    response = await post(shop, NAMES, headers={"x-request-id": "abc-123"})
    assert response.headers["x-request-id"] == "abc-123"
    assert catalog.calls[0].headers["x-request-id"] == "abc-123"


async def test_a_request_id_that_is_no_id_is_replaced(shop):
    response = await post(shop, NAMES, headers={"x-request-id": "a b"})
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["x-request-id"])


async def test_a_trace_goes_on_in_the_subgraph_as_another_span(shop):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await post(shop, NAMES, headers={"traceparent": parent})
    child = catalog.calls[0].headers["traceparent"]
    assert child.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert child != parent


async def test_a_subgraph_is_told_whom_it_serves_and_never_the_client_s_token(tmp_path):
    (tmp_path / "jwks.json").write_text(json.dumps(jwks()))
    provider = {"file": tmp_path / "jwks.json"}
    jwt = {"jwks_providers": [provider], "issuer": ISSUER, "audience": AUDIENCE}
    token = sign(claims(exp=4_000_000_000, iat=1))
    async with shop_gateway(jwt=jwt) as shop:
        response = await post(shop, "{ me }", headers={"authorization": f"Bearer {token}"})
    assert response.json() == {"data": {"me": "someone"}}
    sent = catalog.calls[0].headers["authorization"]
    assert sent.startswith("Bearer ")
    assert token not in sent


async def test_a_wrong_token_is_refused_though_the_query_needs_none(tmp_path):
    (tmp_path / "jwks.json").write_text(json.dumps(jwks()))
    provider = {"file": tmp_path / "jwks.json"}
    jwt = {"jwks_providers": [provider], "issuer": ISSUER, "audience": AUDIENCE}
    async with shop_gateway(jwt=jwt) as shop:
        response = await post(shop, NAMES, headers={"authorization": "Bearer a.b.c"})
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert catalog.calls == []


async def test_a_protected_field_is_null_with_an_error_and_its_siblings_are_answered(shop):
    response = await post(shop, "{ me products(first: 1) { name cost } }")
    assert response.status_code == 200
    assert response.json()["data"] == {
        "me": None,
        "products": [{"name": "Product 1", "cost": None}],
    }
    assert [(error["path"], error["extensions"]) for error in response.json()["errors"]] == [
        (["me"], {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}),
        (["products", 0, "cost"], {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}),
    ]
    assert "cost" not in catalog.calls[0].query


async def test_a_protected_mutation_is_not_run_and_its_sibling_is(shop):
    response = await post(
        shop,
        'mutation { rename(id: "1", name: "x") { name } reprice(id: "1", cost: 1) { id } }',
    )
    assert response.json()["data"] == {"rename": {"name": "x"}, "reprice": None}
    assert [error["path"] for error in response.json()["errors"]] == [["reprice"]]
    assert all("reprice" not in call.query for call in catalog.calls)


async def test_a_plan_is_shown_where_it_is_allowed_and_asked_for():
    wish = {"fusion-expose-query-plan": "true"}
    async with shop_gateway(query_planner={"allow_expose": True}) as shop:
        plan = (await post(shop, NAMES, headers=wish)).json()["extensions"]["queryPlan"]
        assert plan["node"]["kind"] == "Fetch"
        assert plan["node"]["subgraph"] == "catalog"
        assert "catalog" in plan["text"]
        assert "extensions" not in (await post(shop, NAMES)).json()
    async with shop_gateway() as shop:
        assert "extensions" not in (await post(shop, NAMES, headers=wish)).json()


async def test_a_query_may_be_answered_as_an_event_stream(shop):
    response = await post(shop, NAMES, headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "event: next\ndata: " in response.text
    assert response.text.endswith("event: complete\ndata:\n\n")


async def test_cors_is_granted_to_exact_origins_alone():
    async with shop_gateway(cors={"origins": ["https://shop.example"]}) as shop:
        for origin, granted in (
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example.evil.example", None),
            ("http://shop.example", None),
            ("null", None),
        ):
            response = await post(shop, NAMES, headers={"origin": origin})
            assert response.headers.get("access-control-allow-origin") == granted
            assert "access-control-allow-credentials" not in response.headers


async def test_without_cors_no_origin_is_granted_anything(shop):
    response = await post(shop, NAMES, headers={"origin": "https://shop.example"})
    assert "access-control-allow-origin" not in response.headers


async def test_metrics_tell_statuses_subgraphs_and_codes(shop):
    await post(shop, NAMES)
    await post(shop, "{ produce }")
    text = (await shop.get("/metrics")).text
    assert 'gateway_request_seconds_count{status="200"} 2.0' in text
    assert (
        'gateway_subgraph_request_seconds_count{result="answered",subgraph="catalog"} 1.0' in text
    )
    assert 'gateway_refused_requests_total{code="GRAPHQL_VALIDATION_FAILED"} 1.0' in text


async def test_nothing_at_a_path_is_told_as_json(shop):
    response = await shop.get("/nowhere")
    assert (response.status_code, code(response)) == (404, "NOT_FOUND")


async def test_ready_means_started_and_not_stopping():
    app = create_app(shop_settings())
    readiness: Readiness = app.state.readiness
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        assert (await client.get("/readiness")).status_code == 503
        async with app.router.lifespan_context(app):
            assert (await client.get("/readiness")).json() == {"status": "ready"}
            readiness.stopping.set()
            assert (await client.get("/readiness")).json() == {"status": "stopping"}
            assert (await client.get("/health")).status_code == 200


async def test_many_requests_at_once_are_all_answered(shop):
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(post(shop, f"{{ products(first: {number % 5}) {{ id }} }}"))
            for number in range(50)
        ]
    counts = [len(task.result().json()["data"]["products"]) for task in tasks]
    assert counts == [number % 5 for number in range(50)]
