"""Projects an answer in parts: each time, what the client does not have yet.

The *view* is what the client has, merged. A deferred fragment is announced on each object of the
view that it is on; so there is none below a null. Once its fetches are done, its shape is followed
through the view: fields that the view lacks are projected, those that it has are gone into. A null
that may not be rises to the object that lacks the field, at most: then the fragment has failed on
its object, and what the client has stays as it is (GraphQL incremental delivery, "Completed
Result").
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
import orjson

from gateway.executor.errors import ResponsePath, SubgraphAnswerMalformed, error_entry
from gateway.executor.filling import Spot, has_place, missing, objects_at, present
from gateway.executor.parts import Announced, Errors, First, Outcome, Payload, Record
from gateway.executor.projection import NonNullViolation, Projector
from gateway.executor.run import Run
from gateway.executor.shape import ObjectShape
from gateway.executor.walk import JsonObject
from gateway.operation.json_values import dumps

Tell = Callable[[JsonObject], None]
"""Adds to the `errors` of an answer with `data` what the executor does not know of."""


class PartShape(msgspec.Struct, frozen=True):
    """A deferred fragment; `keys` lead from the root to the objects it is on.

    `place` is the shape from the root to there, with the fragment's own below. `marked` says of
    those objects which are of a type that the fragment is on.
    """

    number: int
    label: str | None
    parent: int | None
    keys: tuple[str, ...]
    place: ObjectShape
    marked: ObjectShape


class _Errors:
    """What is not told yet of the errors of a run."""

    def __init__(self, run: Run, tell: Tell | None) -> None:
        self._log = run.log
        self._tell = tell
        self._read = 0
        self._untold: Errors = []
        self._denied: set[ResponsePath] = set()

    def take(self, belongs: Callable[[ResponsePath | None], bool]) -> Errors:
        """Those at paths that belong somewhere."""
        self._untold += self._log.entries[self._read :]
        self._read = len(self._log.entries)
        taken = [one for one in self._untold if belongs(_path(one))]
        self._untold = [one for one in self._untold if not belongs(_path(one))]
        return taken

    def with_denials(self, errors: Errors, data: JsonObject | None) -> Errors:
        """The errors with what else is to be told of them and of nulls in `data`, once each."""
        if self._tell is None:
            return errors
        content: JsonObject = {"data": data, "errors": list(errors)}
        self._tell(content)
        told = [
            one
            for index, one in enumerate(content.get("errors", ()))
            if index < len(errors) or _path(one) not in self._denied
        ]
        self._denied.update(path for one in told if (path := _path(one)) is not None)
        return told


class Delivery:
    """One answer in parts. With `whole` a fragment is sent with all that the client has of it."""

    def __init__(
        self,
        run: Run,
        fixed: Mapping[str, Any],
        parts: tuple[PartShape, ...],
        *,
        whole: bool,
        tell: Tell | None,
    ) -> None:
        self._run = run
        self._fixed = fixed
        self._parts = {part.number: part for part in parts}
        self._whole = whole
        self._errors = _Errors(run, tell)
        self._view: JsonObject = {}
        self._pending: dict[int, dict[ResponsePath, Announced]] = {}
        self._delivered: dict[int, set[ResponsePath]] = {}
        self._count = 0

    @property
    def has_next(self) -> bool:
        """Is anything announced that has not come?"""
        return bool(self._pending)

    def first(self, shape: ObjectShape, extensions: dict[str, Any]) -> Payload:
        """What is answered at once, and what is announced with it."""
        known = (path for path in self._run.log.paths if has_place(shape, path))
        projector = Projector(known, self._fixed)
        data = projector.project(shape, self._run.tree)
        told = self._errors.take(lambda path: path is None or has_place(shape, path))
        errors = self._errors.with_denials([*told, *projector.errors], data)
        try:
            written = None if data is None else _json(data)
        except SubgraphAnswerMalformed as error:
            written, errors = None, [error_entry(error.message, None, error.extensions)]
        if data is None or written is None:
            return Payload(First(None, errors, extensions), (), (), has_next=False)
        self._view = data
        announced = tuple(self._announce(None))
        return Payload(First(written, errors, extensions), announced, (), has_next=self.has_next)

    def next(self, is_fetched: Callable[[int], bool]) -> Payload | None:
        """What has come of the parts whose fetches are done; None where nothing has."""
        announced: list[Announced] = []
        outcomes: list[Outcome] = []
        while ready := [number for number in self._pending if is_fetched(number)]:
            for number in ready:
                outcomes += self._deliver(self._parts[number])
                announced += self._announce(number)
        if not outcomes:
            return None
        if not self.has_next:
            outcomes[-1].errors.extend(self._errors.take(lambda _: True))
        return Payload(None, tuple(announced), tuple(outcomes), has_next=self.has_next)

    def _announce(self, parent: int | None) -> Iterator[Announced]:
        """The fragments that are directly in another one, or in none."""
        for part in self._parts.values():
            if part.parent != parent:
                continue
            found: dict[ResponsePath, Announced] = {}
            for spot in self._spots(part, part.marked):
                if spot.fields() and self._has_parent(part, spot.path):
                    self._count += 1
                    found[spot.path] = Announced(str(self._count), spot.path, part.label)
            if found:
                self._pending[part.number] = found
                yield from found.values()

    def _spots(self, part: PartShape, shape: ObjectShape) -> Iterator[Spot]:
        return objects_at(Spot((), shape, self._run.tree, self._view), part.keys)

    def _has_parent(self, part: PartShape, path: ResponsePath) -> bool:
        if part.parent is None:
            return True
        place = _upto(path, len(self._parts[part.parent].keys))
        return place in self._delivered.get(part.parent, ())

    def _deliver(self, part: PartShape) -> Iterator[Outcome]:
        pending = self._pending.pop(part.number)
        came = self._delivered[part.number] = set()
        depth = len(part.keys)
        told: dict[ResponsePath, Errors] = {}
        for entry in self._errors.take(lambda path: self._is_own(part, path, pending)):
            told.setdefault(_upto(_path(entry) or (), depth), []).append(entry)
        for spot in self._spots(part, part.place):
            announced = pending.get(spot.path)
            if announced is not None:
                outcome = self._outcome(announced, spot, told.get(spot.path, []))
                if not outcome.failed:
                    came.add(spot.path)
                yield outcome

    def _is_own(
        self, part: PartShape, path: ResponsePath | None, pending: Mapping[ResponsePath, object]
    ) -> bool:
        if path is None:
            return False
        return _upto(path, len(part.keys)) in pending and has_place(part.place, path)

    def _outcome(self, announced: Announced, spot: Spot, told: Errors) -> Outcome:
        projector = Projector(self._run.log.paths, self._fixed)
        try:
            new = list(missing(spot, projector))
            records = tuple(Record(at.path[len(spot.path) :], _json(fields)) for at, fields in new)
        except NonNullViolation:
            errors = self._errors.with_denials([*told, *projector.errors], None)
            return Outcome(announced, (), errors or self._faults(spot), failed=True)
        except SubgraphAnswerMalformed as error:
            entry = error_entry(error.message, spot.path, error.extensions)
            return Outcome(announced, (), [entry], failed=True)
        for at, fields in new:
            at.view.update(fields)
        if self._whole:
            records = (Record((), _json(present(spot))),)
        data = self._view if new else None
        errors = self._errors.with_denials([*told, *projector.errors], data)
        return Outcome(announced, records, errors)

    def _faults(self, spot: Spot) -> Errors:
        """Why a fragment fails whose errors were told with another, or were too many to tell."""
        projector = Projector((), self._fixed)
        with suppress(NonNullViolation):
            list(missing(spot, projector))
        return projector.errors


def _path(entry: Mapping[str, Any]) -> ResponsePath | None:
    path = entry.get("path")
    return None if path is None else tuple(path)


def _upto(path: ResponsePath, keys: int) -> ResponsePath:
    """A response path up to the object behind so many keys, and the list items there."""
    end = 0
    for step in path:
        if isinstance(step, str):
            if not keys:
                break
            keys -= 1
        end += 1
    return path[:end]


def _json(data: JsonObject) -> orjson.Fragment:
    """The data written down, as it may change afterwards.

    Raises:
        SubgraphAnswerMalformed: a custom scalar's value is nested too deeply.
    """
    try:
        return orjson.Fragment(dumps(data))
    except (orjson.JSONEncodeError, RecursionError):
        raise SubgraphAnswerMalformed("A subgraph's answer is nested too deeply") from None
