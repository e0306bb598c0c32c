import pytest
from hypothesis import given, strategies as st

from subgraphs.shared.money import (
    MAX_AMOUNT,
    AmountOutOfRange,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    UnknownLocale,
    total,
)


@pytest.mark.parametrize(
    ("currency", "exponent", "text"),
    [
        ("INR", 2, "₹12.34"),
        ("JPY", 0, "¥1,234"),
        ("KWD", 3, "KWD1.234"),
        ("PTS", 0, "1,234 PTS"),
    ],
)
def test_a_currency_has_its_exponent(currency: str, exponent: int, text: str):
    money = Money(1234, currency)
    assert money.exponent == exponent
    assert money.formatted() == text


def test_people_write_money_in_their_own_way():
    assert Money(123456789, "INR").formatted("en-IN") == "₹12,34,567.89"
    assert Money(123456, "EUR").formatted("de-DE") == "1.234,56\xa0€"
    with pytest.raises(UnknownLocale):
        Money(1, "EUR").formatted("xx-nowhere")


def test_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "EUR") < Money(1, "USD")


def test_what_is_no_money_is_refused():
    with pytest.raises(UnknownCurrency):
        Money(1, "XXQ")
    with pytest.raises(AmountOutOfRange):
        Money(MAX_AMOUNT, "EUR") + Money(1, "EUR")


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any),
)
def test_parts_add_up_and_are_within_one_unit_of_their_share(amount: int, weights: list[int]):
    parts = Money(amount, "USD").allocate(weights)
    assert total(parts, "USD") == Money(amount, "USD")
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount - amount * weight / sum(weights)) < 1


def test_nothing_is_allocated_to_nobody():
    for weights in ([], [0, 0], [-1, 2]):
        with pytest.raises(ValueError, match="Weights"):
            Money(1, "USD").allocate(weights)
