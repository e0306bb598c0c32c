"""Adds to finished answers what the executor does not know of. Only rare requests need it."""

from collections.abc import Mapping
from typing import Any

from gateway.executor.answer import Answer
from gateway.operation.json_values import dumps, loads
from gateway.security.authorization import KeyPath, tell_denials


def with_denials(answer: Answer, denied: tuple[KeyPath, ...]) -> Answer:
    """The answer, saying which of its nulls the client may not see."""
    content: dict[str, Any] = loads(answer.body)
    tell_denials(content, denied)
    return Answer(
        dumps(content),
        has_errors="errors" in content,
        data_is_null=answer.data_is_null,
    )


def with_extensions(answer: Answer, extensions: Mapping[str, Any]) -> Answer:
    """The answer with further entries in its `extensions`."""
    content: dict[str, Any] = loads(answer.body)
    content["extensions"] = {**content.get("extensions", {}), **extensions}
    return Answer(dumps(content), has_errors=answer.has_errors, data_is_null=answer.data_is_null)
