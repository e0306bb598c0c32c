"""Input objects and enums: what clients may send must be understood everywhere."""

from tests.support.composition import composed, definition, error_codes, hint_codes, subgraph


def test_an_input_field_that_is_not_everywhere_is_left_out():
    one = subgraph("one", "type Query { f(i: I): Int } input I { a: Int b: Int }")
    two = subgraph("two", "input I { a: Int }")

    result = composed(one, two)

    assert definition(result.supergraph_sdl, "I").endswith("{ a: Int }")
    assert [hint.code.name for hint in result.hints] == ["INCONSISTENT_INPUT_OBJECT_FIELD"]


def test_a_mandatory_input_field_must_be_everywhere():
    one = subgraph("one", "type Query { f(i: I): Int } input I { a: Int b: Int! }")
    two = subgraph("two", "input I { a: Int }")

    assert error_codes(one, two) == ["REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"]


def test_input_objects_must_have_something_in_common():
    one = subgraph("one", "type Query { f(i: I): Int } input I { a: Int }")
    two = subgraph("two", "input I { b: Int }")

    assert error_codes(one, two) == ["EMPTY_MERGED_INPUT_TYPE"]


def test_input_defaults_must_agree():
    one = subgraph("one", "type Query { f(i: I): Int } input I { a: Int = 1 }")
    two = subgraph("two", "input I { a: Int = 2 }")

    assert error_codes(one, two) == ["INPUT_FIELD_DEFAULT_MISMATCH"]


def test_input_types_are_narrowed_and_told():
    one = subgraph("one", "type Query { f(i: I): Int } input I { a: Int }")
    two = subgraph("two", "input I { a: Int! }")

    assert (
        'a: Int! @join__field(graph: ONE, type: "Int") @join__field(graph: TWO, type: "Int!")'
    ) in definition(composed(one, two).supergraph_sdl, "I")


def enums(query: str, one: str, two: str):
    return (
        subgraph("one", f"type Query {{ {query} }} enum E {{ {one} }}"),
        subgraph("two", f"enum E {{ {two} }}"),
    )


def test_an_enum_that_is_only_read_has_all_values():
    result = composed(*enums("e: E", "A B", "B C"))

    assert "A @join__enumValue(graph: ONE)" in definition(result.supergraph_sdl, "E")
    assert [hint.code.name for hint in result.hints] == [
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
    ]


def test_an_enum_that_is_only_sent_has_the_common_values():
    result = composed(*enums("f(e: E): Int", "A B", "B"))

    assert "A" not in definition(result.supergraph_sdl, "E").split()
    assert [hint.code.name for hint in result.hints] == ["INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"]


def test_an_enum_that_is_read_and_sent_must_be_the_same():
    assert error_codes(*enums("e: E f(e: E): Int", "A B", "B")) == ["ENUM_VALUE_MISMATCH"]


def test_an_inaccessible_value_may_be_in_some_subgraphs_only():
    result = composed(*enums("e: E f(e: E): Int", "A @inaccessible B", "B"))

    assert "A @inaccessible" in definition(result.supergraph_sdl, "E")


def test_an_enum_that_is_only_sent_needs_a_common_value():
    codes = error_codes(*enums("f(e: E): Int", "A", "B"))

    assert codes == ["EMPTY_MERGED_ENUM_TYPE"]


def test_an_unused_enum_gets_a_hint():
    assert hint_codes(*enums("a: Int", "A", "A")) == ["UNUSED_ENUM_TYPE"]
