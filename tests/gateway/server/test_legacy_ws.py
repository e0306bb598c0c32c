"""The legacy protocol without I/O, message by message."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from gateway.server.legacy_ws import LegacyConnection
from gateway.server.socket_protocol import (
    Action,
    Authenticate,
    Close,
    CloseCode,
    Send,
    Start,
    State,
    Stop,
)

INIT = {"type": "connection_init", "payload": {"authorization": "Bearer x"}}


def receive(connection: LegacyConnection, message: Any) -> list[Action]:
    return list(connection.receive(json.dumps(message)))


def start(operation: str = "1", query: str = "{ a }") -> dict[str, Any]:
    return {"type": "start", "id": operation, "payload": {"query": query}}


def sent(actions: Any) -> list[Any]:
    return [json.loads(action.text) for action in actions if isinstance(action, Send)]


def refused(actions: list[Action]) -> int:
    """The close code; the client is told before, as it looks at messages alone."""
    told, closed = actions
    assert isinstance(told, Send)
    assert json.loads(told.text)["type"] == "connection_error"
    assert isinstance(closed, Close)
    return closed.code


@pytest.fixture
def opened() -> LegacyConnection:
    return LegacyConnection(max_operations=3)


@pytest.fixture
def acknowledged(opened: LegacyConnection) -> LegacyConnection:
    receive(opened, INIT)
    opened.acknowledge()
    return opened


def test_a_client_is_authenticated_acknowledged_and_kept_alive(opened: LegacyConnection) -> None:
    assert opened.ping() == ()
    assert receive(opened, INIT) == [Authenticate({"authorization": "Bearer x"})]
    assert opened.ping() == ()
    assert sent(opened.acknowledge()) == [{"type": "connection_ack"}, {"type": "ka"}]
    assert sent(opened.ping()) == [{"type": "ka"}]


def test_an_operation_before_the_init_is_refused(opened: LegacyConnection) -> None:
    assert refused(receive(opened, start())) == CloseCode.UNAUTHORIZED
    assert receive(opened, INIT) == []


def test_an_operation_waits_until_its_client_is_acknowledged(opened: LegacyConnection) -> None:
    receive(opened, INIT)
    assert receive(opened, start("a")) == []
    assert receive(opened, start("b")) == []
    assert receive(opened, {"type": "stop", "id": "b"}) == []
    assert opened.next("a", b"{}") == ()
    assert [action for action in opened.acknowledge() if isinstance(action, Start)] == [
        Start("a", {"query": "{ a }"})
    ]


def test_operations_of_a_client_that_is_refused_never_run(opened: LegacyConnection) -> None:
    receive(opened, INIT)
    receive(opened, start())
    actions = list(opened.refuse("The token is wrong."))
    assert refused(actions) == CloseCode.FORBIDDEN
    assert sent(actions)[0]["payload"] == {"message": "The token is wrong."}
    assert opened.acknowledge() == ()
    assert receive(opened, start()) == []


def test_results_errors_and_the_end_have_their_names(acknowledged: LegacyConnection) -> None:
    assert receive(acknowledged, start()) == [Start("1", {"query": "{ a }"})]
    assert sent(acknowledged.next("1", b'{"data":{"a":1}}')) == [
        {"id": "1", "type": "data", "payload": {"data": {"a": 1}}}
    ]
    assert sent(acknowledged.complete("1")) == [{"id": "1", "type": "complete"}]
    assert acknowledged.next("1", b"{}") == ()


def test_an_errors_payload_is_one_error(acknowledged: LegacyConnection) -> None:
    receive(acknowledged, start())
    error = {"message": "no", "extensions": {"code": "C"}}
    assert sent(acknowledged.error("1", [error])) == [
        {"id": "1", "type": "error", "payload": error}
    ]


def test_several_errors_are_all_told(acknowledged: LegacyConnection) -> None:
    receive(acknowledged, start())
    (told,) = sent(acknowledged.error("1", [{"message": "a"}, {"message": "b"}]))
    assert told["payload"] == {"message": "a", "errors": [{"message": "a"}, {"message": "b"}]}


def test_a_second_start_takes_the_place_of_the_first(acknowledged: LegacyConnection) -> None:
    receive(acknowledged, start("1", "{ a }"))
    assert receive(acknowledged, start("1", "{ b }")) == [
        Stop("1"),
        Start("1", {"query": "{ b }"}),
    ]


def test_a_client_stops_an_operation(acknowledged: LegacyConnection) -> None:
    receive(acknowledged, start())
    assert receive(acknowledged, {"type": "stop", "id": "1"}) == [Stop("1")]
    assert receive(acknowledged, {"type": "stop", "id": "1"}) == []
    assert acknowledged.next("1", b"{}") == ()


@pytest.mark.parametrize("when", ["waiting", "running"])
def test_operations_are_limited(opened: LegacyConnection, when: str) -> None:
    receive(opened, INIT)
    if when == "running":
        opened.acknowledge()
    for operation in "abc":
        receive(opened, start(operation))
    assert refused(receive(opened, start("d"))) == CloseCode.LIMIT_EXCEEDED


def test_a_second_init_is_refused(acknowledged: LegacyConnection) -> None:
    assert refused(receive(acknowledged, INIT)) == CloseCode.TOO_MANY_INIT_REQUESTS


def test_a_client_that_does_not_begin_is_refused(opened: LegacyConnection) -> None:
    assert refused(list(opened.init_timed_out())) == CloseCode.INIT_TIMEOUT
    assert opened.init_timed_out() == ()


def test_the_client_terminates(acknowledged: LegacyConnection) -> None:
    (closed,) = receive(acknowledged, {"type": "connection_terminate"})
    assert isinstance(closed, Close)
    assert closed.code == CloseCode.NORMAL
    assert acknowledged.ping() == ()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00",
        "{",
        "[]",
        "{}",
        '{"type":1}',
        '{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}',
        '{"type":"start","id":"1"}',
        '{"type":"start","id":1,"payload":{}}',
        '{"type":"start","id":"","payload":{}}',
        '{"type":"start","payload":{}}',
        '{"type":"stop"}',
    ],
)
def test_what_is_no_message_is_refused(acknowledged: LegacyConnection, frame: Any) -> None:
    assert refused(list(acknowledged.receive(frame))) == CloseCode.BAD_MESSAGE


MESSAGES = st.one_of(
    st.sampled_from(
        [
            INIT,
            {"type": "connection_init", "payload": 1},
            {"type": "connection_terminate"},
            {"type": "stop", "id": "1"},
            start("1"),
            start("2"),
            "acknowledge",
            "refuse",
        ]
    )
)


@given(st.lists(MESSAGES, max_size=12))
def test_nothing_starts_unless_the_client_was_acknowledged(messages: list[Any]) -> None:
    connection = LegacyConnection()
    welcome = False
    for message in messages:
        if message == "acknowledge":
            asked = connection.state is State.AUTHENTICATING
            actions = list(connection.acknowledge())
            welcome = welcome or asked
        elif message == "refuse":
            actions = list(connection.refuse())
        else:
            actions = receive(connection, message)
        assert welcome or not any(isinstance(action, Start) for action in actions)
