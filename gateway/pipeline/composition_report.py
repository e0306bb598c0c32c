"""Errors and hints of composition, told as a compiler tells them, or for programs.

Composition knows subgraphs, coordinates and places in SDL. Here they are led back to what somebody
wrote: the SDL's file, or the Python code that the SDL was printed from.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.composition.errors import CompositionError, Hint, Place
from gateway.config.rover import NamedSdl
from gateway.config.source_line import SourceLine

Subgraphs = Mapping[str, NamedSdl]


def error_text(error: CompositionError, subgraphs: Subgraphs) -> str:
    """`file:line:column: error[CODE]: message`, the line with a caret, then each further place."""
    first, *others = _all_places(error, subgraphs)
    lines = [_headline("error", error, first)]
    if isinstance(first, SourceLine) and first.text:
        lines.append(first.excerpt())
    for place in others:
        lines.append(f"  see {place}")
        if isinstance(place, SourceLine) and place.text:
            lines.append(place.excerpt())
    return "\n".join(lines)


def hint_text(hint: Hint, subgraphs: Subgraphs) -> str:
    """`file: hint[CODE]: message`, each further place on a line below."""
    first, *others = _all_places(hint, subgraphs)
    lines = [_headline("hint", hint, first)]
    return "\n".join([*lines, *(f"  see {place}" for place in others)])


def as_json(fault: CompositionError | Hint, subgraphs: Subgraphs) -> dict[str, Any]:
    """Code, message, and for each place: subgraph, coordinate, where in SDL and in Python."""
    return {
        "code": fault.code.name,
        "message": fault.message,
        "places": [_place_as_json(place, subgraphs) for place in fault.places],
    }


def _place_as_json(place: Place, subgraphs: Subgraphs) -> dict[str, Any]:
    found: dict[str, Any] = {"subgraph": place.subgraph, "coordinate": place.coordinate}
    for source in _places(place, subgraphs):
        if isinstance(source, SourceLine):
            written_in = "sdl" if source.file == subgraphs[place.subgraph].origin else "python"
            found[written_in] = {
                "file": source.file,
                "line": source.line,
                "column": source.column,
                "text": source.text,
            }
    return found


def _all_places(
    fault: CompositionError | Hint, subgraphs: Subgraphs
) -> list[SourceLine | str | None]:
    """In the order in which one wants to look at them, each once; None if there is none."""
    found = [source for place in fault.places for source in _places(place, subgraphs)]
    return list(dict.fromkeys(found)) or [None]


def _places(place: Place, subgraphs: Subgraphs) -> Iterator[SourceLine | str]:
    """Where it is in Python, if it is, and where in SDL; a name alone where no line is known."""
    subgraph = subgraphs.get(place.subgraph)
    if subgraph is None:
        yield place.subgraph
        return
    if python := subgraph.python_place(place.coordinate):
        yield python
    if place.line:
        yield subgraph.sdl_place(place.line, place.column)
    elif python is None:
        yield subgraph.origin


def _headline(severity: str, fault: CompositionError | Hint, place: SourceLine | str | None) -> str:
    where = "" if place is None else f"{place}: "
    return f"{where}{severity}[{fault.code.name}]: {fault.message}"
