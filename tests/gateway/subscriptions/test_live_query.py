from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.plan.nodes import EventStream
from gateway.selections.model import Argument, Condition, Field, Fragment, SelectionSet
from gateway.subscriptions.live_query import LiveQuery

VARIABLES = {"id": "strm_1", "types": ["CHAT"], "after": "cursor"}


class NoExecution:
    async def execute_event(self, *_: Any) -> Any:
        raise AssertionError


def live_query(
    arguments: Mapping[str, str],
    *,
    key: str = "streamId",
    event_class: str = "LOG",
    selections: SelectionSet = (),
    claim: tuple[str, str] | None = None,
) -> LiveQuery:
    stream = EventStream(
        response_key="streamEvents",
        field="streamEvents",
        topic="fc.livestream.event.v1",
        key_argument=key,
        event_class=event_class,
        arguments=tuple(arguments.items()),
        selections=(),
        claim=claim and claim[0],
        claim_field=claim and claim[1],
    )
    return LiveQuery(stream, (Field("streamEvents", selections=selections),), NoExecution())


def code(raised: pytest.ExceptionInfo[RequestError]) -> Any:
    return raised.value.extensions["code"]


def test_arguments_are_read_from_literals_and_variables() -> None:
    literal = live_query({"streamId": '"strm_1"', "after": '"cursor"', "types": "[CHAT]"})
    variable = live_query({"streamId": "$id", "after": "$after", "types": "$types"})
    assert literal.request({}, None) == variable.request(VARIABLES, None)
    request = literal.request({}, None)
    assert (request.keys, request.after) == (("strm_1",), "cursor")
    assert request.filters == (("type", frozenset({"CHAT"})),)


def test_an_id_may_be_written_as_a_number() -> None:
    assert live_query({"streamId": "7"}).request({}, None).keys == ("7",)


@pytest.mark.parametrize(
    "text", ["null", "$missing", '""', "true", "[]", "[null]", "{a: 1}", "1.5"]
)
def test_a_key_without_a_usable_value_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as raised:
        live_query({"streamId": text}).request({}, None)
    assert code(raised) == "SUBSCRIPTION_KEY_INVALID"


def test_a_key_that_is_too_long_is_refused() -> None:
    with pytest.raises(RequestError) as raised:
        live_query({"streamId": "$id"}).request({"id": "x" * 513}, None)
    assert code(raised) == "SUBSCRIPTION_KEY_INVALID"


def test_a_key_that_no_event_log_can_hold_is_refused() -> None:
    with pytest.raises(RequestError) as raised:
        live_query({"streamId": "$id"}).request({"id": "a\0b"}, None)
    assert code(raised) == "SUBSCRIPTION_KEY_INVALID"


def test_the_key_can_be_the_viewer() -> None:
    mine = live_query({}, key="$viewer")
    assert mine.request({}, "cust_1").keys == ("cust_1",)
    with pytest.raises(RequestError) as raised:
        mine.request({}, None)
    assert code(raised) == "UNAUTHENTICATED"


def test_a_state_stream_may_have_several_keys_but_a_log_may_not() -> None:
    arguments = {"streamId": '["a", "b", "a"]'}
    assert live_query(arguments, event_class="STATE").request({}, None).keys == ("a", "b")
    with pytest.raises(RequestError) as raised:
        live_query(arguments).request({}, None)
    assert code(raised) == "SUBSCRIPTION_KEY_INVALID"


def test_the_number_of_keys_is_bounded() -> None:
    query = live_query({"streamId": "$ids"}, event_class="STATE")
    assert len(query.request({"ids": [str(number) for number in range(100)]}, None).keys) == 100
    with pytest.raises(RequestError):
        query.request({"ids": [str(number) for number in range(101)]}, None)


