"""The answer to one operation, as the bytes that the client gets."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from gateway.executor.errors import SubgraphAnswerMalformed, error_entry
from gateway.operation.json_values import dumps


class Answer(msgspec.Struct, frozen=True):
    """`body` is JSON: `{"data": …, "errors": …, "extensions": …}`, the latter two if not empty."""

    body: bytes
    has_errors: bool = False
    data_is_null: bool = False


def write_answer(
    data: Mapping[str, Any] | None,
    errors: Sequence[Mapping[str, Any]] = (),
    extensions: Mapping[str, Any] | None = None,
) -> Answer:
    """The answer with `data` (null where an error rose up to the root)."""
    answer: dict[str, Any] = {"data": data}
    if errors:
        answer["errors"] = errors
    if extensions:
        answer["extensions"] = extensions
    try:
        body = dumps(answer)
    except (orjson.JSONEncodeError, RecursionError):
        return _unwritable()
    return Answer(body, has_errors=bool(errors), data_is_null=data is None)


def _unwritable() -> Answer:
    """A subgraph's value of a custom scalar is nested too deeply to be written."""
    error = SubgraphAnswerMalformed("A subgraph's answer is nested too deeply")
    entry = error_entry(error.message, None, error.extensions)
    return Answer(
        orjson.dumps({"data": None, "errors": [entry]}), has_errors=True, data_is_null=True
    )
