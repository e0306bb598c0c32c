from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from gateway.subscriptions.cursor import Cursor, CursorCodec
from subgraphs.shared.cursor import CursorInvalid, Position, read_cursor, write_cursor
from subgraphs.shared.instants import instant_text

SECRET = b"a secret of many bytes"
POSITION = Position("fc.wallet.entry.v1", "wal_1", 7, datetime(2026, 11, 22, 15, 0, 0, 1, UTC))


def test_the_gateway_and_a_subgraph_write_the_same_cursor():
    cursor = Cursor(POSITION.topic, POSITION.key, POSITION.sequence, instant_text(POSITION.time))
    text = write_cursor(POSITION, SECRET)
    assert text == CursorCodec(SECRET).encode(cursor)
    assert CursorCodec(SECRET).decode(text) == cursor
    assert read_cursor(text, SECRET) == POSITION


def test_another_secret_signs_nothing_here():
    with pytest.raises(CursorInvalid):
        read_cursor(write_cursor(POSITION, b"another secret, as long"), SECRET)


@given(st.text())
def test_made_up_text_is_refused(text: str):
    with pytest.raises(CursorInvalid):
        read_cursor(text, SECRET)
