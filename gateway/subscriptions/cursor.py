"""The signed, opaque position in a stream: what `after:` takes and `extensions.cursor` gives.

Format, shared with subgraphs that hand out a `headCursor` (both hold the same secret):

    payload = base64url(json([1, topic, key, sequence, time]))
    cursor  = payload + "." + base64url(hmac_sha256(secret, payload))

- The JSON is UTF-8, without spaces: `1` is the format's version, `sequence` the integer sequence of
  the last event that was seen (0: none yet), `time` that event's RFC 3339 time (for sequence 0: any
  time before the first event).
- base64url is RFC 4648 section 5 without padding; the HMAC is taken over the payload's ASCII bytes.

A cursor names an aggregate's own sequence, never an offset: it stays good when the topic is
repartitioned, when the broker fails over, and when the event log is exchanged for another.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec

from gateway.subscriptions.errors import CursorInvalid

_VERSION = 1
_MAX_LENGTH = 2_048


class Cursor(msgspec.Struct, frozen=True):
    """A position: everything up to `sequence` of (topic, key) has been seen."""

    topic: str
    key: str
    sequence: int
    time: str


class CursorCodec:
    """Signs and verifies cursors."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is at least 16 random bytes, the same for all replicas and subgraphs."""
        if len(secret) < 16:
            raise ValueError("the cursor secret needs at least 16 bytes")
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)

    def encode(self, cursor: Cursor) -> str:
        payload = _to_base64(
            msgspec.json.encode((_VERSION, cursor.topic, cursor.key, cursor.sequence, cursor.time))
        )
        return f"{payload}.{self._signature(payload)}"

    def decode(self, text: str) -> Cursor:
        """Verifies and reads a cursor.

        Raises:
            CursorInvalid: It is malformed, or was not signed with our secret.
        """
        payload, _, signature = text.partition(".")
        if (
            len(text) > _MAX_LENGTH
            or not text.isascii()
            or not hmac.compare_digest(signature, self._signature(payload))
        ):
            raise CursorInvalid("The cursor was not issued by this gateway.")
        try:
            version, topic, key, sequence, time = msgspec.json.decode(
                _from_base64(payload), type=tuple[int, str, str, int, str]
            )
        except (msgspec.DecodeError, binascii.Error) as error:
            raise CursorInvalid("The cursor cannot be read.") from error
        if version != _VERSION or sequence < 0:
            raise CursorInvalid("The cursor is of a version that this gateway does not know.")
        return Cursor(topic, key, sequence, time)

    def _signature(self, payload: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(payload.encode())
        return _to_base64(keyed.digest())


def _to_base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
