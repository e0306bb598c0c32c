"""Is the federated answer the monolith's?"""

from collections.abc import Iterable
from typing import Any

Steps = tuple[str | int, ...]
MANY_ERRORS = 50


def difference(
    expected: dict[str, Any], expected_paths: list[Steps], answer: dict[str, Any]
) -> str | None:
    """What differs; None where nothing does. Order of fields counts."""
    found = answer.get("data")
    place = _unlike(expected["data"], found, ())
    if place is not None:
        return f"data differs at {place}"
    errors = answer.get("errors") or []
    if bool(errors) is not bool(expected_paths):
        return f"errors: {errors} where {expected_paths} was expected"
    if len(errors) >= MANY_ERRORS:
        return None
    ours = _regions((tuple(one.get("path") or ()) for one in errors), found)
    theirs = _regions(expected_paths, found)
    if ours != theirs:
        return f"errors at {sorted(map(str, ours))}, expected at {sorted(map(str, theirs))}"
    return None


def _regions(paths: Iterable[Steps], data: Any) -> set[Steps]:
    """For each path the place of `data` that is null thereby.

    Below a null, which of several errors are told is up to the order of execution.
    """
    return {_region(path, data) for path in paths}


def _region(path: Steps, data: Any) -> Steps:
    value = data
    for index, step in enumerate(path):
        if value is None:
            return path[:index]
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return path[: index + 1]
    return path


def _alike(expected: Any, found: Any) -> bool:
    """Are these of one JSON type?"""
    return isinstance(expected, bool) is isinstance(found, bool)


def _unlike(expected: Any, found: Any, at: Steps) -> str | None:
    if isinstance(expected, dict) and isinstance(found, dict):
        if list(expected) != list(found):
            return f"{at}: {list(found)}, expected {list(expected)}"
        pairs = [(key, expected[key], found[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [(index, *pair) for index, pair in enumerate(zip(expected, found, strict=True))]
    elif expected == found and _alike(expected, found):
        return None
    else:
        return f"{at}: {found!r}, expected {expected!r}"
    places = (_unlike(one, other, (*at, key)) for key, one, other in pairs)
    return next((place for place in places if place is not None), None)
