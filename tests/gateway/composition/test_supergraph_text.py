"""What composition prints, the gateway reads."""

from graphql import build_ast_schema, parse

from gateway.composition import codes
from gateway.supergraph.parse import parse_supergraph
from tests.support.composition import composed, definition, error_codes, federation_1, subgraph

ONE = subgraph(
    "one-a",
    '''
    "The root."
    type Query {
      "A field with \\"quotes\\"."
      f(
        "An argument."
        a: Int = 1
      ): Int
    }
    """
    Two
      lines
    """
    scalar S
    ''',
)


def test_the_supergraph_is_read_by_the_gateway():
    supergraph = parse_supergraph(composed(ONE).supergraph_sdl)

    assert list(supergraph.subgraphs) == ["one-a"]
    assert supergraph.subgraphs["one-a"].url == "http://one-a/graphql"
    assert supergraph.api_schema.query_type is not None


def test_descriptions_are_kept():
    schema = build_ast_schema(parse(composed(ONE).supergraph_sdl), assume_valid_sdl=True)

    assert schema.type_map["S"].description == "Two\n  lines"
    assert schema.query_type is not None
    field = schema.query_type.fields["f"]
    assert field.description == 'A field with "quotes".'
    assert field.args["a"].description == "An argument."


def test_graphs_have_names_of_their_own():
    sources = [
        federation_1(name, f"type Query {{ f{n}: Int }}")
        for n, name in enumerate(["a-b", "a_b", "1st", "v_2"])
    ]

    graphs = definition(composed(*sources).supergraph_sdl, "join__Graph")

    assert [word for word in graphs.split() if word.isupper()] == ["_1ST", "A_B_1", "A_B_2", "V_2_"]


def test_subgraphs_have_names_of_their_own():
    one = federation_1("one", "type Query { a: Int }")

    assert error_codes(one, one) == ["INVALID_SUBGRAPH_NAME"]
    assert error_codes(federation_1("__", "type Query { a: Int }")) == ["INVALID_SUBGRAPH_NAME"]


def test_every_code_says_what_it_means():
    assert all(name == code.name for name, code in codes.ERRORS.items())
    assert all(name == code.name for name, code in codes.HINTS.items())
    assert all(code.description.endswith(".") for code in codes.ERRORS.values())
    assert all(code.description.endswith(".") for code in codes.HINTS.values())
