"""Directives of the graph that Strawberry does not have: `@eventStream` (ours) and `@listSize`."""

from collections.abc import AsyncIterator
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.federation.schema_directive import schema_directive
from strawberry.federation.schema_directives import ListSize
from strawberry.schema_directive import Location

from subgraphs.shared.errors import RequestRefused

T = TypeVar("T")


@strawberry.enum(description="What a subscriber may miss.")
class EventStreamClass(Enum):
    """The delivery class of a subscription field."""

    LOG = strawberry.enum_value("LOG", description="Nothing: each event, in order, resumable.")
    STATE = strawberry.enum_value("STATE", description="Anything but the newest state.")


@schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="eventStream",
    description="The gateway feeds this subscription from a topic of events.",
    compose=True,
    import_url="https://fusioncommerce.dev/specs/event-stream/v1.0",
)
class EventStream:
    """`key` names the field's argument whose value is the partition key.

    With `claim` and `field` an event is for those whose token has in this claim the value, or one
    of the values, of this field of the event's data.
    """

    topic: str
    key: str
    class_: EventStreamClass = strawberry.directive_field(name="class")
    claim: str | None = strawberry.UNSET
    field: str | None = strawberry.UNSET


def event_stream(
    topic: str,
    key: str,
    class_: EventStreamClass,
    *,
    claim: str | None = strawberry.UNSET,
    field: str | None = strawberry.UNSET,
) -> EventStream:
    """The directive for a subscription field, for `directives=[…]`."""
    return EventStream(topic=topic, key=key, class_=class_, claim=claim, field=field)


def list_size(argument: str = "first", *, of_items: bool = False) -> ListSize:
    """The size of a connection, or with `of_items` of a plain list, is that of an argument."""
    return ListSize(
        slicing_arguments=[argument],
        sized_fields=None if of_items else ["edges", "nodes"],
        assumed_size=None,
    )


class ServedByGateway(RequestRefused):
    """Subscriptions are fed from the event topics by the gateway; subgraphs hold no sockets."""

    code = "SUBSCRIPTION_NOT_SERVED"


async def served_by_gateway(kind: type[T]) -> AsyncIterator[T]:
    """Stands for the events of a subscription field, whose resolver yields from it."""
    nothing: tuple[T, ...] = ()
    for event in nothing:
        yield event
    raise ServedByGateway(f"Subscribe to {kind.__name__} at the gateway.")
