"""Errors of one fetch, told at the places of the answer that they concern."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.executor.codegen.layout import Tree
from gateway.executor.errors import (
    DOWNSTREAM_SERVICE_ERROR,
    ResponsePath,
    SubgraphError,
    error_entry,
)
from gateway.executor.walk import JsonObject
from gateway.plan.nodes import HIDDEN, Key, Rename

MAX_ENTRIES_PER_FAULT: Final = 50
MAX_ENTRIES: Final = 1000
_log = logging.getLogger(__name__)

UNTOLD: Final = frozenset({"exception", "stacktrace", "debug", "service"})


class ErrorLog:
    """The errors of one execution, and the paths that they explain.

    Where it masks, only the codes of subgraphs' errors are told.
    """

    def __init__(self, *, masks: bool = False, request_id: str | None = None) -> None:
        self.masks = masks
        self.request_id = request_id
        self.entries: list[dict[str, Any]] = []
        self.paths: set[ResponsePath] = set()

    def report(
        self, message: str, paths: Iterable[ResponsePath | None], extensions: Mapping[str, Any]
    ) -> None:
        """Tell one fault at each of `paths`; beyond a number of them it is not told again."""
        told = 0
        seen: set[ResponsePath | None] = set()
        for path in paths:
            if path in seen:
                continue
            seen.add(path)
            if path is not None:
                self.paths.add(path)
            if told < MAX_ENTRIES_PER_FAULT and len(self.entries) < MAX_ENTRIES:
                self.entries.append(error_entry(message, path, extensions))
                told += 1


def report_failure(
    log: ErrorLog, error: SubgraphError, subgraph: str, lost: Iterable[ResponsePath | None]
) -> None:
    """Tell that a whole fetch failed, at every response path that thereby has no value.

    Operators are told too: of subgraphs' own errors their logs tell more.
    """
    extra = {
        "subgraph": subgraph,
        "code": error.extensions["code"],
        "reason": error.message,
        "cause": error.__cause__ and str(error.__cause__),
        "request_id": log.request_id,
    }
    _log.warning("a subgraph gave no answer", extra=extra)
    log.report(error.message, lost, {**error.extensions, "service": subgraph})


def report_subgraph_errors(
    log: ErrorLog,
    errors: Iterable[JsonObject],
    subgraph: str,
    places: Callable[[list[str | int] | None], Iterable[ResponsePath | None]],
) -> None:
    """Carry a subgraph's own errors over; `places` maps a path of its answer to the client's."""
    for error in errors:
        message = None if log.masks else error.get("message")
        extensions = error.get("extensions")
        told = {
            key: value
            for key, value in (extensions if isinstance(extensions, dict) else {}).items()
            if key not in UNTOLD
        }
        code = told.pop("code", None)
        if log.masks:
            told = {}
        log.report(
            message if isinstance(message, str) else "The subgraph reported an error",
            places(_path(error.get("path"))),
            {
                "code": code if isinstance(code, str) else DOWNSTREAM_SERVICE_ERROR,
                "service": subgraph,
                **told,
            },
        )


def asked_for(entries: Sequence[dict[str, Any]], data: JsonObject | None) -> list[dict[str, Any]]:
    """The errors without those at fields that the client did not ask for at that object.

    A subgraph that takes an interface for an object resolves fields for objects of all types.
    Paths end where they do not fit the answer.
    """
    told: list[dict[str, Any]] = []
    for entry in entries:
        path: list[str | int] = entry.get("path", [])
        fitting = _fitting(path, data)
        if fitting == len(path):
            told.append(entry)
        elif fitting is not None:
            told.append({**entry, "path": path[:fitting]})
    return told


def _fitting(path: Sequence[str | int], value: Any) -> int | None:
    """How many steps of a path fit the answer; None if it leads to what was not asked for."""
    for depth, step in enumerate(path):
        match value:
            case None:
                break
            case dict() if step in value:
                value = value[step]
            case dict() if isinstance(step, str):
                return None if depth else len(path)
            case list() if isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            case _:
                return depth
    return len(path)


def _path(path: Any) -> list[str | int] | None:
    if not isinstance(path, list) or not all(type(step) in (str, int) for step in path):
        return None
    return path


def asked_part(path: Iterable[str | int], keys: Tree) -> list[str | int]:
    """A path of the subgraph's answer, as far as it was asked for what the path leads to."""
    part: list[str | int] = []
    for step in path:
        if isinstance(step, str):
            if step not in keys:
                break
            keys = keys[step]
        part.append(step)
    return part


def visible(path: Iterable[str | int]) -> ResponsePath:
    """A path up to the first step that the client did not ask for."""
    steps: list[str | int] = []
    for step in path:
        if isinstance(step, str) and step.startswith(HIDDEN):
            break
        steps.append(step)
    return tuple(steps)


def renamed(path: list[str | int], renames: Iterable[Rename]) -> list[str | int]:
    """A path of the subgraph's answer after the fetch's renames."""
    changed = list(path)
    for rename in renames:
        keys = [step.name for step in rename.path if isinstance(step, Key)]
        place = _place_after(path, keys)
        if place is not None and path[place] == rename.source:
            changed[place] = rename.target
    return changed


def _place_after(path: list[str | int], keys: list[str]) -> int | None:
    """The index of the first key in `path` after `keys`, list indexes aside."""
    names: Iterator[tuple[int, str]] = (
        (index, step) for index, step in enumerate(path) if isinstance(step, str)
    )
    for key in keys:
        if next(names, (0, None))[1] != key:
            return None
    return next(names, (None, ""))[0]
