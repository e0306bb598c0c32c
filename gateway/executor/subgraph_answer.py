"""Reading a subgraph's answer: nothing in it is trusted to have the right type."""

from typing import Any

import msgspec
import orjson

from gateway.executor.errors import SubgraphAnswerMalformed
from gateway.executor.walk import JsonObject
from gateway.operation.json_values import loads


class SubgraphAnswer(msgspec.Struct):
    """`data` is None where the subgraph had none; then there is at least one error."""

    data: JsonObject | None
    errors: list[JsonObject]


def read_answer(raw: bytes, *, exact: bool) -> SubgraphAnswer:
    """A subgraph's answer by its bytes.

    Not `exact` where no value may be an integer of more than 64 bits: then none is looked for.

    Raises:
        SubgraphAnswerMalformed: it is not shaped as specification section 7.1 says.
    """
    try:
        answer = loads(raw) if exact else orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise SubgraphAnswerMalformed("The subgraph's answer is not JSON") from None
    if not isinstance(answer, dict):
        raise SubgraphAnswerMalformed
    data, errors = answer.get("data"), answer.get("errors")
    if not isinstance(data, dict | None) or not isinstance(errors, list | None):
        raise SubgraphAnswerMalformed
    if data is None and not errors:
        raise SubgraphAnswerMalformed("The subgraph answered with neither data nor errors")
    return SubgraphAnswer(
        data, [error if isinstance(error, dict) else {} for error in errors] if errors else []
    )


def entities_of(answer: SubgraphAnswer, asked: int) -> list[Any]:
    """The entities of an entity fetch, one for each of `asked` representations.

    Raises:
        SubgraphAnswerMalformed: there are no or not as many entities.
    """
    if answer.data is None:
        return [None] * asked
    entities = answer.data.get("_entities")
    if entities is None and answer.errors:
        return [None] * asked
    if not isinstance(entities, list):
        raise SubgraphAnswerMalformed("The subgraph's answer lacks the entities")
    if len(entities) != asked:
        raise SubgraphAnswerMalformed(
            f"The subgraph answered with {len(entities)} of {asked} entities"
        )
    return entities


def errors_between(errors: list[JsonObject], start: int, end: int, asked: int) -> list[JsonObject]:
    """The errors at entities from `start` until `end`, counted from there, and those at none.

    The latter have no path: what they concern is not known. `asked` is how many entities there are.
    """
    found: list[JsonObject] = []
    for error in errors:
        path = error.get("path")
        if not isinstance(path, list) or not _leads_to_entity(path, asked):
            found.append({**error, "path": None})
        elif start <= path[1] < end:
            found.append({**error, "path": [path[0], path[1] - start, *path[2:]]})
    return found


def _leads_to_entity(path: list[Any], asked: int) -> bool:
    return len(path) > 1 and type(path[1]) is int and 0 <= path[1] < asked
