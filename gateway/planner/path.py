"""One way from the root of an operation to a type or field: a chain of moves, shared by prefix.

What a path costs is a set of *facts*: "this subgraph is called for that position", "this field is
fetched there". The cost of several paths is that of the union of their facts, so what they share
is paid once. Positions in facts are told by field names and arguments, not by response keys: what a
key or requirement needs counts as the same field that the client asked for.
"""

from typing import Final

import msgspec

from gateway.query_graph.graph import (
    Edge,
    EntityMove,
    FieldMove,
    SubgraphEntrypoint,
)
from gateway.selections.model import Argument, Condition, SelectionSet

CALL_COST: Final = 1000
FIELD_COST: Final = 1
LATE_FIELD_COST: Final = 2

Conditions = tuple[Condition, ...]
Place = tuple[str, ...]
Fact = tuple[str, Place, str]


class Selected(msgspec.Struct, frozen=True):
    """A field that is asked for.

    `response_key` is the client's; None for what only a key or requirement needs. `scope` is the
    type on which the field was written.
    """

    name: str
    arguments: tuple[Argument, ...]
    response_key: str | None
    conditions: Conditions
    scope: str
    selections: SelectionSet

    @property
    def label(self) -> str:
        """Name and arguments: equal for fields with equal values."""
        return field_label(self.name, self.arguments)


def field_label(name: str, arguments: tuple[Argument, ...]) -> str:
    """A field's name with its arguments as GraphQL text."""
    if not arguments:
        return name
    return f"{name}({','.join(f'{one.name}:{one.value}' for one in arguments)})"


class Facts:
    """Numbers for facts, with what each costs."""

    def __init__(self) -> None:
        self._numbers: dict[Fact, int] = {}
        self.costs: list[int] = []

    def call(self, place: Place, subgraph: str, reason: str = "call") -> int:
        return self._number((reason, place, subgraph), CALL_COST)

    def field(self, place: Place, source: str, *, entered: bool) -> int:
        """A field of `source`, a type in a subgraph.

        `entered`: by an entity fetch, so that it comes later than a root fetch would have it.
        """
        if entered:
            return self._number(("late field", place, source), LATE_FIELD_COST)
        return self._number(("field", place, source), FIELD_COST)

    def cost(self, facts: frozenset[int]) -> int:
        return sum(self.costs[fact] for fact in facts)

    def _number(self, fact: Fact, cost: int) -> int:
        number = self._numbers.setdefault(fact, len(self.costs))
        if number == len(self.costs):
            self.costs.append(cost)
        return number


class Needed(msgspec.Struct, frozen=True, eq=False):
    """What must be known before a move: `selections`, read on `scope`, had by `paths`."""

    selections: SelectionSet
    scope: str
    paths: "tuple[Path, ...]"
    facts: frozenset[int]


class Path:
    """A chain of moves. `base` is where the current position was reached, before entity moves.

    `edge` is None where `conditions` begin to hold within a position. `entered` says that some
    entity fetch is on the way.
    """

    __slots__ = (
        "base",
        "conditions",
        "cost",
        "edge",
        "entered",
        "facts",
        "needed",
        "node",
        "parent",
        "place",
        "reached",
        "selected",
    )

    def __init__(  # noqa: PLR0913  # a path is what all of these say
        self,
        parent: "Path | None",
        edge: Edge | None,
        node: int,
        place: Place,
        facts: frozenset[int],
        cost: int,
        *,
        selected: Selected | None = None,
        needed: Needed | None = None,
        conditions: Conditions = (),
    ) -> None:
        self.parent = parent
        self.edge = edge
        self.node = node
        self.place = place
        self.facts = facts
        self.cost = cost
        self.selected = selected
        self.needed = needed
        self.conditions = conditions
        again = isinstance(edge, FieldMove) and needed is not None
        before = parent is not None and parent.entered
        self.entered: bool = before or again or isinstance(edge, EntityMove)
        moved_within = parent is not None and isinstance(edge, EntityMove)
        self.base: Path = parent.base if moved_within and parent is not None else self
        self.reached: list[Path] | None = None

    @property
    def entered_here(self) -> bool:
        """Was the subgraph entered at this very position, by an entity fetch?"""
        path: Path | None = self
        while path is not None and not isinstance(path.edge, FieldMove | SubgraphEntrypoint):
            if isinstance(path.edge, EntityMove):
                return True
            path = path.parent
        return False