@pytest.mark.parametrize(
    ("arguments", "data", "passes"),
    [
        ({"types": "[CHAT, GIFT]"}, {"type": "GIFT"}, True),
        ({"types": "[CHAT, GIFT]"}, {"type": "PINNED"}, False),
        ({"types": "[CHAT]"}, {}, False),
        ({"types": "[]"}, {"type": "CHAT"}, False),
        ({"types": "null"}, {"type": "CHAT"}, True),
        ({"types": "$missing"}, {"type": "CHAT"}, True),
        ({"locationId": '"loc_1"'}, {"locationId": "loc_1"}, True),
        ({"locationId": '"loc_1"'}, {"locationId": "loc_2"}, False),
        ({"locationId": '"loc_1"'}, {"locationId": {"id": "loc_1"}}, False),
        ({"large": "true", "types": "[CHAT]"}, {"large": True, "type": "CHAT"}, True),
        ({"large": "true", "types": "[CHAT]"}, {"large": False, "type": "CHAT"}, False),
    ],
)
def test_other_arguments_filter_by_the_payload(
    arguments: dict[str, str], data: dict[str, Any], passes: bool
) -> None:
    request = live_query({"streamId": '"a"', **arguments}).request({}, None)
    assert request.passes(data) is passes


def test_answers_are_shared_whatever_the_root_fields_arguments() -> None:
    query = live_query({"streamId": "$id", "after": "$after"})
    assert query.sharing_key({"id": "a", "after": "1"}) == query.sharing_key({"id": "b"})


def test_answers_are_shared_only_for_equal_variables_below_the_root() -> None:
    query = live_query(
        {"streamId": "$id"},
        selections=(
            Field("name", conditions=(Condition("named"),)),
            Fragment(
                "ChatEvent",
                (Field("price", arguments=(Argument("in", "$currency", ("currency",)),)),),
                conditions=(Condition("detailed"),),
            ),
        ),
    )
    variables = {"currency": "INR", "named": True, "detailed": True, "id": "a"}
    for name, other in (("currency", "USD"), ("named", False), ("detailed", False)):
        assert query.sharing_key(variables) != query.sharing_key({**variables, name: other})
    assert query.sharing_key(variables) == query.sharing_key({**variables, "id": "b"})


@pytest.mark.parametrize(
    ("data", "passes"),
    [
        ({"ownerId": "cust_1"}, True),
        ({"ownerId": ["cust_9", "cust_1"]}, True),
        ({"ownerId": 7}, True),
        ({"ownerId": "cust_2"}, False),
        ({"ownerId": ["cust_2"]}, False),
        ({"ownerId": []}, False),
        ({"ownerId": None}, False),
        ({"ownerId": {"cust_1": "cust_1"}}, False),
        ({}, False),
    ],
)
def test_an_event_is_for_whom_the_claim_names(data: dict[str, Any], passes: bool) -> None:
    live = live_query({"streamId": '"s"'}, claim=("sub", "ownerId"))
    request = live.request({}, "cust_1", (("sub", frozenset({"cust_1", "7"})),))
    assert request.passes(data) is passes


def test_a_claim_and_arguments_filter_both() -> None:
    live = live_query({"streamId": '"s"', "types": "[CHAT]"}, claim=("groups", "group"))
    request = live.request({}, "cust_1", (("groups", frozenset({"a"})),))
    assert request.passes({"type": "CHAT", "group": "a"})
    assert not request.passes({"type": "GIFT", "group": "a"})
    assert not request.passes({"type": "CHAT", "group": "b"})


def test_a_stream_with_a_claim_needs_a_token_that_has_it() -> None:
    live = live_query({"streamId": '"s"'}, claim=("tenant", "tenantId"))
    with pytest.raises(RequestError) as anonymous:
        live.request({}, None)
    assert code(anonymous) == "UNAUTHENTICATED"
    with pytest.raises(RequestError, match='no claim "tenant"') as without:
        live.request({}, "cust_1", (("sub", frozenset({"cust_1"})),))
    assert code(without) == "UNAUTHORIZED_FIELD_OR_TYPE"
