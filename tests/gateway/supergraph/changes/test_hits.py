"""Which recorded operations a change hits, and that none is overlooked."""

import pytest
from graphql import build_schema

from gateway.supergraph.changes.report import as_json, as_text, check, warnings
from gateway.supergraph.changes.usage import read_operations

OLD = """
directive @loud(times: Int = 1) repeatable on FIELD | QUERY
interface Node { id: ID! }
enum Kind { BOOK TOY }
input Filter { kind: Kind = BOOK, text: String, inner: Filter }
type Book implements Node { id: ID! title: String! pages: Int! }
type Toy implements Node { id: ID! title: String! }
union Thing = Book | Toy
type Query {
  node(id: ID!): Node
  things(filter: Filter, first: Int! = 10): [Thing!]!
  kind: Kind
  book: Book
}
type Mutation { drop(id: ID!): Boolean }
"""
OPERATIONS = {
    "a.graphql": """
        query ById($id: ID!) { node(id: $id) { id ... on Book { ...Title } } }
        query Filtered { things(filter: {text: "tea"}) { ... on Toy { title } } }
        query ByVariable($filter: Filter) { things(filter: $filter, first: 3) { __typename } }
        query Kind @loud { kind }
    """,
    "b.graphql": """
        fragment Title on Book { title }
        mutation Drop { drop(id: 1) }
        query Books { things(filter: {kind: BOOK}, first: 1) { ... on Book { pages } } }
        query Gone { elsewhere }
    """,
    "c.graphql": "query Broken {",
}


def hit_by(code: str, before: str, after: str) -> set[str]:
    assert before in OLD
    found = check(
        build_schema(OLD), build_schema(OLD.replace(before, after)), read_operations(OPERATIONS)
    )
    return {
        operation.name
        for finding in found.findings
        if finding.change.code.name == code
        for operation in finding.hit or ()
    }


