"""From an HTTP request's body or query string to a `GraphQLRequest`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from gateway.operation.json_values import loads
from gateway.pipeline.request import GraphQLRequest
from gateway.server.errors import MalformedRequest, UnsupportedMediaType

_MAPS = ("variables", "extensions")


def check_content_type(headers: Mapping[bytes, bytes]) -> None:
    """Only `application/json` in UTF-8, not compressed, is read.

    Raises:
        UnsupportedMediaType: saying what was sent instead.
    """
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType(f"Bodies compressed with {encoding} are not read.")
    media_type, _, parameters = headers.get(b"content-type", b"").decode("latin-1").partition(";")
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaType("The Content-Type has to be application/json.")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset" and value.strip('"').lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType("The body has to be UTF-8.")


def from_body(body: bytes) -> GraphQLRequest:
    """The request in a POST's body.

    Raises:
        MalformedRequest: with the line and column where the body stops being JSON.
    """
    if not body.strip():
        raise MalformedRequest("The request has no body.")
    try:
        parameters = loads(body)
    except orjson.JSONDecodeError as error:
        raise _not_utf_8(body) or _not_json("The body", error) from error
    if isinstance(parameters, list):
        raise MalformedRequest(
            "Batches of requests are not supported.", code="BATCHING_NOT_SUPPORTED"
        )
    if not isinstance(parameters, dict):
        raise MalformedRequest("The body has to be a JSON object.")
    return from_parameters(parameters)


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in a GET's query string; `variables` and `extensions` are JSON there.

    Raises:
        MalformedRequest: a parameter is missing, given twice, or not what it should be.
    """
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise MalformedRequest("The query string is not URL-encoded UTF-8.") from error
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name in parameters:
            raise MalformedRequest(f"The parameter {name} is given twice.")
        parameters[name] = value
    for name in _MAPS:
        if parameters.get(name):
            try:
                parameters[name] = loads(parameters[name])
            except orjson.JSONDecodeError as error:
                raise _not_json(f"The parameter {name}", error) from error
        else:
            parameters.pop(name, None)
    return from_parameters(parameters)


def from_parameters(parameters: dict[str, Any]) -> GraphQLRequest:
    """The request in an object with `query`, `operationName`, `variables` and `extensions`.

    Raises:
        MalformedRequest: naming the parameter and what it has to be.
    """
    query = parameters.get("query")
    if not isinstance(query, str) or not query.strip():
        raise MalformedRequest("The parameter query has to be a string with a GraphQL document.")
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise MalformedRequest("The parameter operationName has to be a string or null.")
    for name in _MAPS:
        value = parameters.get(name)
        if value is not None and not isinstance(value, dict):
            raise MalformedRequest(f"The parameter {name} has to be an object or null.")
    return GraphQLRequest(
        query=query,
        operation_name=operation_name or None,
        variables=parameters.get("variables") or {},
        extensions=parameters.get("extensions") or {},
    )


def _not_utf_8(body: bytes) -> MalformedRequest | None:
    """The fault of a body that is no UTF-8, with its place: orjson does not tell it."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return MalformedRequest(
            f"The body is not UTF-8 at line {line}, column {column}.",
            code="INVALID_JSON",
            extensions={"line": line, "column": column},
        )
    return None


def _not_json(what: str, error: orjson.JSONDecodeError) -> MalformedRequest:
    return MalformedRequest(
        f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
        code="INVALID_JSON",
        extensions={"line": error.lineno, "column": error.colno},
    )
