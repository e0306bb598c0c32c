"""Reads the CloudEvents 1.0 structured JSON envelope that producers write."""

from typing import Any

import msgspec

from gateway.errors import GatewayError
from gateway.subscriptions.source import Event


class MalformedEvent(GatewayError):
    """A record of the log that is not an event; it is logged and passed over."""


class _Envelope(msgspec.Struct, frozen=True):
    """The attributes the gateway reads; others are the business of other consumers."""

    specversion: str
    id: str
    type: str
    partitionkey: str
    sequence: str
    time: str
    data: dict[str, Any]
    traceparent: str | None = None


_decoder = msgspec.json.Decoder(_Envelope)


def decode_event(topic: str, value: bytes | str) -> Event:
    """Decodes one record's value.

    Raises:
        MalformedEvent: The value is not a CloudEvents 1.0 object with a positive sequence.
    """
    try:
        envelope = _decoder.decode(value)
        sequence = int(envelope.sequence)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise MalformedEvent(f"{topic}: {error}") from error
    if envelope.specversion != "1.0" or sequence < 1:
        raise MalformedEvent(
            f"{topic}: specversion {envelope.specversion!r}, sequence {sequence}, id {envelope.id}"
        )
    return Event(
        topic=topic,
        key=envelope.partitionkey,
        sequence=sequence,
        id=envelope.id,
        type=envelope.type,
        time=envelope.time,
        data=envelope.data,
        size=len(value),
        traceparent=envelope.traceparent,
    )
