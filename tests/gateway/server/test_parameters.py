from typing import Any

import orjson
import pytest

from gateway.server.errors import MalformedRequest, UnsupportedMediaType
from gateway.server.parameters import check_content_type, from_body, from_query_string


def refused(body: bytes) -> dict[str, Any]:
    with pytest.raises(MalformedRequest) as raised:
        from_body(body)
    assert raised.value.http_status == 400
    return raised.value.extensions


def test_a_body_gives_all_parameters():
    request = from_body(
        b'{"query": "{ a }", "operationName": "A", "variables": {"x": 1}, "extensions": {"y": 2}}'
    )
    assert (request.query, request.operation_name) == ("{ a }", "A")
    assert (request.variables, request.extensions) == ({"x": 1}, {"y": 2})


@pytest.mark.parametrize("empty", ["null", '""'])
def test_an_empty_operation_name_is_none(empty):
    assert (
        from_body(f'{{"query": "{{a}}", "operationName": {empty}}}'.encode()).operation_name is None
    )


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (b'{ "not a JSON', 1, 14),
        (b'{"query": "{ a }",\n  oops}', 2, 3),
        (b"[" * 20_000, 1, 1026),
        (b"\xff", 1, 1),
        (b'{"query": "{ a }",\n "\xc3\xa9\xff": 1}', 2, 4),
        (b"9" * 5000, 1, 1),
        (b'{"query": NaN}', 1, 11),
        (b'{"query": "\\ud800"}', 1, 12),
    ],
)
def test_what_is_not_json_is_told_with_its_place(body, line, column):
    assert refused(body) == {"code": "INVALID_JSON", "line": line, "column": column}


def test_a_batch_is_refused_by_name():
    assert refused(b'[{"query": "{ a }"}]')["code"] == "BATCHING_NOT_SUPPORTED"


@pytest.mark.parametrize("body", [b"", b"  ", b"null", b'"x"', b"1", b"{}"])
def test_what_is_no_request_is_refused(body):
    assert refused(body)["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("query", [None, 1, {}, [], "", "  "])
def test_a_query_is_a_text(query):
    assert refused(orjson.dumps({"query": query}))["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("value", [1, "x", [], False])
def test_variables_and_extensions_are_objects(name, value):
    assert refused(orjson.dumps({"query": "{a}", name: value}))["code"] == "BAD_REQUEST"


def test_a_query_string_gives_all_parameters():
    request = from_query_string(
        b"query=%7B+a+%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions=%7B%7D"
    )
    assert (request.query, request.operation_name) == ("{ a }", "A")
    assert request.variables == {"x": 1}


def test_an_empty_parameter_is_as_good_as_none():
    request = from_query_string(b"query=%7Ba%7D&variables=&operationName=")
    assert (request.operation_name, request.variables) == (None, {})


@pytest.mark.parametrize(
    ("query_string", "code"),
    [
        (b"", "BAD_REQUEST"),
        (b"query=%7Ba%7D&query=%7Bb%7D", "BAD_REQUEST"),
        (b"query=%ff", "BAD_REQUEST"),
        (b"query=%7Ba%7D&variables=x", "INVALID_JSON"),
        (b"query=%7Ba%7D&variables=1", "BAD_REQUEST"),
    ],
)
def test_a_query_string_that_is_no_request_is_refused(query_string, code):
    with pytest.raises(MalformedRequest) as raised:
        from_query_string(query_string)
    assert raised.value.extensions["code"] == code


@pytest.mark.parametrize(
    "content_type",
    [b"application/json", b"APPLICATION/JSON;charset=UTF-8", b'application/json; charset="utf-8"'],
)
def test_json_in_utf_8_is_read(content_type):
    check_content_type({b"content-type": content_type})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"content-type": b"text/plain"},
        {b"content-type": b"application/graphql"},
        {b"content-type": b"multipart/form-data; boundary=x"},
        {b"content-type": b"application/json; charset=utf-16"},
        {b"content-type": b"application/json", b"content-encoding": b"gzip"},
    ],
)
def test_other_bodies_are_not_read(headers):
    with pytest.raises(UnsupportedMediaType) as raised:
        check_content_type(headers)
    assert raised.value.http_status == 415
