"""An answer in parts, as values: what came at once, what is announced, and what became of it.

How they are written for the client, the transport decides.
"""

from typing import Any

import msgspec
import orjson

from gateway.executor.errors import ResponsePath

Errors = list[dict[str, Any]]


class Announced(msgspec.Struct, frozen=True):
    """A deferred fragment on one object of the answer, that is still to come."""

    id: str
    path: ResponsePath
    label: str | None


class Record(msgspec.Struct, frozen=True):
    """Fields for the object at `sub_path` below the announced one; `data` is their JSON."""

    sub_path: ResponsePath
    data: orjson.Fragment


class Outcome(msgspec.Struct, frozen=True):
    """What became of one announced fragment.

    There are no `records` where it `failed`: a null rose up to the fragment itself.
    """

    of: Announced
    records: tuple[Record, ...]
    errors: Errors
    failed: bool = False


class First(msgspec.Struct, frozen=True):
    """What is answered at once; `data` is JSON, None where it is null."""

    data: orjson.Fragment | None
    errors: Errors
    extensions: dict[str, Any]


class Payload(msgspec.Struct, frozen=True):
    """What the client is sent at one time; only the first has a `first`."""

    first: First | None
    announced: tuple[Announced, ...]
    outcomes: tuple[Outcome, ...]
    has_next: bool
