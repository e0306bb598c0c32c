"""A cursor that a subgraph writes is one of the gateway's."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st

from gateway.subscriptions.cursor import Cursor, CursorCodec
from subgraphs.shared.cursor import Position, write_cursor
from subgraphs.shared.instants import instant_text

SECRET = b"a secret of many bytes"


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.integers(0, 2**53),
    st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_gateway_and_a_subgraph_write_the_same_cursor(
    topic: str, key: str, sequence: int, time: datetime
):
    cursor = Cursor(topic, key, sequence, instant_text(time))
    text = write_cursor(Position(topic, key, sequence, time), SECRET)
    assert text == CursorCodec(SECRET).encode(cursor)
    assert CursorCodec(SECRET).decode(text) == cursor
