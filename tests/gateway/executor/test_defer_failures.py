"""A deferred fragment that fails says why, whatever else was told."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.executor.context import ExecutionContext
from gateway.executor.errors import SubgraphUnreachable
from gateway.executor.fetch_errors import MAX_ENTRIES_PER_FAULT
from gateway.executor.in_parts import CompiledInParts, Sending
from gateway.executor.parts import Outcome, Payload
from gateway.operation.deferred import settle
from gateway.operation.parse import parse_document, resolve_operation
from gateway.planner.planner import Planner
from tests.support.planner import supergraph

USERS = MAX_ENTRIES_PER_FAULT + 10
SUPERGRAPH = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  users: [User!] @join__field(graph: A)
}
type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  age: Int! @join__field(graph: B)
  name: String @join__field(graph: B)
}
""",
)


class Users:
    """Lists users."""

    async def startup(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        users = [{"__typename": "User", "id": str(number)} for number in range(USERS)]
        return orjson.dumps({"data": {"users": users}})


class Away(Users):
    """Cannot be reached."""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        raise SubgraphUnreachable


async def outcomes(text: str) -> list[Outcome]:
    operation = resolve_operation(parse_document(text), None, SUPERGRAPH.api_schema, defers=True)
    operation = settle(operation, ())
    compiled = CompiledInParts(
        Planner(SUPERGRAPH).plan(operation), operation, SUPERGRAPH.api_schema
    )
    sent: list[Payload] = []

    async def send(payload: Payload) -> None:
        sent.append(payload)

    context = ExecutionContext({"a": Users(), "b": Away()})
    await compiled.execute({}, context, Sending(send))
    return [outcome for payload in sent for outcome in payload.outcomes]


def codes(outcome: Outcome) -> list[Any]:
    return [error["extensions"]["code"] for error in outcome.errors]


async def test_each_of_many_failed_fragments_says_why() -> None:
    found = await outcomes("{ users { id ... @defer { age } } }")
    assert [outcome.failed for outcome in found] == [True] * USERS
    told = [codes(outcome) for outcome in found]
    assert told[:MAX_ENTRIES_PER_FAULT] == [["SUBREQUEST_CONNECTION_ERROR"]] * (
        MAX_ENTRIES_PER_FAULT
    )
    assert told[MAX_ENTRIES_PER_FAULT:] == [["NON_NULL_VIOLATION"]] * 10
    last = found[-1].errors[0]
    assert last["path"] == ["users", USERS - 1, "age"]


async def test_two_fragments_that_fail_for_one_reason_both_say_why() -> None:
    found = await outcomes("{ users { id ... @defer { age } ... @defer { age name } } }")
    of_the_first_user = [one for one in found if one.of.path == ("users", 0)]
    assert [one.failed for one in of_the_first_user] == [True, True]
    assert all(one.errors for one in of_the_first_user)
