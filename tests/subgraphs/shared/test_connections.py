"""What a page is asked for with: sizes, and cursors that somebody may have made up."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from subgraphs.shared.connections import PageRequest, page_of, page_request
from subgraphs.shared.errors import BadUserInput

KINDS = (tuple[int, str], tuple[datetime, str], tuple[float, str], tuple[int], tuple[str])


def cursor(*key: Any) -> str:
    """As a connection writes it, of any key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("first", [-1, 101, 2**31 - 1, -(2**31)])
def test_a_page_has_0_to_100_items(first):
    with pytest.raises(BadUserInput, match="between 0 and 100"):
        page_request(first)


@pytest.mark.parametrize(
    "after",
    ["", "=", "%", "\0", "é", "null", "bnVsbA", "e30", "W10", cursor([]), cursor(None, "x")],
)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_is_no_cursor_is_refused(after, kind):
    with pytest.raises(BadUserInput, match="not a cursor"):
        PageRequest(10, after).after(kind)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ((2**63, "x"), tuple[int, str]),
        ((-(2**63) - 1, "x"), tuple[int, str]),
        ((10**400, "x"), tuple[int, str]),
        ((2**63,), tuple[int]),
        (("0001-01-01T00:00:00+14:00", "x"), tuple[datetime, str]),
        (("9999-12-31T23:59:59.999999Z", "x"), tuple[datetime, str]),
        (("2026-11-22T10:00:00", "x"), tuple[datetime, str]),
    ],
)
def test_a_cursor_that_the_database_could_not_read_is_refused(key, kind):
    with pytest.raises(BadUserInput, match="not a cursor"):
        PageRequest(10, cursor(*key)).after(kind)


def test_a_cursor_is_read_as_it_was_written():
    rows = [
        (datetime(2026, 11, 22, 10, tzinfo=UTC), "a"),
        (datetime(2026, 11, 23, tzinfo=UTC), "b"),
    ]
    page = page_of(rows, PageRequest(1, None), lambda row: row)
    assert (page.items, page.has_next, page.has_previous) == ([rows[0]], True, False)
    assert PageRequest(1, page.cursors[0]).after(tuple[datetime, str]) == rows[0]
