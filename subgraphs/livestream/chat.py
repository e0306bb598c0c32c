"""What viewers say in a stream, and what its host does about it: use cases beside `service`."""

import msgspec

from subgraphs.livestream import content, errors, events, paces, repository
from subgraphs.livestream.models import (
    CHAT_LIMIT,
    MUTE_SECONDS,
    ChatMessage,
    Stream,
    StreamState,
    window_end,
    without_body,
)
from subgraphs.shared.events import Event
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.instants import instant_text
from subgraphs.shared.unit_of_work import UnitOfWork


class SendChat(msgspec.Struct, frozen=True, kw_only=True):
    """Say a line."""

    stream_id: str
    body: str


class RemoveMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Take the text of a message off the screen."""

    stream_id: str
    message_id: str


class MuteCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Keep someone from writing for a while."""

    stream_id: str
    customer_id: str
    seconds: int


async def send(unit: UnitOfWork, author_id: str, command: SendChat) -> str:
    """Say a line in a stream that is on air; return the message's id.

    Raises:
        BusinessError: INVALID, NOT_FOUND, STREAM_NOT_LIVE, MUTED, RATE_LIMITED,
            CONTENT_BLOCKED. The last two are not for the host.
    """
    body = command.body.strip()
    if not 1 <= len(body) <= CHAT_LIMIT:
        raise errors.invalid(f"A message has 1 to {CHAT_LIMIT} characters.", "body")
    stream = await _live(unit, command.stream_id)
    until = await repository.muted_until(unit.session, stream.id, author_id)
    if until is not None:
        raise errors.muted(instant_text(until))
    if author_id != stream.host_id:
        reason = content.blocked(body)
        if reason is not None:
            raise errors.content_blocked(reason)
        await paces.keep(unit.session, paces.CHAT, stream.id, author_id)
    sequence = await unit.reserve(events.TOPIC, stream.id)
    message = ChatMessage(
        id=new_id("chat"),
        stream_id=stream.id,
        sequence=sequence,
        author_id=author_id,
        body=body,
        at=await repository.database_time(unit.session),
    )
    await repository.add_message(unit.session, message)
    _record(unit, events.CHAT_POSTED, stream.id, events.chat_posted(message), sequence)
    return message.id


async def remove(unit: UnitOfWork, host_id: str, command: RemoveMessage) -> str:
    """Remove a message of one's own stream, once; return its id.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN.
    """
    stream = await _own(unit, host_id, command.stream_id)
    message = await repository.message_by_id(unit.session, command.message_id)
    if message is None or message.stream_id != stream.id:
        raise errors.message_not_found(command.message_id, "messageId")
    if not message.removed:
        sequence = await unit.reserve(events.TOPIC, stream.id)
        await repository.remove_message(unit.session, message.id, sequence)
        data = events.chat_removed(without_body(message))
        _record(unit, events.CHAT_REMOVED, stream.id, data, sequence)
    return message.id


async def mute(unit: UnitOfWork, host_id: str, command: MuteCustomer) -> None:
    """Mute a customer in one's own stream, from now on.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN, INVALID.
    """
    if command.seconds not in MUTE_SECONDS:
        raise errors.invalid(
            f"A mute lasts {MUTE_SECONDS.start} to {MUTE_SECONDS.stop - 1} seconds.",
            "seconds",
        )
    if not is_id(command.customer_id, "cust_"):
        raise errors.invalid(
            f"{command.customer_id!r} is not the id of a customer.", "muteCustomerId"
        )
    stream = await _own(unit, host_id, command.stream_id)
    sequence = await unit.reserve(events.TOPIC, stream.id)
    at = await repository.database_time(unit.session)
    until = window_end(at, command.seconds) or at
    await repository.set_mute(unit.session, stream.id, command.customer_id, until)
    data = events.chat_muted(stream.id, command.customer_id, until)
    _record(unit, events.CHAT_MUTED, stream.id, data, sequence)


async def _live(unit: UnitOfWork, stream_id: str) -> Stream:
    stream = await repository.lock_stream(unit.session, stream_id)
    if stream is None:
        raise errors.stream_not_found(stream_id, "streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    return stream


async def _own(unit: UnitOfWork, host_id: str, stream_id: str) -> Stream:
    stream = await repository.lock_stream(unit.session, stream_id)
    if stream is None:
        raise errors.stream_not_found(stream_id, "streamId")
    if stream.host_id != host_id:
        raise errors.not_the_host("streamId")
    return stream


def _record(
    unit: UnitOfWork, type_: str, stream_id: str, data: dict[str, object], sequence: int
) -> None:
    unit.record(Event(type=type_, topic=events.TOPIC, key=stream_id, data=data, sequence=sequence))
