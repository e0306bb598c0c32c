"""Builds a subgraph's GraphQL schema, and runs operations on it.

Operations run on graphql-core directly with a cache of parsed and validated documents: the gateway
sends the same few texts over and over.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    validate,
)
from sqlalchemy.exc import DBAPIError
from strawberry.schema.config import StrawberryConfig

from subgraphs.shared.database import is_away
from subgraphs.shared.errors import BusinessError, RequestRefused
from subgraphs.shared.scalars import SCALARS

_log = logging.getLogger(__name__)
_MAX_TOKENS = 20_000
_DOCUMENTS = 512
# What PostgreSQL says of U+0000 in a text, and in jsonb.
_UNSTORABLE = frozenset({"22021", "22P05"})


class _Document(msgspec.Struct, frozen=True):
    node: DocumentNode | None
    errors: list[dict[str, Any]]


class SubgraphSchema(strawberry.federation.Schema):
    """A federation 2 schema with errors coded and masked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._document = lru_cache(maxsize=_DOCUMENTS)(self._read)

    async def answer(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: object,
    ) -> dict[str, Any]:
        """The GraphQL response: `data` is absent if the operation could not start."""
        document = self._document(query)
        if document.node is None:
            return {"errors": document.errors}
        operation = get_operation_ast(document.node, operation_name)
        if operation is None:
            return _refusal("OPERATION_RESOLUTION_FAILURE", "Name one of the operations.")
        if operation.operation is OperationType.SUBSCRIPTION:
            return _refusal("SUBSCRIPTION_NOT_SERVED", "Subscribe at the gateway.")
        result = execute(
            self._schema,
            document.node,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_coded(error) for error in result.errors]
            # Without a path the fault lies in the variables: nothing was executed.
            if result.data is None and all(error.path is None for error in result.errors):
                del answer["data"]
        return answer

    def _read(self, query: str) -> _Document:
        try:
            node = parse(query, max_tokens=_MAX_TOKENS)
        except GraphQLSyntaxError as error:
            return _Document(None, [_with_code(error, "GRAPHQL_PARSE_FAILED")])
        except RecursionError:
            return _Document(None, [_error("GRAPHQL_PARSE_FAILED", "Nested too deeply.")])
        faults = validate(self._schema, node, max_errors=20)
        if faults:
            coded = [_with_code(fault, "GRAPHQL_VALIDATION_FAILED") for fault in faults]
            return _Document(None, coded)
        return _Document(node, [])


def build_schema(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Iterable[Any] = (),
) -> SubgraphSchema:
    """The subgraph's schema; `types` are those that no root field leads to."""
    return SubgraphSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=list(types),
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        federation_version="2.9",
    )


def _coded(error: GraphQLError) -> dict[str, Any]:
    """An error of execution as the client may see it; what we did not expect is only logged."""
    cause = error.original_error
    match cause:
        case None | GraphQLError():  # of ours or in a scalar: what was asked is at fault
            return _with_code(error, "BAD_USER_INPUT")
        case RequestRefused():
            return _with_code(error, cause.code)
        case BusinessError():
            return _with_code(error, cause.code)
        case DBAPIError() if getattr(cause.orig, "sqlstate", None) in _UNSTORABLE:
            told = GraphQLError(
                "A text has a character that is not allowed: U+0000.",
                nodes=error.nodes,
                path=error.path,
            )
            return _with_code(told, "BAD_USER_INPUT")
        case _ if is_away(cause):
            _log.warning("The database is away at %s: %s", error.path, type(cause).__name__)
            told = GraphQLError(
                "The database cannot be reached; try again in a moment, with the same keys.",
                nodes=error.nodes,
                path=error.path,
            )
            return _with_code(told, "DATABASE_UNAVAILABLE")
        case _:
            _log.error("A resolver failed at %s.", error.path, exc_info=cause)
            hidden = GraphQLError("Internal error.", nodes=error.nodes, path=error.path)
            return _with_code(hidden, "INTERNAL_SERVER_ERROR")


def _with_code(error: GraphQLError, code: str) -> dict[str, Any]:
    formatted = dict(error.formatted)
    formatted["extensions"] = {"code": code, **(error.extensions or {})}
    return formatted


def _error(code: str, message: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"errors": [_error(code, message)]}
