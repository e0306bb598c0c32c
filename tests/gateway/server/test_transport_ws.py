"""The protocol without I/O, message by message."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

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
from gateway.server.transport_ws import Connection

INIT = {"type": "connection_init"}


def receive(connection: Connection, message: Any) -> list[Action]:
    return list(connection.receive(json.dumps(message)))


def subscribe(operation: str = "1", query: str = "{ a }") -> dict[str, Any]:
    return {"type": "subscribe", "id": operation, "payload": {"query": query}}


def sent(*actions: Action) -> list[Any]:
    return [json.loads(action.text) for action in actions if isinstance(action, Send)]


def close_code(actions: list[Action]) -> int:
    (action,) = actions
    assert isinstance(action, Close)
    return action.code


@pytest.fixture
def opened() -> Connection:
    return Connection()


@pytest.fixture
def acknowledged(opened: Connection) -> Connection:
    receive(opened, INIT)
    opened.acknowledge()
    return opened


def test_a_client_is_authenticated_and_acknowledged(opened: Connection) -> None:
    message = {**INIT, "payload": {"authorization": "Bearer x"}}
    assert receive(opened, message) == [Authenticate({"authorization": "Bearer x"})]
    assert sent(*opened.acknowledge()) == [{"type": "connection_ack"}]


def test_a_client_may_send_no_payload(opened: Connection) -> None:
    assert receive(opened, INIT) == [Authenticate({})]


def test_a_client_that_is_refused_is_closed_as_forbidden(opened: Connection) -> None:
    receive(opened, INIT)
    assert close_code(list(opened.refuse())) == 4403


@pytest.mark.parametrize("state", ["authenticating", "acknowledged"])
def test_a_second_init_is_too_many(opened: Connection, state: str) -> None:
    receive(opened, INIT)
    if state == "acknowledged":
        opened.acknowledge()
    assert close_code(receive(opened, INIT)) == 4429


@pytest.mark.parametrize("initialised", [False, True])
def test_subscribing_before_the_acknowledgement_is_unauthorized(
    opened: Connection, initialised: bool
) -> None:
    if initialised:
        receive(opened, INIT)
    assert close_code(receive(opened, subscribe())) == 4401


def test_an_init_that_does_not_come_times_out(opened: Connection) -> None:
    assert close_code(list(opened.init_timed_out())) == 4408


def test_an_init_that_came_does_not_time_out(opened: Connection) -> None:
    receive(opened, INIT)
    assert opened.init_timed_out() == ()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00",
        "nonsense",
        "",
        "null",
        "[]",
        '"ping"',
        "{}",
        '{"type": 1}',
        '{"type": "start"}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1"}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "complete", "id": "1"}',
        "[" * 10_000,
        "\ud800",
    ],
)
def test_a_message_that_is_not_understood_closes(opened: Connection, frame: str | bytes) -> None:
    assert close_code(list(opened.receive(frame))) == 4400
    assert opened.state is State.CLOSED


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe", "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": "x" * 257, "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": "{ a }"},
        {"type": "complete"},
        {"type": "complete", "id": 1},
    ],
)
def test_an_incomplete_message_closes(acknowledged: Connection, message: Any) -> None:
    assert close_code(receive(acknowledged, message)) == 4400


def test_an_operation_is_started_answered_and_completed(acknowledged: Connection) -> None:
    assert receive(acknowledged, subscribe()) == [Start("1", {"query": "{ a }"})]
    assert sent(*acknowledged.next("1", b'{"data":{"a":"\xc3\xbc"}}')) == [
        {"id": "1", "type": "next", "payload": {"data": {"a": "ü"}}}
    ]
    assert sent(*acknowledged.complete("1")) == [{"id": "1", "type": "complete"}]
    assert acknowledged.next("1", b"{}") == ()


def test_an_operation_that_cannot_begin_ends_with_its_errors(acknowledged: Connection) -> None:
    receive(acknowledged, subscribe())
    assert sent(*acknowledged.error("1", [{"message": "no"}])) == [
        {"id": "1", "type": "error", "payload": [{"message": "no"}]}
    ]
    assert acknowledged.complete("1") == ()
    assert acknowledged.error("1", []) == ()


def test_the_client_may_end_an_operation(acknowledged: Connection) -> None:
    receive(acknowledged, subscribe())
    assert receive(acknowledged, {"type": "complete", "id": "1"}) == [Stop("1")]
    assert acknowledged.next("1", b"{}") == ()
    assert acknowledged.complete("1") == ()


def test_ending_an_unknown_operation_is_ignored(acknowledged: Connection) -> None:
    assert receive(acknowledged, {"type": "complete", "id": "unknown"}) == []
    assert acknowledged.state is State.ACKNOWLEDGED


def test_an_id_that_is_in_use_is_refused(acknowledged: Connection) -> None:
    receive(acknowledged, subscribe())
    assert close_code(receive(acknowledged, subscribe())) == 4409


@pytest.mark.parametrize("ending", ["complete", "error", "client"])
def test_an_id_can_be_used_again(acknowledged: Connection, ending: str) -> None:
    receive(acknowledged, subscribe())
    match ending:
        case "complete":
            acknowledged.complete("1")
        case "error":
            acknowledged.error("1", [])
        case _:
            receive(acknowledged, {"type": "complete", "id": "1"})
    assert receive(acknowledged, subscribe()) == [Start("1", {"query": "{ a }"})]


def test_an_id_is_quoted(acknowledged: Connection) -> None:
    receive(acknowledged, subscribe('a"\n,'))
    assert sent(*acknowledged.next('a"\n,', b"{}"))[0]["id"] == 'a"\n,'


def test_one_operation_too_many_closes() -> None:
    connection = Connection(max_operations=2)
    receive(connection, INIT)
    connection.acknowledge()
    receive(connection, subscribe("1"))
    receive(connection, subscribe("2"))
    assert close_code(receive(connection, subscribe("3"))) == 1008


@pytest.mark.parametrize("state", list(State))
def test_pings_are_answered_while_the_connection_is_open(state: State) -> None:
    connection = Connection()
    if state is not State.OPENED:
        receive(connection, INIT)
    if state is State.ACKNOWLEDGED:
        connection.acknowledge()
    if state is State.CLOSED:
        connection.lost()
    assert connection.state is state
    answered = sent(*connection.receive('{"type": "ping", "payload": {"a": 1}}'))
    assert answered == ([] if state is State.CLOSED else [{"type": "pong"}])
    assert sent(*connection.ping()) == ([] if state is State.CLOSED else [{"type": "ping"}])
    assert connection.receive('{"type": "pong"}') == ()


def test_nothing_happens_on_a_closed_connection(acknowledged: Connection) -> None:
    receive(acknowledged, subscribe())
    assert close_code(list(acknowledged.close(CloseCode.GOING_AWAY, "bye"))) == 1001
    assert acknowledged.receive(json.dumps(subscribe("2"))) == ()
    assert acknowledged.next("1", b"{}") == ()
    assert acknowledged.close(CloseCode.GOING_AWAY, "bye") == ()
    assert acknowledged.acknowledge() == ()
    assert acknowledged.refuse() == ()
    assert acknowledged.init_timed_out() == ()


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.binary(max_size=20),
            st.builds(
                json.dumps,
                st.fixed_dictionaries(
                    {
                        "type": st.sampled_from(
                            ["connection_init", "subscribe", "complete", "ping", "pong", "other"]
                        )
                    },
                    optional={"id": st.sampled_from(["1", "2", 3]), "payload": st.just({})},
                ),
            ),
        ),
        max_size=30,
    )
)
def test_whatever_comes_the_connection_stays_sound(frames: list[str | bytes]) -> None:
    connection, started, closed = Connection(max_operations=3), set[str](), False
    for frame in frames:
        for action in connection.receive(frame):
            assert not closed
            match action:
                case Authenticate():
                    connection.acknowledge()
                case Start(operation):
                    assert operation not in started
                    started.add(operation)
                case Stop(operation):
                    started.remove(operation)
                case Close():
                    closed = True
                case Send():
                    pass
    assert closed is (connection.state is State.CLOSED)
