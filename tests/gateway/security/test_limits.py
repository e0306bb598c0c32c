import time

import pytest

from gateway.config.http import Limits
from gateway.errors import RequestErrors
from gateway.security.limits import parse_within_limits

SMALL = Limits(
    max_tokens=60,
    max_depth=3,
    max_aliases=2,
    max_root_fields=3,
    max_directives=2,
    max_selections=12,
)


def codes(text: str, limits: Limits = SMALL) -> list[str]:
    """The codes that a document is refused with; none where it may pass."""
    try:
        parse_within_limits(text, limits)
    except RequestErrors as refused:
        return sorted(error.extensions["code"] for error in refused.errors)
    return []


@pytest.mark.parametrize(
    ("at_the_limit", "over_it", "code"),
    [
        ("{ a { b { c } } }", "{ a { b { c { d } } } }", "MAX_DEPTH_EXCEEDED"),
        ("{ x: a y: b }", "{ x: a y: b z: c }", "MAX_ALIASES_EXCEEDED"),
        ("{ a b c }", "{ a b c d }", "MAX_ROOT_FIELDS_EXCEEDED"),
        (
            "{ a @skip(if: true) b @skip(if: true) }",
            "query @x { a @skip(if: true) b @skip(if: true) }",
            "MAX_DIRECTIVES_EXCEEDED",
        ),
        (
            "{ a { b c d e f g h i j k l } }",
            "{ a { b c d e f g h i j k l m } }",
            "MAX_SELECTIONS_EXCEEDED",
        ),
    ],
)
def test_each_limit_lets_its_number_pass_and_refuses_one_more(at_the_limit, over_it, code):
    assert codes(at_the_limit) == []
    assert codes(over_it) == [code]


def test_tokens_are_counted_before_anything_is_parsed():
    def document(fields: int) -> str:
        return "{" + " ".join(f"f{number}" for number in range(fields)) + "}"

    limits = Limits(max_tokens=60, max_root_fields=1000)
    assert codes(document(58), limits) == []
    assert codes(document(59), limits) == ["MAX_TOKENS_EXCEEDED"]


def test_a_name_is_not_so_long_that_repeating_it_is_an_attack():
    assert codes(f"{{ {'n' * 255}: a }}") == []
    assert codes(f"{{ {'n' * 256}: a }}") == ["GRAPHQL_PARSE_FAILED"]


def test_comments_count_on_their_own():
    assert codes("#\n" * 60 + "{ a }") == []
    assert codes("#\n" * 61 + "{ a }") == ["MAX_TOKENS_EXCEEDED"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ a { ...f } } fragment f on A { b { c { d } } }", "MAX_DEPTH_EXCEEDED"),
        (
            "{ ...f ...g } fragment f on Q { x: a y: b } fragment g on Q { z: c }",
            "MAX_ALIASES_EXCEEDED",
        ),
        ("{ ... { a b } ... { c d } }", "MAX_ROOT_FIELDS_EXCEEDED"),
        ("{ ...f a @d } fragment f on Q @d { b @d }", "MAX_DIRECTIVES_EXCEEDED"),
    ],
)
def test_fragments_hide_nothing(text, code):
    assert codes(text) == [code]


def test_several_limits_are_told_at_once():
    assert codes("{ w: a x: b y: c z: d { e { f { g } } } }") == [
        "MAX_ALIASES_EXCEEDED",
        "MAX_DEPTH_EXCEEDED",
        "MAX_ROOT_FIELDS_EXCEEDED",
    ]


def test_every_operation_of_a_document_counts():
    assert codes("query a { a } query b { a { b { c { d } } } }") == ["MAX_DEPTH_EXCEEDED"]


def test_the_bound_is_told():
    with pytest.raises(RequestErrors) as raised:
        parse_within_limits("{ a { b { c { d } } } }", SMALL)
    (error,) = raised.value.errors
    assert error.extensions == {"code": "MAX_DEPTH_EXCEEDED", "limit": 3}
    assert error.http_status == 400


def test_fragments_that_double_each_other_are_measured_in_no_time():
    doubling = "".join(
        f"fragment f{n} on Q {{ ...f{n + 1} x {{ ...f{n + 1} }} }}" for n in range(40)
    )
    text = f"{{ ...f0 }} {doubling} fragment f40 on Q {{ a }}"
    started = time.process_time()
    assert "MAX_SELECTIONS_EXCEEDED" in codes(text, Limits())
    assert time.process_time() - started < 1


def test_a_fragment_that_spreads_itself_ends():
    assert codes("{ ...f } fragment f on Q { a ...f }") == []


def test_a_document_that_does_not_parse_is_told_with_its_place():
    with pytest.raises(RequestErrors) as raised:
        parse_within_limits("{ a\n  { }", SMALL)
    (error,) = raised.value.errors
    assert error.extensions["code"] == "GRAPHQL_PARSE_FAILED"
    assert error.locations == ((2, 5),)


def test_deep_nesting_is_refused_without_a_stack_overflow():
    text = "{ a" * 5000 + " }" * 5000
    assert codes(text, Limits(max_tokens=100_000)) == ["GRAPHQL_PARSE_FAILED"]
