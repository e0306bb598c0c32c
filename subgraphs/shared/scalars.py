"""The graph's own scalars. `SCALARS` maps the Python types that resolvers use to them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from subgraphs.shared.instants import instant_text, parse_instant
from subgraphs.shared.money import MAX_AMOUNT, UnknownCurrency, exponent_of

MinorUnits = NewType("MinorUnits", int)
CurrencyCode = NewType("CurrencyCode", str)
EventCursor = NewType("EventCursor", str)

# The driver of the database reads the first and the last instant of Python as minus infinity and
# infinity, which no `DateTime` can tell.
_FIRST_YEAR, _LAST_YEAR = 1000, 9998
# datetime.fromisoformat takes more than RFC 3339 does, such as week dates.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def _read_instant(value: object) -> datetime:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            instant = parse_instant(value.upper())
        except (ValueError, OverflowError):
            pass
        else:
            if _FIRST_YEAR <= instant.year <= _LAST_YEAR:
                return instant
            raise GraphQLError(f"DateTime is of the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    raise GraphQLError(f"DateTime is RFC 3339, such as 2026-11-22T15:00:00Z; not {value!r}.")


def _minor_units(value: object) -> int:
    # bool is an int in Python; in JSON it is not a number.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_AMOUNT:
        return value
    raise GraphQLError(f"MinorUnits is a whole number of at most 53 bits; not {value!r}.")


def _read_currency(value: object) -> str:
    if isinstance(value, str):
        try:
            exponent_of(value)
        except UnknownCurrency as error:
            raise GraphQLError(str(error)) from None
        return value
    raise GraphQLError(f"CurrencyCode is a string such as INR; not {value!r}.")


def _read_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise GraphQLError(f"EventCursor is a string; not {value!r}.")


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 UTC instant, microsecond precision, always Z.",
        serialize=instant_text,
        parse_value=_read_instant,
    ),
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description=(
            "Signed integer count of the currency's minor unit, |n| <= 2^53-1; JSON number."
        ),
        serialize=_minor_units,
        parse_value=_minor_units,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="ISO 4217 alpha-3, or a registered point unit such as PTS.",
        serialize=str,
        parse_value=_read_currency,
    ),
    EventCursor: strawberry.scalar(
        name="EventCursor",
        description="Opaque resume position of a log-class subscription; never parse it.",
        serialize=str,
        parse_value=_read_text,
    ),
}
