"""How event streams and parts are read, wherever they are cut."""

from collections.abc import Sequence

import pytest

from gateway.executor.errors import SubgraphAnswerTooLarge
from gateway.subscriptions.upstream.multipart import PartParser
from gateway.subscriptions.upstream.sse import EventParser

STREAM = (
    b'\xef\xbb\xbfevent: next\ndata: {"data":1}\n\n'
    b": hello\n\n"
    b"event: ping\ndata:\n\n"
    b'id: 7\nevent:next\ndata: {"data":\ndata: 2}\nretry: 5\n\n'
    b"data: unnamed\n\n"
    b"event: complete\n\n"
)
EVENTS = [
    ("next", b'{"data":1}'),
    ("ping", b""),
    ("next", b'{"data":\n2}'),
    ("message", b"unnamed"),
    ("complete", b""),
]


def cut(content: bytes, size: int) -> Sequence[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_event_streams_are_read_however_they_are_cut(size: int, newline: bytes) -> None:
    parser = EventParser(1000)
    chunks = cut(STREAM.replace(b"\n", newline), size)
    found = [event for chunk in chunks for event in parser.feed(chunk)]
    assert [(event.name, event.data) for event in found] == EVENTS


def test_an_event_comes_with_its_last_byte() -> None:
    parser = EventParser(1000)
    assert not list(parser.feed(b"event: next\r\ndata: 1\r\n"))
    assert len(list(parser.feed(b"\r"))) == 1
    assert not list(parser.feed(b"\n"))


def test_an_event_that_never_ends_is_refused_but_comments_are_not_counted() -> None:
    parser = EventParser(100)
    for _ in range(100):
        assert not list(parser.feed(b": still here\n\n"))
    with pytest.raises(SubgraphAnswerTooLarge):
        list(parser.feed(b"data: more\n" * 10))


APOLLO = (
    b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}"
    b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n" + b'{"payload":{"data":"--graphql"}}'
    b"\r\n--graphql--\r\n"
)
WITHOUT_FIRST_LINE_END = APOLLO.removeprefix(b"\r\n")
STRAWBERRY = (
    b"\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql"
    b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}\r\n--graphql"
    b'\r\nContent-Type: application/json\r\n\r\n{"payload":{"data":"--graphql"}}\r\n--graphql'
    b"\r\n--graphql--\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("content", [APOLLO, WITHOUT_FIRST_LINE_END, STRAWBERRY])
def test_parts_are_read_however_they_are_cut(size: int, content: bytes) -> None:
    parser = PartParser(b"graphql", 1000)
    found = [part for chunk in cut(content, size) for part in parser.feed(chunk)]
    assert found == [b"{}", b'{"payload":{"data":"--graphql"}}']
    assert parser.is_closed


def test_a_part_does_not_wait_for_its_delimiter() -> None:
    parser = PartParser(b"-", 1000)
    head = b"---\r\ncontent-type: application/json\r\n\r\n"
    assert list(parser.feed(head + b'{"a":{')) == []
    assert list(parser.feed(b"}")) == []
    assert list(parser.feed(b"}\r\n")) == [b'{"a":{}}']
    assert list(parser.feed(head + b"{}")) == [b"{}"]
    assert list(parser.feed(b"\r\n-----")) == []
    assert parser.is_closed


def test_a_part_that_never_ends_is_refused() -> None:
    parser = PartParser(b"-", 100)
    with pytest.raises(SubgraphAnswerTooLarge):
        list(parser.feed(b"more of it " * 10))
