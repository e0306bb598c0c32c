"""`@defer`: which fragments are deferred, and how an operation is cut."""

import pytest
from graphql import DocumentNode, build_schema, extend_schema

from gateway.errors import RequestErrors
from gateway.operation.deferred import deferred, settle, split
from gateway.operation.model import Operation
from gateway.operation.parse import parse_document, resolve_operation
from gateway.operation.text import print_operation
from gateway.selections.model import Field
from gateway.selections.text import print_selections
from gateway.supergraph.api_schema import DEFER

SCHEMA = extend_schema(
    build_schema(
        "type Query { me: User node: Node } interface Node { id: ID }"
        " type User implements Node { id: ID name: String friend: User }"
    ),
    DocumentNode(definitions=(DEFER,)),
)


def operation(text: str, *, defers: bool = True) -> Operation:
    return resolve_operation(parse_document(text), None, SCHEMA, defers=defers)


def cut(text: str) -> list[tuple[str, int | None, str]]:
    found = split(settle(operation(text), ()).selections)
    parts = [
        (print_selections(part.from_root(part.selections)), part.parent, part.label or "")
        for part in found.parts
    ]
    return [(print_selections(found.initial), None, "at once"), *parts]


def test_without_parts_fragments_are_like_others():
    text = "{ me { id ... @defer { name } } }"
    assert print_selections(operation(text, defers=False).selections) == "me { id name }"


def test_normalisation_keeps_deferred_fragments():
    text = (
        'query($v: Boolean!) { me { ...f @defer(label: "l", if: $v) } } fragment f on User { id }'
    )
    assert '... @defer(if: $v, label: "l")' in print_operation(operation(text))


def test_a_fragment_with_if_false_is_not_deferred():
    assert not list(deferred(operation("{ me { ... @defer(if: false) { id } } }").selections))


def test_equal_deferred_fragments_are_one_and_others_are_not():
    text = "{ me { ... @defer { id } ... @defer { name } ... @defer { id } } }"
    assert len(list(deferred(operation(text).selections))) == 2


def test_a_variable_settles_what_is_deferred():
    asked = operation(
        "query($v: Boolean!) { me { ... @defer(if: $v) { id } ... @defer { name } } }"
    )
    assert len(split(settle(asked, ()).selections).parts) == 2
    (part,) = split(settle(asked, {"v"}).selections).parts
    assert print_selections(part.selections) == "name"


def test_a_part_starts_at_the_root():
    assert cut('{ me { id friend { id ... @defer(label: "a") { name } } } }') == [
        ("me { id friend { id } }", None, "at once"),
        ("me { friend { ... { name } } }", None, "a"),
    ]


def test_a_part_within_a_part_follows_it():
    assert cut('{ me { ... @defer(label: "a") { id ... @defer(label: "b") { name } } } }') == [
        ("me", None, "at once"),
        ("me { ... { id } }", None, "a"),
        ("me { ... { ... { name } } }", 1, "b"),
    ]


def test_where_all_is_deferred_something_else_can_stand():
    selections = settle(operation("{ node { ... on User @defer { name } } }"), ()).selections
    assert print_selections(split(selections, (Field("__typename"),)).initial) == (
        "node { ... on User { __typename } }"
    )


def test_many_deferred_fragments_are_refused():
    text = " ".join(f"a{n}: me {{ ... @defer {{ id }} }}" for n in range(101))
    with pytest.raises(RequestErrors) as raised:
        settle(operation(f"{{ {text} }}"), ())
    assert raised.value.errors[0].extensions["code"] == "QUERY_PLAN_TOO_COMPLEX"


def test_deferring_subscriptions_is_refused():
    with pytest.raises(RequestErrors) as raised:
        resolve_operation(
            parse_document("subscription { me { ... @defer { id } } }"),
            None,
            build_schema(
                "type Query { me: Int } type Subscription { me: User } type User { id: ID }"
                " directive @defer(if: Boolean! = true, label: String) on INLINE_FRAGMENT"
            ),
        )
    assert raised.value.errors[0].extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
