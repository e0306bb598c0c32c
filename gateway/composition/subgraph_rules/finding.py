"""What a rule finds in one subgraph, and the shape of a rule."""

from collections.abc import Callable, Iterable

import msgspec

from gateway.composition.codes import Code
from gateway.composition.facts import Facts


class Finding(msgspec.Struct, frozen=True):
    """A broken rule at a schema coordinate, and at `others` where it is broken in the same way."""

    code: Code
    message: str
    coordinate: str
    others: tuple[str, ...] = ()


Rule = Callable[[Facts], Iterable[Finding]]
