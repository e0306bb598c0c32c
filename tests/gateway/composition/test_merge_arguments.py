"""Arguments: what every subgraph with the field takes."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


def pair(one: str, two: str):
    return (
        subgraph("one", f"type Query {{ f{one}: Int @shareable }}"),
        subgraph("two", f"type Query {{ f{two}: Int @shareable }}"),
    )


@pytest.mark.parametrize(
    ("one", "two", "merged", "hints"),
    [
        ("(a: Int)", "(a: Int)", "f(a: Int)", []),
        ("(a: Int)", "(a: Int!)", "f(a: Int!)", ["INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"]),
        (
            "(a: [Int])",
            "(a: [Int!])",
            "f(a: [Int!])",
            ["INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"],
        ),
        ("(a: Int = 1)", "(a: Int)", "f(a: Int)", ["INCONSISTENT_DEFAULT_VALUE_PRESENCE"]),
        ("(a: [Int] = [])", "(a: [Int] = [])", "f(a: [Int] = [])", []),
        ("(a: Int, b: Int)", "(b: Int)", "f(b: Int)", ["INCONSISTENT_ARGUMENT_PRESENCE"]),
    ],
)
def test_arguments_are_narrowed(one, two, merged, hints):
    result = composed(*pair(one, two))

    assert f"{merged}: Int" in definition(result.supergraph_sdl, "Query")
    assert [hint.code.name for hint in result.hints] == hints


@pytest.mark.parametrize(
    ("one", "two", "code"),
    [
        ("(a: Int)", "(a: String)", "FIELD_ARGUMENT_TYPE_MISMATCH"),
        ("(a: Int)", "(a: [Int])", "FIELD_ARGUMENT_TYPE_MISMATCH"),
        ("(a: Int = 0)", "(a: Int = 1)", "FIELD_ARGUMENT_DEFAULT_MISMATCH"),
        ("(a: Int!)", "", "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(one, two, code):
    assert error_codes(*pair(one, two)) == [code]
