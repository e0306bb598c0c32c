"""The resume position of a subscription, signed so that a client can neither forge nor alter it.

Text form: base64url(JSON [1, topic, key, sequence, time]) "." base64url(HMAC-SHA256 of the first
part). The gateway writes the same form, and reads it; a test holds the two together.
"""

import base64
import hmac
from datetime import datetime
from hashlib import sha256

import msgspec

from subgraphs.shared.instants import instant_text

_VERSION = 1


class Position(msgspec.Struct, frozen=True):
    """After event `sequence` of `key` on `topic`; `time` helps to find it in a log."""

    topic: str
    key: str
    sequence: int
    time: datetime


def write_cursor(position: Position, secret: bytes) -> str:
    """Sign a position."""
    body = [
        _VERSION, position.topic, position.key, position.sequence, instant_text(position.time)
    ]  # fmt: skip
    text = _encode(msgspec.json.encode(body))
    return f"{text}.{_encode(hmac.digest(secret, text.encode(), sha256))}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