@pytest.mark.parametrize(
    ("code", "before", "after", "hit"),
    [
        ("FIELD_REMOVED", "pages: Int!", "", {"Books"}),
        ("FIELD_REMOVED", "id: ID! title: String! pages", "id: ID! pages", {"ById"}),
        ("FIELD_CHANGED_KIND", "pages: Int!", "pages: Int", {"Books"}),
        ("FIELD_REMOVED", "text: String,", "", {"Filtered", "ByVariable"}),
        ("ARG_REMOVED", "(filter: Filter, first: Int! = 10)", "(filter: Filter)",
         {"ByVariable", "Books"}),
        ("ARG_BECAME_REQUIRED", "Int! = 10", "Int!", {"Filtered"}),
        ("ARG_DEFAULT_VALUE_CHANGE", "Int! = 10", "Int! = 20", {"Filtered"}),
        ("REQUIRED_ARG_ADDED", "kind: Kind\n", "kind(now: Int!): Kind\n", {"Kind"}),
        ("OPTIONAL_ARG_ADDED", "book: Book", "book(a: Int): Book", set()),
        ("REQUIRED_INPUT_FIELD_ADDED", "inner: Filter", "inner: Filter, must: Int!",
         {"Filtered", "ByVariable", "Books"}),
        ("INPUT_FIELD_DEFAULT_VALUE_CHANGE", "Kind = BOOK", "Kind = TOY",
         {"Filtered", "ByVariable"}),
        ("ONE_OF_ADDED", "Filter { kind: Kind = BOOK,", "Filter @oneOf { kind: Kind,",
         {"Filtered", "ByVariable", "Books"}),
        ("VALUE_REMOVED_FROM_ENUM", "BOOK TOY", "BOOK", {"ByVariable"}),
        ("VALUE_ADDED_TO_ENUM", "BOOK TOY", "BOOK TOY TEA", {"Kind"}),
        ("TYPE_REMOVED_FROM_UNION", "Book | Toy", "Toy", {"Books"}),
        ("TYPE_ADDED_TO_UNION", "union Thing = ", "type Tea { id: ID } union Thing = Tea | ",
         {"Filtered", "ByVariable", "Books"}),
        ("IMPLEMENTED_INTERFACE_REMOVED", "Book implements Node", "Book", {"ById"}),
        ("IMPLEMENTED_INTERFACE_ADDED", "union", "type Tea implements Node { id: ID! } union",
         set()),
        ("OPERATION_TYPE_REMOVED", "type Mutation", "type Mutations", {"Drop"}),
        ("DIRECTIVE_REMOVED", "directive @loud(times: Int = 1) repeatable on FIELD | QUERY", "",
         {"Kind"}),
        ("DIRECTIVE_LOCATION_REMOVED", "FIELD | QUERY", "FIELD", {"Kind"}),
        ("DIRECTIVE_ARG_REMOVED", "(times: Int = 1)", "", set()),
        ("ARG_DEFAULT_VALUE_CHANGE", "times: Int = 1", "times: Int = 2", {"Kind"}),
        ("DEPRECATED", "pages: Int!", "pages: Int! @deprecated", {"Books"}),
    ],
)  # fmt: skip
def test_a_change_hits_whoever_uses_it(code, before, after, hit):
    assert hit_by(code, before, after) == hit


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pages: Int!", ""),
        ("id: ID! title: String! pages", "id: ID! pages"),
        ("text: String,", ""),
        ("Int! = 10", "Int!"),
        ("Book | Toy", "Toy"),
        ("Book implements Node", "Book"),
        ("type Mutation", "type Mutations"),
        ("FIELD | QUERY", "FIELD"),
        ("kind: Kind = BOOK", "kind: Kind!"),
        ("filter: Filter", "filter: Filter!"),
        ("node(id: ID!)", "node(id: Int!)"),
        ("enum Kind { BOOK TOY }", "input Kind { a: Int }"),
    ],
)
def test_whatever_the_new_schema_refuses_is_hit_by_a_breaking_change(before, after):
    new = build_schema(OLD.replace(before, after), assume_valid=True)
    found = check(build_schema(OLD), new, read_operations(OPERATIONS))
    refused = {each.operation.name for each in found.refused}
    hit = {each.name for finding in found.findings if finding.breaks for each in finding.hit or ()}
    assert refused
    assert refused <= hit


def test_a_breaking_change_that_hits_nothing_breaks_nothing():
    new = build_schema(OLD.replace("book: Book", ""))
    found = check(build_schema(OLD), new, read_operations(OPERATIONS))
    assert not found.breaks
    assert "hits no recorded operation" in as_text(found)
    assert as_text(found).endswith("0 breaking for the 6 recorded operations.")
    assert check(build_schema(OLD), new).breaks


def test_recordings_that_cannot_be_used_are_told():
    found = check(build_schema(OLD), build_schema(OLD), read_operations(OPERATIONS))
    assert warnings(found) == [
        "warning: c.graphql:1:15: Syntax Error: Expected Name, found <EOF>.",
        "warning: the old schema does not take Gone (b.graphql): Cannot query field 'elsewhere' on"
        " type 'Query'.",
    ]
    assert as_text(found) == "No changes."


def test_the_report_for_programs_names_files():
    new = build_schema(OLD.replace("pages: Int!", ""))
    told = as_json(check(build_schema(OLD), new, read_operations(OPERATIONS)))
    assert told["breaks"]
    assert told["counts"] == {"breaking": 1, "dangerous": 0, "safe": 0}
    assert told["changes"] == [
        {
            "code": "FIELD_REMOVED",
            "severity": "BREAKING",
            "coordinate": "Book.pages",
            "message": "The field Book.pages was removed.",
            "breaks": True,
            "operations": [{"name": "Books", "file": "b.graphql"}],
        }
    ]
    assert told["operations"]["refused"][0]["name"] == "Books"
