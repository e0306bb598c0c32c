"""The resume position of a subscription, signed so that a client can neither forge nor alter it.

Text form: base64url(JSON [1, topic, key, sequence, time]) "." base64url(HMAC-SHA256 of the first
part). The gateway writes and reads the same form; the two meet only here, in words.
"""

import base64
import binascii
import hmac
from datetime import datetime
from hashlib import sha256

import msgspec

from subgraphs.shared.instants import instant_text, parse_instant

_VERSION = 1


class Position(msgspec.Struct, frozen=True):
    """After event `sequence` of `key` on `topic`; `time` helps to find it in a log."""

    topic: str
    key: str
    sequence: int
    time: datetime


class CursorInvalid(ValueError):
    """The text is not a cursor that we signed."""


def write_cursor(position: Position, secret: bytes) -> str:
    """Sign a position."""
    body = [
        _VERSION, position.topic, position.key, position.sequence, instant_text(position.time)
    ]  # fmt: skip
    text = _encode(msgspec.json.encode(body))
    return f"{text}.{_encode(hmac.digest(secret, text.encode(), sha256))}"


def read_cursor(cursor: str, secret: bytes) -> Position:
    """Check the signature, then read.

    Raises:
        CursorInvalid: not signed with this secret, or malformed.
    """
    text, dot, signature = cursor.partition(".")
    try:
        genuine = hmac.compare_digest(
            hmac.digest(secret, text.encode(), sha256), _decode(signature)
        )
        if not dot or not genuine:
            raise CursorInvalid("The cursor is not one that we gave.")
        kind = tuple[int, str, str, int, str]
        version, topic, key, sequence, time = msgspec.json.decode(_decode(text), type=kind)
        if version != _VERSION:
            raise CursorInvalid("The cursor is of another version.")
        return Position(topic, key, sequence, parse_instant(time))
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise CursorInvalid("The cursor is not one that we gave.") from error


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
