"""From text to a normalised operation, and every way in which the text can be wrong."""

import pytest
from graphql import build_schema

from gateway.errors import RequestErrors
from gateway.operation.parse import parse_operation
from gateway.selections.text import print_selections

SCHEMA = build_schema("""
  type Query { node(id: ID = "1"): Node user: User users: [User!] any: Any }
  interface Node { id: ID! }
  type User implements Node { id: ID! name: String friends(first: Int): [User!] }
  type Team implements Node { id: ID! title: String }
  union Any = User | Team
  type Mutation { add: Int }
""")


def normalised(text: str, name: str | None = None) -> str:
    return print_selections(parse_operation(text, name, SCHEMA).selections)


def refused(text: str, name: str | None = None) -> list[dict[str, object]]:
    with pytest.raises(RequestErrors) as errors:
        parse_operation(text, name, SCHEMA)
    return [error.formatted() for error in errors.value.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ user { id id } user { name } }", "user { id name }"),
        ("{ a: user { id } user { id } }", "a: user { id } user { id }"),
        ("{ user { user: name ...F } } fragment F on User { id }", "user { user: name id }"),
        ("{ user { ...F } } fragment F on Node { id }", "user { id }"),
        ("{ node { ... on Node { id } } }", "node { id }"),
        ("{ node { ...F ... on User { name } } } fragment F on User { id }",
         "node { ... on User { id name } }"),
        ("{ user { id @skip(if: true) name @include(if: true) } }", "user { name }"),
        ("{ user { ... @include(if: false) { id } name } }", "user { name }"),
        ("query ($x: Boolean!) { user { id @skip(if: $x) ... @include(if: $x) { name } } }",
         "user { id @skip(if: $x) ... @include(if: $x) { name } }"),
        ("query ($x: Boolean!) { user { id @skip(if: $x) @include(if: $x) name } }",
         "user { name }"),
        ("query ($x: Boolean!) { user { id id @skip(if: $x) } }", "user { id }"),
    ],
)  # fmt: skip
def test_normalisation(text: str, expected: str) -> None:
    assert normalised(text) == expected


def test_fragments_that_double_thirty_times_cost_nothing() -> None:
    fragments = " ".join(
        f"fragment F{number} on User {{ ...F{number + 1} ...F{number + 1} }}"
        for number in range(30)
    )
    text = f"{{ user {{ ...F0 }} }} {fragments} fragment F30 on User {{ name }}"
    assert normalised(text) == "user { name }"


def test_fragments_that_double_under_aliases_are_refused() -> None:
    fragments = " ".join(
        f"fragment F{n} on User {{ a: friends {{ ...F{n + 1} }} b: friends {{ ...F{n + 1} }} }}"
        for n in range(20)
    )
    errors = refused(f"{{ user {{ ...F0 }} }} {fragments} fragment F20 on User {{ name }}")
    assert [error["extensions"] for error in errors] == [{"code": "QUERY_PLAN_TOO_COMPLEX"}]


def test_a_document_that_is_nested_too_deeply_is_refused() -> None:
    depth = 5_000
    text = "{ user " + "{ friends " * depth + "{ id }" + "}" * depth + "}"
    assert refused(text)[0]["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}


def test_a_syntax_error_tells_its_place() -> None:
    (error,) = refused("{ user {\n  ! } }")
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error["locations"] == [{"line": 2, "column": 3}]


def test_all_faults_of_validation_are_told_with_their_places() -> None:
    errors = refused("{ user { nam } usr { id } }")
    assert [error["locations"] for error in errors] == [
        [{"line": 1, "column": 10}],
        [{"line": 1, "column": 16}],
    ]
    assert {str(error["extensions"]) for error in errors} == {
        "{'code': 'GRAPHQL_VALIDATION_FAILED'}"
    }


@pytest.mark.parametrize("alias", ["__fc_id: name", "__fc_: __typename", "__typename: name"])
def test_an_alias_that_is_the_gateway_s_own_key_is_refused(alias: str) -> None:
    (error,) = refused(f"{{ user {{ {alias} }} }}")
    assert error["locations"] == [{"line": 1, "column": 10}]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert alias.partition(":")[0] in str(error["message"])


def test_other_aliases_may_begin_with_underscores() -> None:
    text = "{ user { __isNode: __typename __typename: __typename __id: id _fc_: name } }"
    assert normalised(text) == "user { __isNode: __typename __typename __id: id _fc_: name }"


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("query A { user { id } } query B { user { id } }", None, "several operations"),
        ("query A { user { id } }", "B", "no operation named 'B'"),
    ],
)
def test_an_operation_that_cannot_be_chosen(text: str, name: str | None, message: str) -> None:
    (error,) = refused(text, name)
    assert message in str(error["message"])
    assert error["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}


def test_a_name_that_no_operation_can_have_is_not_repeated() -> None:
    (error,) = refused("query A { user { id } }", "B" * 256)
    assert error["message"] == "There is no operation named like that in the document."


@pytest.mark.parametrize(
    "text",
    [
        "query {long} {{ user {{ id }} }}",
        "query (${long}: Int) {{ user {{ id }} }}",
        "{{ user {{ {long}: id }} }}",
        "{{ user {{ ...{long} }} }}",
        "{{ node(id: {long}) {{ id }} }}",
    ],
)
def test_a_name_has_at_most_255_characters(text: str) -> None:
    (error,) = refused(text.format(long="n" * 256))
    assert error["message"] == "Syntax Error: A name has more than 255 characters."
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error["locations"] == [
        {"line": 1, "column": text.replace("{{", "{").index("{long}") + 1}
    ]


def test_a_long_word_may_be_in_a_text_and_a_name_as_long_as_is_allowed() -> None:
    long = "n" * 255
    text = f'query {long} {{ node(id: "{long * 4}") {{ {long}: id }} }} # {long * 2}'
    assert parse_operation(text, long, SCHEMA).name == long


def test_the_operation_is_chosen_by_name() -> None:
    text = "query A { user { id } } query B { user { name } } mutation C { add }"
    assert normalised(text, "B") == "user { name }"
    assert parse_operation(text, "C", SCHEMA).kind == "mutation"


def test_variables_keep_their_types_and_defaults() -> None:
    text = """query Q($id: ID = "a", $n: Int!) {
      node(id: $id) { id } user { friends(first: $n) { id } } }"""
    operation = parse_operation(text, None, SCHEMA)
    assert [(one.name, one.type, one.default) for one in operation.variables] == [
        ("id", "ID", '"a"'),
        ("n", "Int!", None),
    ]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("{ user { id } }", "query Named { ...F } fragment F on Query { user { id } }", True),
        ("{ user { id } }", "{ user { name } }", False),
        ("query ($a: ID) { node(id: $a) { id } }",
         "query ($a: ID = 2) { node(id: $a) { id } }", False),
        ("{ __typename }", "mutation { __typename }", False),
    ],
)  # fmt: skip
def test_operations_share_a_plan_only_where_they_ask_the_same(one: str, other: str, equal: bool):
    keys = [parse_operation(text, None, SCHEMA).cache_key for text in (one, other)]
    assert (keys[0] == keys[1]) is equal
