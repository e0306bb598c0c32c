"""The HTTP side of a subgraph: who gets in, and what faults look like."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest
import strawberry
from sqlalchemy import text

from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.context import Context
from subgraphs.shared.database import Database, is_away, is_outage
from subgraphs.shared.fields import resolved
from subgraphs.shared.identity import body_hash
from subgraphs.shared.money import Money
from subgraphs.shared.money_types import MoneyInput, MoneyType
from subgraphs.shared.schema import build_schema
from subgraphs.shared.settings import Settings
from tests.support.subgraphs import Caller, calling, mint, settings

Info = strawberry.Info[Context[None], None]


@strawberry.type
class Query:
    @resolved("Who asks.")
    def me(self, info: Info) -> str:
        return info.context.require_viewer().sub

    @resolved("For auditors.")
    def audit(self, info: Info) -> str:
        return info.context.require_scopes("ledger:audit").sub

    @resolved("Fails.")
    def broken(self) -> str | None:
        raise RuntimeError("password=hunter2")

    @resolved("Asks the database for a text.")
    async def stored(self, info: Info, note: str, as_json: bool = False) -> str | None:
        value = text(
            "select cast(cast(:note as jsonb) ->> 0 as text)" if as_json else "select :note"
        )
        given = orjson.dumps([note]).decode() if as_json else note
        async with info.context.database.engine.connect() as connection:
            found: str = (await connection.execute(value, {"note": given})).scalar_one()
            return found

    @resolved("The same.")
    def echo(self, money: MoneyInput) -> MoneyType:
        return MoneyType.of(money.value() + Money(1, money.currency))


SCHEMA = build_schema(Query)


@pytest.fixture
async def caller(probe: Database) -> AsyncIterator[Caller]:
    subgraph = Subgraph(name="probe", schema=SCHEMA, loaders=lambda _: None)
    async with calling(create_app(subgraph, settings("probe", probe.url)), "probe") as caller:
        yield caller


async def post(caller: Caller, body: bytes, token: str | None = None, **headers: str) -> Any:
    token = mint("probe", body) if token is None else token
    sent = {"content-type": "application/json", "authorization": f"Bearer {token}"} | headers
    return await caller.client.post("/graphql", content=body, headers=sent)


BODY = orjson.dumps({"query": "{ me }"})


async def test_the_viewer_is_whom_the_gateway_names(caller: Caller):
    assert await caller.data("{ me }", viewer="cust_1") == {"me": "cust_1"}


async def test_the_anonymous_are_told_to_log_in(caller: Caller):
    answer = await caller("{ me }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_scope_is_needed(caller: Caller):
    answer = await caller("{ audit }", viewer="cust_1")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    data = await caller.data("{ audit }", viewer="cust_1", scopes=["ledger:audit"])
    assert data == {"audit": "cust_1"}


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "wallet"},
        {"aud": None},
        {"iss": "someone"},
        {"exp": None},
        {"iat": None},
        {"bh": body_hash(b"another body")},
        {"bh": None},
    ],
    ids=str,
)
async def test_a_token_for_another_purpose_is_refused(caller: Caller, claims: dict[str, Any]):
    await assert_refused(caller, **claims)


@pytest.mark.parametrize(("iat", "exp"), [(-90, -60), (0, 3600), (3540, 3600)])
async def test_a_token_for_another_time_is_refused(caller: Caller, iat: int, exp: int):
    """In seconds from now: expired, valid for too long, not valid yet."""
    now = int(time.time())
    await assert_refused(caller, iat=now + iat, exp=now + exp)


async def assert_refused(caller: Caller, **claims: Any) -> None:
    response = await post(caller, BODY, mint("probe", BODY, "cust_1", **claims))
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_refused(caller: Caller, token: str):
    assert (await post(caller, BODY, token)).status_code == 401


async def test_a_replayed_token_with_another_body_is_refused(caller: Caller):
    token = mint("probe", BODY, "cust_1")
    other = orjson.dumps({"query": "{ audit }"})
    assert (await post(caller, other, token)).status_code == 401


async def test_headers_made_up_inside_the_network_mean_nothing(caller: Caller):
    response = await post(caller, BODY, **{"x-user-id": "cust_1"})
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "body",
    [b"null", b'"x"', b"1" * 5000, b"\xff", b"[" * 20_000, b"{}", b'{"query": 1}', b""],
    ids=lambda body: body[:5],
)
async def test_what_is_no_request_is_a_bad_request(caller: Caller, body: bytes):
    response = await post(caller, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_only_json_is_read(caller: Caller):
    response = await post(caller, BODY, **{"content-type": "text/plain"})
    assert response.status_code == 415


async def test_a_large_body_is_refused(caller: Caller):
    assert (await post(caller, b" " * (4 * 1024 * 1024 + 1))).status_code == 413


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_text_that_cannot_be_stored_is_the_client_s_fault(caller: Caller, as_json: bool):
    query = "query($note: String!, $j: Boolean!) { stored(note: $note, asJson: $j) }"
    fine = await caller.data(query, {"note": "a\u0001b", "j": as_json})
    assert fine == {"stored": "a\u0001b"}
    answer = await caller(query, {"note": "a\0b", "j": as_json})
    error = answer["errors"][0]
    assert (error["path"], error["extensions"]["code"]) == (["stored"], "BAD_USER_INPUT")
    assert "U+0000" in error["message"]


async def test_faults_of_the_operation_are_coded(caller: Caller):
    for query, code in (
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{" * 5000, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { me } query B { me }", "OPERATION_RESOLUTION_FAILURE"),
    ):
        answer = await caller(query)
        assert "data" not in answer
        assert answer["errors"][0]["extensions"]["code"] == code, answer


async def test_a_fault_of_ours_is_masked_and_logged(caller: Caller, caplog):
    answer = await caller("{ broken }")
    assert answer["data"] == {"broken": None}
    assert answer["errors"] == [
        {
            "message": "Internal error.",
            "path": ["broken"],
            "locations": [{"line": 1, "column": 3}],
            "extensions": {"code": "INTERNAL_SERVER_ERROR"},
        }
    ]
    assert "hunter2" in caplog.text


async def test_background_work_goes_on_whatever_it_raises(database_url: str, caplog):
    raised = [RuntimeError("nobody thought of this"), asyncio.CancelledError()]
    done = asyncio.Event()

    async def work(_: Database, __: Settings) -> None:
        if raised:
            raise raised.pop(0)
        done.set()
        await asyncio.Event().wait()

    subgraph = Subgraph(name="probe", schema=SCHEMA, loaders=lambda _: None, background=(work,))
    async with calling(create_app(subgraph, settings("probe", database_url)), "probe"):
        await done.wait()
    assert "nobody thought of this" in caplog.text


async def test_a_database_that_is_away_is_told_with_a_code():
    subgraph = Subgraph(name="probe", schema=SCHEMA, loaders=lambda _: None)
    nowhere = "postgresql://postgres@/postgres?host=/nowhere"
    async with calling(create_app(subgraph, settings("probe", nowhere)), "probe") as caller:
        answer = await caller('{ stored(note: "n") }')
    assert answer["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"


@pytest.mark.parametrize(
    "error",
    [
        OSError("connection refused"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
    ],
)
def test_a_connection_that_breaks_off_counts_as_a_database_that_is_away(error: Exception):
    assert is_away(error)
    assert is_outage(error)


async def test_money_crosses_the_graph_exactly(caller: Caller):
    query = """query ($money: MoneyInput!) {
        echo(money: $money) { amount currency exponent formatted(locale: "en-IN") }
    }"""
    data = await caller.data(query, {"money": {"amount": 2**53 - 2, "currency": "INR"}})
    assert data["echo"]["amount"] == 2**53 - 1
    assert data["echo"]["formatted"] == "₹9,00,71,99,25,47,409.91"
    for wrong in ({"amount": 2**53, "currency": "INR"}, {"amount": 1, "currency": "XQX"}):
        answer = await caller(query, {"money": wrong})
        assert "data" not in answer
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_health_needs_no_token(caller: Caller):
    response = await caller.client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
