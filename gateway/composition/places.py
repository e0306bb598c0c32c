"""Coordinates to lines and columns: SDL is parsed with places only when there is one to tell.

Composition parses without places, which halves its time; what it reports names schema coordinates.
"""

from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from graphql import GraphQLSyntaxError, parse

from gateway.composition.errors import CompositionError, Hint, Place

_Reported = TypeVar("_Reported", CompositionError, Hint)


def with_places(reported: _Reported, sdl: dict[str, str]) -> _Reported:
    """The same with line and column filled in where its coordinates are in the SDL."""
    places = tuple(_located(place, sdl) for place in reported.places)
    return msgspec.structs.replace(reported, places=places)


def _located(place: Place, sdl: dict[str, str]) -> Place:
    if place.line or place.subgraph not in sdl:
        return place
    index = _coordinates(sdl[place.subgraph])
    coordinate = place.coordinate
    while coordinate and coordinate not in index:  # the nearest that encloses it
        coordinate = coordinate.rpartition("(" if "(" in coordinate else ".")[0]
    line, column = index.get(coordinate, (0, 0))
    return msgspec.structs.replace(place, line=line, column=column)


@lru_cache(maxsize=64)
def _coordinates(sdl: str) -> dict[str, tuple[int, int]]:
    """Line and column, from 1, of all that has a coordinate; the first declaration counts."""
    try:
        document = parse(sdl)
    except GraphQLSyntaxError:
        return {}
    found: dict[str, tuple[int, int]] = {}

    def note(coordinate: str, node: Any) -> None:
        location = (node.name if getattr(node, "name", None) else node).loc
        if location is not None:
            token = location.start_token
            found.setdefault(coordinate, (token.line, token.column))

    for definition in document.definitions:
        node: Any = definition
        name = node.name.value if getattr(node, "name", None) else "schema"
        owner = f"@{name}" if node.kind == "directive_definition" else name
        note(owner, node)
        for argument in getattr(node, "arguments", None) or ():
            note(f"{owner}({argument.name.value}:)", argument)
        for member in (
            *(getattr(node, "fields", None) or ()),
            *(getattr(node, "values", None) or ()),
        ):
            note(f"{owner}.{member.name.value}", member)
            for argument in getattr(member, "arguments", None) or ():
                note(f"{owner}.{member.name.value}({argument.name.value}:)", argument)
    return found
