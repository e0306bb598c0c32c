import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from gateway.subscriptions.cursor import Cursor, CursorCodec
from gateway.subscriptions.errors import CursorInvalid
from subgraphs.shared.cursor import Position, write_cursor

SECRET = b"0123456789abcdef"
CODEC = CursorCodec(SECRET)
CURSOR = Cursor("fc.livestream.event.v1", "strm_1", 412, "2026-11-22T15:00:00.000001Z")


@given(topic=st.text(max_size=50), key=st.text(max_size=50), sequence=st.integers(0, 2**53))
def test_a_cursor_is_read_as_it_was_written(topic: str, key: str, sequence: int) -> None:
    cursor = Cursor(topic, key, sequence, "2026-11-22T15:00:00Z")
    assert CODEC.decode(CODEC.encode(cursor)) == cursor


def test_the_format_is_the_documented_one() -> None:
    text = '[1,"fc.livestream.event.v1","strm_1",412,"2026-11-22T15:00:00.000001Z"]'
    payload = base64.urlsafe_b64encode(text.encode()).rstrip(b"=")
    signature = hmac.digest(SECRET, payload, hashlib.sha256)
    expected = payload + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")
    assert CODEC.encode(CURSOR) == expected.decode()


def test_a_cursor_of_a_subgraph_is_read() -> None:
    position = Position("t", "ü", 3, datetime(2026, 11, 22, 15, tzinfo=UTC))
    assert CODEC.decode(write_cursor(position, SECRET)).sequence == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "nonsense",
        "ä.ö",
        CODEC.encode(CURSOR)[:-1],
        CODEC.encode(CURSOR).replace(".", ""),
        CODEC.encode(CURSOR) + "." + "x" * 3_000,
        CursorCodec(b"another secret of 16").encode(CURSOR),
        CODEC.encode(CURSOR).split(".")[0] + ".",
    ],
)
def test_a_cursor_that_we_did_not_sign_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid) as raised:
        CODEC.decode(text)
    assert raised.value.extensions["code"] == "CURSOR_INVALID"


@pytest.mark.parametrize("content", [[2, "t", "k", 1, "x"], [1, "t", "k", -1, "x"], [1], "x"])
def test_a_signed_cursor_of_another_format_is_refused(content: object) -> None:
    payload = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    with pytest.raises(CursorInvalid):
        CODEC.decode(f"{payload}.{CODEC._signature(payload)}")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        CursorCodec(b"short")
