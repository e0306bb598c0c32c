"""How much of a public reference holds."""

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A row of the table; `faults` are the cases that do not hold, with the reason."""

    what: str
    passed: int
    total: int
    note: str = ""
    faults: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.passed == self.total and not self.faults
