"""JSON with integers of any size, in both directions."""

import json

import orjson
import pytest
from hypothesis import given, settings, strategies as st

from gateway.operation.json_values import dumps, loads, may_hold_large_integer

HUGE = 123456789012345678901234567890

integers = st.integers() | st.integers(-(10**60), 10**60)
values = st.recursive(
    st.none() | st.booleans() | integers | st.text(max_size=30),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
)


@settings(deadline=None)
@given(values)
def test_every_integer_comes_back_as_it_went(value: object) -> None:
    written = dumps(value)
    assert loads(written) == json.loads(written) == value
    assert loads(written.decode()) == value


@given(st.integers(0, 40), st.integers(10**18, 10**60), st.booleans())
def test_the_sieve_misses_no_integer_wherever_it_stands(
    before: int, value: int, negative: bool
) -> None:
    assert may_hold_large_integer(b"x" * before + str(-value if negative else value).encode())


@pytest.mark.parametrize(
    "usual",
    [
        '"2026-11-22T15:00:00.123456+00:00"',
        '"019aa2e6-1111-7222-8333-444444444444"',
        "1763823600123456",
        "-2147483648, 3.141592653589793",
        "1.7976931348623157",
    ],
)
def test_the_sieve_keeps_out_what_is_usual(usual: str) -> None:
    assert not any(may_hold_large_integer(" " * before + usual + " " * 9) for before in (0, 1))


@pytest.mark.parametrize("text", ["", "{", "NaN", "1" * 400, '"\\ud800"', f"[{HUGE},]"])
def test_what_is_no_json_is_refused_as_without_large_integers(text: str) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(text)


def test_large_integers_are_written_among_finished_json_and_in_sorted_objects() -> None:
    value = {"b": HUGE, "a": orjson.Fragment(b"[1]"), "c": (-HUGE, 2**64 - 1, -(2**63), 0.5, True)}
    assert dumps(value, option=orjson.OPT_SORT_KEYS) == (
        f'{{"a":[1],"b":{HUGE},"c":[{-HUGE},{2**64 - 1},{-(2**63)},0.5,true]}}'.encode()
    )


def test_what_has_no_form_in_json_is_refused_beside_large_integers() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        dumps([HUGE, object()])
