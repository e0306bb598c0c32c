"""What the scalars of the graph take, and how instants and ids are written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLError

from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.instants import instant_text, parse_instant
from subgraphs.shared.scalars import SCALARS


def read_instant(value: Any) -> datetime:
    """As the graph reads a `DateTime`."""
    found: datetime = SCALARS[datetime].parse_value(value)  # type: ignore[misc]
    return found


@pytest.mark.parametrize(
    "value",
    [
        # PostgreSQL's driver takes these two for minus infinity and infinity.
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "0999-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "2026-11-22T23:59:60Z",
        "2026-W47-7T00:00:00Z",
        "2026-11-22T10:00:00",
        "",
        1_800_000_000,
        True,
    ],
)
def test_what_is_no_instant_of_our_time_is_refused(value):
    with pytest.raises(GraphQLError, match="DateTime is"):
        read_instant(value)


def test_instants_are_told_in_utc():
    assert read_instant("2026-11-22t10:00:00.5+05:30") == datetime(
        2026, 11, 22, 4, 30, 0, 500_000, tzinfo=UTC
    )


@pytest.mark.parametrize("year", [33, 1000, 2026, 9998])
def test_an_instant_is_read_as_it_was_written(year):
    instant = datetime(year, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert instant_text(instant) == f"{year:04}-01-02T03:04:05.000006Z"
    assert parse_instant(instant_text(instant)) == instant


@pytest.mark.parametrize(
    ("text", "prefix", "is_one"),
    [
        (new_id("prod"), "prod_", True),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "", True),
        ("prod_" + "x" * 250, "prod_", True),
        ("prod_" + "x" * 251, "prod_", False),
        ("prod_1", "var_", False),
        ("prod_a b", "prod_", False),
        ("prod_a\n", "prod_", False),
        ("prod_針", "prod_", False),
        ("prod_\0", "prod_", False),
        ("", "", False),
    ],
)
def test_an_id_is_a_short_text_of_signs_with_its_prefix(text, prefix, is_one):
    assert is_id(text, prefix) is is_one
