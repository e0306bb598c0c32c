import time

import pytest
from graphql import build_schema, parse, print_ast, validate

from gateway.security.duplicates import drop_duplicates


def dropped(text: str) -> str:
    return " ".join(print_ast(drop_duplicates(parse(text))).split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{ a a a }", "{ a }"),
        ("{ a { b b } a { b } }", "{ a { b } }"),
        ("{ a { b c } a { c b } }", "{ a { b c } a { c b } }"),
        ("{ a a: a x: a x: a }", "{ a a: a x: a }"),
        ("{ a(x: 1) a(x: 2) a(x: 1) }", "{ a(x: 1) a(x: 2) }"),
        ("{ a a @skip(if: $x) a @skip(if: $x) }", "{ a a @skip(if: $x) }"),
        ("{ ...f ...f ...f @x }", "{ ...f ...f @x }"),
        ("{ ... on A { b } ... on A { b b } ... on B { b } }", "{ ... on A { b } ... on B { b } }"),
        ("{ ... { b } ... @x { b } }", "{ ... { b } ... @x { b } }"),
    ],
)
def test_only_identical_siblings_are_dropped(text, left):
    assert dropped(text) == left


def test_fragments_are_looked_at_too():
    assert dropped("{ ...f } fragment f on A { b b }") == "{ ...f } fragment f on A { b }"


def test_a_document_without_repetitions_is_left_alone():
    document = parse("{ a { b c } d }")
    assert drop_duplicates(document) is document


def test_repetition_makes_validation_cheap_not_dear():
    schema = build_schema("type Query { c: Query, b: Int }")
    document = parse("{" + "c { b } " * 3000 + "}")
    started = time.process_time()
    assert validate(schema, drop_duplicates(document)) == []
    assert time.process_time() - started < 2
