"""What walking an operation finds: alternatives to choose among, or nothing."""

import msgspec

from gateway.planner.path import Path


class Choice(msgspec.Struct, frozen=True, eq=False):
    """One of `alternatives` has to be taken."""

    alternatives: "tuple[Path | Bundle, ...]"


class Bundle(msgspec.Struct, frozen=True, eq=False):
    """All of `choices` have to be made."""

    choices: tuple[Choice, ...]


class DeadEnd(Exception):
    """No way leads to a field from where it is asked."""

    def __init__(self, type_name: str, field: str) -> None:
        super().__init__(f"{type_name}.{field}")
        self.type_name = type_name
        self.field = field
