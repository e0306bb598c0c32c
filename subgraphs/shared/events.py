"""Events as values, and their envelope: CloudEvents 1.0 in structured JSON.

Every type has a JSON Schema for its `data` in `schema/events/<type>.json`, and nothing that breaks
it is written: consumers in other languages rely on it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import orjson

from subgraphs.shared.instants import instant_text
from subgraphs.shared.origin import UNKNOWN, Origin

# A link to `schema/events/` in the repository, a copy of it where the package is installed.
SCHEMAS = Path(__file__).with_name("event_schemas")


class EventInvalid(Exception):
    """An event's data breaks its schema, or its type has none: a fault in our code."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, before it has its place in the order of its key.

    `type` such as `fc.wallet.entry.posted.v1`; `topic` such as `fc.wallet.entry.v1`; `key` is the
    aggregate's id; `data` is JSON. `sequence` only if it was reserved in the same unit of work.
    """

    type: str
    topic: str
    key: str
    data: Mapping[str, Any]
    sequence: int | None = None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place: `sequence` counts from 1 within (topic, key), without gaps."""

    type: str
    topic: str
    key: str
    sequence: int
    time: datetime
    data: Mapping[str, Any]
    origin: Origin = UNKNOWN

    @property
    def id(self) -> str:
        """Unique within the topic."""
        return f"{self.key}:{self.sequence}"


def envelope(event: Recorded, source: str) -> dict[str, Any]:
    """The CloudEvents object, with the extensions for partitioning, sequence and origin."""
    body = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": f"/{source}",
        "subject": event.key,
        "partitionkey": event.key,
        "sequence": str(event.sequence),
        "time": instant_text(event.time),
        "datacontenttype": "application/json",
    }
    extensions = {
        "correlationid": event.origin.correlation,
        "causationid": event.origin.causation,
        "traceparent": event.origin.traceparent,
    }
    known = {name: value for name, value in extensions.items() if value is not None}
    return body | known | {"data": event.data}


def check_data(type_: str, data: Mapping[str, Any]) -> None:
    """Hold `data` against the schema of its type.

    Raises:
        EventInvalid: it does not fit, or there is no such type.
    """
    # As it will be read: JSON has neither tuples nor instants.
    error = jsonschema.exceptions.best_match(_validator(type_).iter_errors(_as_json(data)))
    if error is not None:
        raise EventInvalid(f"{type_}: {error.json_path}: {error.message}")


def _as_json(data: Mapping[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(dict(data)))


@lru_cache(maxsize=256)
def _validator(type_: str) -> jsonschema.Draft202012Validator:
    path = SCHEMAS / f"{type_}.json"
    try:
        schema = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise EventInvalid(f"schema/events/ has no schema of {type_}.") from None
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
