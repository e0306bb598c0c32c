"""What composition answers with: errors and hints as values, each with its code and places."""

import msgspec

from gateway.composition.codes import Code, HintCode


class Place(msgspec.Struct, frozen=True):
    """Where in a subgraph's SDL; line and column count from 1, and are 0 where unknown."""

    subgraph: str
    coordinate: str = ""
    line: int = 0
    column: int = 0


class CompositionError(msgspec.Struct, frozen=True):
    """Why there is no supergraph."""

    code: Code
    message: str
    places: tuple[Place, ...] = ()


class Hint(msgspec.Struct, frozen=True):
    """What is worth knowing about a supergraph that was composed."""

    code: HintCode
    message: str
    places: tuple[Place, ...] = ()


class Report:
    """Collects errors and hints while composition runs."""

    def __init__(self) -> None:
        self.errors: list[CompositionError] = []
        self.hints: list[Hint] = []

    def error(self, code: Code, message: str, *places: Place) -> None:
        self.errors.append(CompositionError(code, message, places))

    def hint(self, code: HintCode, message: str, *places: Place) -> None:
        self.hints.append(Hint(code, message, places))
