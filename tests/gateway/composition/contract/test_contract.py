"""What a contract keeps, and when nothing whole is left."""

import pytest
from graphql import GraphQLSchema, print_type, validate_schema

from gateway.composition.compose import SubgraphSource
from gateway.composition.contract.contract import Contracted, ContractFailed, contract
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.parse import parse_supergraph
from tests.support.composition import FEDERATION_2, composed, subgraph


def supergraph(sdl: str) -> str:
    return composed(subgraph("a", sdl)).supergraph_sdl


def kept(sdl: str, *exclude: str, include: tuple[str, ...] = ()) -> GraphQLSchema:
    outcome = contract(supergraph(sdl), exclude, include)
    assert isinstance(outcome, Contracted), outcome.errors
    schema = parse_supergraph(outcome.supergraph_sdl).api_schema
    assert validate_schema(schema) == []
    return schema


def types(schema: GraphQLSchema) -> set[str]:
    standard = {"String", "Boolean", "ID", "Int", "Float"}
    return {name for name in schema.type_map if not name.startswith("__")} - standard


def faults(sdl: str, *exclude: str, include: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    outcome = contract(supergraph(sdl), exclude, include)
    assert isinstance(outcome, ContractFailed)
    return [(error.code.name, error.places[0].coordinate) for error in outcome.errors]


def test_everything_with_an_excluded_tag_is_left_out():
    schema = kept(
        """
        type Query { a(x: Int, y: Int @tag(name: "in")): A  b: Int @tag(name: "in") u: U  e: E
          i(input: I): Int }
        type A { a: Int b: Int @tag(name: "in") }
        type B @tag(name: "in") { a: Int }
        union U = A | B
        enum E { X Y @tag(name: "in") }
        input I { a: Int b: Int @tag(name: "in") c: Int @tag(name: "other") }
        """,
        "in",
    )
    assert types(schema) == {"Query", "A", "U", "E", "I"}
    told = [print_type(schema.type_map[name]) for name in ("Query", "A", "U", "E", "I")]
    assert [" ".join(text.split()) for text in told] == [
        "type Query { a(x: Int): A u: U e: E i(input: I): Int }",
        "type A { a: Int }",
        "union U = A",
        "enum E { X }",
        "input I { a: Int c: Int }",
    ]


def test_what_cannot_be_reached_is_left_out():
    schema = kept(
        """
        type Query { a: Int  secret(input: Input): Secret @tag(name: "in") }
        type Secret { deep: Deep }
        type Deep { scalar: When }
        scalar When
        input Input { kind: Kind }
        enum Kind { X }
        """,
        "in",
    )
    assert types(schema) == {"Query"}


def test_implementations_of_what_is_read_are_reached():
    schema = kept(
        """
        type Query { node: Node }
        interface Node { id: ID }
        interface Named { name: String }
        type A implements Node & Named { id: ID name: String }
        type Other implements Named { name: String }
        """,
        "in",
    )
    assert types(schema) == {"Query", "Node", "Named", "A"}


def test_a_mutation_type_without_fields_is_left_out_whole():
    schema = kept(
        'type Query { a: Int } type Mutation { b: Int @tag(name: "in") }',
        "in",
    )
    assert schema.mutation_type is None


def test_what_was_inaccessible_stays_so():
    schema = kept('type Query { a: Int b: Int @inaccessible c: Int @tag(name: "in") }', "in")
    assert schema.query_type is not None
    assert list(schema.query_type.fields) == ["a"]


def test_included_tags_keep_elements_and_whole_types():
    sdl = """
        type Query { a: A @tag(name: "pub") b: B }
        type A { kept: B @tag(name: "pub") gone: Int }
        type B @tag(name: "pub") { all: Int  but: Int @tag(name: "in") }
        type C { gone: Int }
    """
    schema = kept(sdl, "in", include=("pub",))
    assert types(schema) == {"Query", "A", "B"}
    fields = {f"{t}.{f}" for t in types(schema) for f in schema.type_map[t].fields}  # type: ignore[attr-defined]
    assert fields == {"Query.a", "A.kept", "B.all"}


@pytest.mark.parametrize(
    ("sdl", "found"),
    [
        (
            'type Query { a: A } type A { b: Int @tag(name: "in") }',
            [("ONLY_INACCESSIBLE_CHILDREN", "A")],
        ),
        (
            'type Query { a: Int @tag(name: "in") }',
            [("ONLY_INACCESSIBLE_CHILDREN", "Query")],
        ),
        (
            'type Query { b: Int a: A } type A @tag(name: "in") { b: Int }',
            [("REFERENCED_INACCESSIBLE", "Query.a")],
        ),
        (
            'type Query { a(b: Int! @tag(name: "in")): Int }',
            [("REQUIRED_INACCESSIBLE", "Query.a(b:)")],
        ),
        (
            'type Query { a(e: E = X): Int } enum E { X @tag(name: "in") Y }',
            [("DEFAULT_VALUE_USES_INACCESSIBLE", "Query.a(e:)")],
        ),
        (
            'type Query { i: I } interface I { x: Int } type A implements I '
            '{ x: Int @tag(name: "in") y: Int }',
            [("IMPLEMENTED_BY_INACCESSIBLE", "A.x")],
        ),
    ],
)  # fmt: skip
def test_a_contract_that_is_no_schema_is_refused(sdl, found):
    assert faults(sdl, "in") == found


def test_without_tags_to_leave_out_only_unreachable_types_go():
    assert types(kept("type Query { a: Int } type Unused { a: Int }")) == {"Query"}


def test_a_renamed_tag_counts():
    link = FEDERATION_2.replace('"@tag"', '{name: "@tag", as: "@audience"}')
    sdl = link + 'type Query { a: Int  b: Int @audience(name: "in") }'
    merged = composed(SubgraphSource("a", "http://a", sdl)).supergraph_sdl
    outcome = contract(merged, ["in"])
    assert isinstance(outcome, Contracted)
    query = parse_supergraph(outcome.supergraph_sdl).api_schema.query_type
    assert query is not None
    assert list(query.fields) == ["a"]


def test_a_contract_of_a_contract_leaves_out_both():
    sdl = supergraph('type Query { a: Int b: Int @tag(name: "b") c: Int @tag(name: "c") }')
    first = contract(sdl, ["b"])
    assert isinstance(first, Contracted)
    second = contract(first.supergraph_sdl, ["c"])
    assert isinstance(second, Contracted)
    query = parse_supergraph(second.supergraph_sdl).api_schema.query_type
    assert query is not None
    assert list(query.fields) == ["a"]
    assert second.supergraph_sdl.count("inaccessible/v0.2") == 1


def test_what_is_no_supergraph_is_told():
    with pytest.raises(SupergraphError, match="join specification"):
        contract("type Query { a: Int }", ["in"])
    with pytest.raises(SupergraphError, match="Syntax Error"):
        contract("type", ["in"])
