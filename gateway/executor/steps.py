"""The steps of a plan, ready to run: what to send, where from, where to.

Their functions are either interpreted or generated; whoever runs them cannot tell.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from gateway.executor.representations import Batch
from gateway.executor.requests import FetchRequest
from gateway.executor.walk import JsonObject
from gateway.plan.nodes import Path

Reached = dict[int, list[JsonObject]]


class RootStep(msgspec.Struct, frozen=True, tag=True):
    """A fetch at a root type; `merge(tree, data)` takes the answer in."""

    request: FetchRequest
    merge: Callable[[JsonObject, JsonObject], None]


class EntityStep(msgspec.Struct, frozen=True, tag=True):
    """An entity fetch for the objects at `path`.

    `collect(tree, reached)` says what to ask for; `reached` has the objects that earlier steps
    reached, by `slot`. `merge(batch, entities)` takes the answer in, where `entities` has one
    value, of any type, for each representation.
    """

    slot: int
    path: Path
    request: FetchRequest
    collect: Callable[[JsonObject, Reached], Batch]
    merge: Callable[[Batch, list[Any]], None]


class BatchStep(msgspec.Struct, frozen=True, tag=True):
    """Entity fetches at several paths that are sent as one request: their operations are equal."""

    parts: tuple[EntityStep, ...]


class SequenceStep(msgspec.Struct, frozen=True, tag=True):
    """One after the other."""

    steps: "tuple[Step, ...]"


class ParallelStep(msgspec.Struct, frozen=True, tag=True):
    """All at the same time."""

    steps: "tuple[Step, ...]"


Step = RootStep | EntityStep | BatchStep | SequenceStep | ParallelStep
