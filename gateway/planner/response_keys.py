"""Under which response key the response tree holds what keys and requirements need.

What the client asks for itself, without conditions, is read from where the client has it.
Everything else lies under a key that starts with `HIDDEN`; fields with other arguments get a key of
their own, so that nothing collides.
"""

from collections.abc import Mapping

from gateway.plan.nodes import HIDDEN
from gateway.planner.path import Conditions, Path, Selected, field_label
from gateway.query_graph.graph import TYPENAME
from gateway.selections.model import Argument

Position = tuple[tuple[str, Conditions], ...]
ROOT: Position = ()


def below(position: Position, key: str, conditions: Conditions = ()) -> Position:
    """The position of a field's value; conditions tell positions apart."""
    return (*position, (key, conditions))


class ResponseKeys:
    """Made of the paths chosen for the client; answers for everything else."""

    def __init__(self, possible_types: Mapping[str, frozenset[str]], paths: list[Path]) -> None:
        self._possible = possible_types
        self._client: dict[tuple[Position, str], list[tuple[str, str]]] = {}
        self._taken: dict[str, str] = {}
        for path in paths:
            self._add(path)

    def key_of(self, position: Position, selected: Selected) -> str:
        """The response key of a field that a path goes through."""
        if selected.response_key is not None:
            return selected.response_key
        return self.needed(position, selected.scope, selected.name, selected.arguments)

    def needed(
        self, position: Position, scope: str, name: str, arguments: tuple[Argument, ...]
    ) -> str:
        """Where a needed field is found, on an object at `position` of type `scope`."""
        if name == TYPENAME:
            return TYPENAME
        label = field_label(name, arguments)
        for key, client_scope in self._client.get((position, label), ()):
            if scope == client_scope or scope in self._possible.get(client_scope, ()):
                return key
        return self._hidden(name, label)

    def _hidden(self, name: str, label: str) -> str:
        key, count = f"{HIDDEN}{name}", 1
        while self._taken.setdefault(key, label) != label:
            count += 1
            key = f"{HIDDEN}{name}_{count}"
        return key

    def _add(self, path: Path) -> Position:
        position = ROOT if path.parent is None else self._add(path.parent)
        selected = path.selected
        if selected is not None and selected.response_key is not None:
            if not selected.conditions:
                known = self._client.setdefault((position, selected.label), [])
                if (selected.response_key, selected.scope) not in known:
                    known.append((selected.response_key, selected.scope))
            return below(position, selected.response_key, selected.conditions)
        if path.edge is None and path.conditions:
            return below(position, "", path.conditions)
        return position
