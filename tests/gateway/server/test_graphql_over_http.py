"""The audits of the npm package graphql-http, by their ids: what clients of any make rely on."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.gateway import shop_gateway

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
TYPENAME = {"query": "{ __typename }"}
UNKNOWN_FIELD = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
COERCION = {"query": "query C($id: ID!) { __typename }", "variables": {"id": None}}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
WITH_VARIABLES = {"query": TYPE, "variables": {"name": "sometype"}}

OK = range(200, 201)
BAD = range(400, 401)
REFUSED = range(400, 500)


def post(body: Any, accept: str | None = None, content_type: str | None = JSON) -> httpx.Request:
    headers = {"accept": accept or "", "content-type": content_type or ""}
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return httpx.Request(
        "POST",
        "http://shop/graphql",
        headers={name: value for name, value in headers.items() if value},
        content=content,
    )


def get(parameters: dict[str, str], accept: str = "*/*") -> httpx.Request:
    url = f"http://shop/graphql?{urlencode(parameters)}"
    return httpx.Request("GET", url, headers={"accept": accept})


def with_each(
    parameter: str, values: list[Any], ids: str
) -> dict[str, tuple[httpx.Request, range]]:
    return {
        f"{ids}{index}": (post({**TYPENAME, parameter: value}), BAD)
        for index, value in enumerate(values)
    }


NOT_A_MAP = ["string", 0, False, ["array"]]
NOT_A_STRING = [{"obj": "ect"}, 0, False, ["array"]]
GET_VARIABLES = {"query": TYPE, "variables": '{"name": "sometype"}'}

AUDITS: dict[str, tuple[httpx.Request, range]] = {
    "22EB": (post(TYPENAME, RESPONSE), OK),
    "4655": (post(TYPENAME, JSON), OK),
    "47DE": (post(TYPENAME, "*/*"), OK),
    "80D8": (post(TYPENAME), OK),
    "BF61": (
        post({"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, None, f"{JSON}; charset=utf-8"),
        OK,
    ),
    "5A70": (get(TYPENAME), OK),
    "9C48": (get({"query": "mutation { __typename }"}, RESPONSE), REFUSED),
    "9ABE": (post(TYPENAME, None, None), REFUSED),
    "9ABE, as fetch sends it": (post(TYPENAME, None, "text/plain;charset=UTF-8"), REFUSED),
    "A5BF": (post(""), BAD),
    "423L": (post({"notquery": "{ __typename }"}, RESPONSE), BAD),
    **with_each("query", NOT_A_STRING, "LKJ"),
    **with_each("operationName", NOT_A_STRING, "6C0"),
    **with_each("variables", NOT_A_MAP, "476"),
    **with_each("extensions", NOT_A_MAP, "58B"),
    "8161": (post({"operationName": "Query", "query": "query Query { __typename }"}, RESPONSE), OK),
    "B8B3": (post({"operationName": "Query", "query": "query Query { __typename }"}, JSON), OK),
    **{
        f"94B, {name}": (post({**TYPENAME, name: None}, RESPONSE), OK)
        for name in ("variables", "operationName", "extensions")
    },
    **{
        f"022, {name}": (post({**TYPENAME, name: None}, JSON), OK)
        for name in ("variables", "operationName", "extensions")
    },
    "2EA1": (post(WITH_VARIABLES, RESPONSE), OK),
    "28B9": (post(WITH_VARIABLES, JSON), OK),
    "D6D5": (get(GET_VARIABLES, RESPONSE), OK),
    "6A70": (get(GET_VARIABLES, JSON), OK),
    "428F": (post({**TYPENAME, "extensions": {"some": "value"}}, RESPONSE), OK),
    "1B7A": (post({**TYPENAME, "extensions": {"some": "value"}}, JSON), OK),
    "BCF8": (post('{ "not a JSON', JSON), BAD),
    "B7N8": (post('{ "not a JSON', RESPONSE), BAD),
    "3E3A": (post({"qeury": "{ __typename }"}), BAD),
    "572B": (post({"query": "{"}, JSON), OK),
    "FDE2": (post(UNKNOWN_FIELD, JSON), OK),
    "7B9B": (post(COERCION, JSON), OK),
    "556A": (post({"query": "{"}, RESPONSE), BAD),
    "74FF": (post(UNKNOWN_FIELD, RESPONSE), BAD),
    "86EE": (post(COERCION, RESPONSE), BAD),
}
FAULTY_DOCUMENTS = {"572B", "FDE2", "7B9B", "556A", "74FF", "86EE"}


@pytest.mark.parametrize("audit", AUDITS)
async def test_the_audit_passes(audit):
    request, statuses = AUDITS[audit]
    async with shop_gateway() as client:
        response = await client.send(request)
    assert response.status_code in statuses
    accept = request.headers.get("accept", JSON)
    media_type = RESPONSE if accept == RESPONSE else JSON
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    content = json.loads(response.content.decode("utf-8"))
    if response.status_code == 200 and audit not in FAULTY_DOCUMENTS:
        assert "errors" not in content
        assert content["data"] is not None
    else:
        assert content["errors"]
        assert "data" not in content
        assert all(error["extensions"]["code"] for error in content["errors"])
