"""A compiled subscription whose root is an event stream: what is the same for all its subscribers.

How the arguments of an `@eventStream` field are understood:

- the argument that the directive's `key` names selects the stream: one value, or a list of values
  for class STATE (`variantIds: [ID!]!`); `$viewer` is no argument but the subject of the token;
- `after` is the cursor to resume from;
- every other argument filters. It is compared with the payload's field of the same name, and a list
  argument with the field of its singular name: `types: [CHAT, GIFT]` passes events whose `type` is
  one of these, `locationId: "loc_1"` those whose `locationId` equals it. Null passes everything; a
  payload without the field does not pass.

A stream that is declared with a claim is filtered for each viewer too: an event passes where one of
the claim's values is the value of the payload's field, or among its values. It is looked at before
an answer is made or taken from others, so viewers with other claims may still share answers.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec
from graphql import Undefined, ValueNode, parse_value
from graphql.utilities import value_from_ast_untyped

from gateway.errors import RequestError
from gateway.plan.nodes import EventStream
from gateway.selections.model import SelectionSet
from gateway.subscriptions.errors import (
    ClaimRequired,
    CursorInvalid,
    StreamKeyInvalid,
    ViewerRequired,
)

Claims = tuple[tuple[str, frozenset[str]], ...]
"""Of a verified token: names, and values as text."""

VIEWER = "$viewer"
AFTER = "after"
MAX_KEYS = 100
_MAX_KEY_LENGTH = 512


class EventAnswer(Protocol):
    """An executed event."""

    @property
    def body(self) -> bytes:
        """The answer as JSON: `{"data": …, "errors": …, "extensions": …}`."""
        ...


class EventExecution(Protocol):
    """Runs the plan's entity fetches over one event's payload, `{response key: value}`."""

    async def execute_event(
        self,
        payload: dict[str, Any],
        variables: Mapping[str, Any],
        context: Any,
        extensions: Mapping[str, Any] | None,
    ) -> EventAnswer: ...


class StreamRequest(msgspec.Struct, frozen=True):
    """Which stream one subscriber asks for; `filters` are payload field -> values that pass.

    `claimed` is the field of the payload that has to have one of the viewer's own values.
    """

    keys: tuple[str, ...]
    after: str | None
    filters: tuple[tuple[str, frozenset[Any]], ...]
    claimed: tuple[str, frozenset[str]] | None = None

    def passes(self, data: Mapping[str, Any]) -> bool:
        """Tells whether an event's payload passes all filters, and is for this viewer."""
        if self.claimed is not None and not _is_for(data.get(self.claimed[0]), self.claimed[1]):
            return False
        return not self.filters or all(
            field in data and _scalar(data[field]) in accepted for field, accepted in self.filters
        )


class LiveQuery:
    """One subscription operation over an event stream, compiled."""

    def __init__(
        self, stream: EventStream, selections: SelectionSet, execution: EventExecution
    ) -> None:
        """`selections` are the operation's, at its root."""
        self.stream = stream
        self.execution = execution
        self._arguments = tuple(
            (name, parse_value(text, no_location=True)) for name, text in stream.arguments
        )
        self._variables = frozenset(
            name
            for field in selections
            for name in _variables_in(field.selections, field.conditions)
        )

    def request(
        self,
        variables: Mapping[str, Any],
        viewer: str | None,
        claims: Claims = (),
    ) -> StreamRequest:
        """Reads the field's arguments for one subscriber.

        `viewer` is the subject of its token, `claims` what else the token says.

        Raises:
            ViewerRequired: The stream is the viewer's own and there is none.
            ClaimRequired: Events are chosen by a claim, which the viewer's token does not have.
            StreamKeyInvalid: The routing argument has no usable value.
            CursorInvalid: `after` is not a string.
        """
        values = {name: _value(node, variables) for name, node in self._arguments}
        after = values.pop(AFTER, None)
        if after is not None and not isinstance(after, str):
            raise CursorInvalid("A cursor is a string.")
        return StreamRequest(
            keys=self._keys(values, viewer),
            after=after,
            filters=tuple(_filters(values)),
            claimed=self._claimed(viewer, claims),
        )

    def sharing_key(self, variables: Mapping[str, Any]) -> bytes:
        """Equal for subscribers whose answers to one event are equal, given equal identities.

        Only variables used below the root field count: its own arguments choose events, not what
        is answered to one.
        """
        used = {name: variables[name] for name in self._variables if name in variables}
        return msgspec.json.encode(used, order="deterministic")

    def _claimed(self, viewer: str | None, claims: Claims) -> tuple[str, frozenset[str]] | None:
        claim, field = self.stream.claim, self.stream.claim_field
        if claim is None or field is None:
            return None
        if viewer is None:
            raise ViewerRequired("The events of this stream are for signed-in viewers.")
        values = dict(claims).get(claim)
        if not values:
            raise ClaimRequired(f'Your token has no claim "{claim}", by which events are chosen.')
        return field, values

    def _keys(self, values: dict[str, Any], viewer: str | None) -> tuple[str, ...]:
        argument = self.stream.key_argument
        if argument == VIEWER:
            if viewer is None:
                raise ViewerRequired("This stream is the signed-in viewer's own.")
            return (viewer,)
        value = values.pop(argument, None)
        keys = value if isinstance(value, list) else [value]
        if not keys or not all(_is_key(key) for key in keys):
            raise _bad_key(argument, "needs an id, or a list of ids")
        if len(keys) > (MAX_KEYS if self.stream.event_class == "STATE" else 1):
            raise _bad_key(argument, "has too many values")
        return tuple(dict.fromkeys(str(key) for key in keys))


def _filters(values: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[Any]]]:
    for name, value in values.items():
        match value:
            case None:
                continue
            case list():
                yield name.removesuffix("s"), frozenset(_scalar(item) for item in value)
            case _:
                yield name, frozenset((_scalar(value),))


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    value = value_from_ast_untyped(node, dict(variables))
    return None if value is Undefined else value


def _variables_in(selections: SelectionSet, conditions: tuple[Any, ...]) -> Iterator[str]:
    for condition in conditions:
        yield condition.variable
    for selection in selections:
        for argument in getattr(selection, "arguments", ()):
            yield from argument.variables
        yield from _variables_in(selection.selections, selection.conditions)


def _is_for(value: Any, claimed: frozenset[str]) -> bool:
    """Is one of the viewer's values the field's, or among them? Nothing is for nobody."""
    values = value if isinstance(value, list) else [value]
    return any(_text(each) in claimed for each in values if isinstance(each, str | int | float))


def _text(value: str | float) -> str:
    """As an ID is written, and as claims are: 7 is "7"."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _scalar(value: Any) -> Any:
    """A value that can be a set's member; objects never equal an argument."""
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _is_key(value: Any) -> bool:
    match value:
        case bool():
            return False
        case str():
            # PostgreSQL's texts cannot hold U+0000.
            return 0 < len(value) <= _MAX_KEY_LENGTH and "\0" not in value
        case int():
            return True
        case _:
            return False


def _bad_key(argument: str, fault: str) -> RequestError:
    return StreamKeyInvalid(f'Argument "{argument}" {fault}.')
