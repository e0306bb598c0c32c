"""Identifiers: a prefix that names the kind, and a UUID that sorts by the time it was made.

They are greppable, route `node(id)` by prefix, and serve as partition keys. RFC 9562 section 5.7.
"""

import re
import secrets
import time
from uuid import UUID

# Longer than any of ours; OpenID Connect's subjects end here. What is kept of a client's ids gets
# into indexes and events, and neither PostgreSQL's nor Kafka's take texts of any length.
_ID = re.compile(r"[!-~]{1,255}")


def new_id(prefix: str) -> str:
    """A fresh id such as `prod_019aabcd…` (32 hex digits after the prefix)."""
    return f"{prefix}_{uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)).hex}"


def is_id(text: str, prefix: str = "") -> bool:
    """Whether a text can be the id of something with that prefix: 1 to 255 signs of ASCII."""
    return text.startswith(prefix) and _ID.fullmatch(text) is not None


def uuid7(milliseconds: int, random: bytes) -> UUID:
    """A version 7 UUID of that Unix time; `random` is 10 bytes, of which 74 bits are used."""
    number = milliseconds << 80 | int.from_bytes(random)
    number = number & ~(0xF << 76) | 0x7 << 76  # version
    number = number & ~(0x3 << 62) | 0x2 << 62  # variant
    return UUID(int=number)
