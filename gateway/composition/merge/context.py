"""What every part of the merge works with: the sources, the report, and the types so far."""

from collections.abc import Iterable, Mapping

import msgspec

from gateway.composition.errors import Place, Report
from gateway.composition.facts import Facts
from gateway.composition.merge.directive_names import ComposedDirectives
from gateway.composition.merge.graphs import graph_names
from gateway.federation.model import Applied, DirectiveDef, Schema, TypeDef


class Supergraph(msgspec.Struct):
    """The merged document."""

    types: dict[str, TypeDef]
    directive_defs: dict[str, DirectiveDef]
    directives: list[Applied]
    roots: dict[str, str]
    graphs: list[tuple[str, str, str]]
    description: str | None = None


class Merge:
    """One merge; sources are addressed by their index, in the order of the subgraphs' names."""

    def __init__(self, facts: list[Facts], composed: ComposedDirectives, report: Report) -> None:
        self.facts = facts
        self.schemas: list[Schema] = [fact.schema for fact in facts]
        self.names = [schema.name for schema in self.schemas]
        self.graphs = graph_names(self.names)
        self.composed = composed
        self.report = report
        self.types: dict[str, TypeDef] = {}
        self._sources: dict[str, dict[int, TypeDef]] = {}
        self.interface_objects: dict[str, list[int]] = {}
        for index, fact in enumerate(facts):
            for name in fact.schema.types:
                if fact.is_interface_object(name):
                    self.interface_objects.setdefault(name, []).append(index)

    def sources(self, type_name: str) -> dict[int, TypeDef]:
        """The subgraphs' definitions of the type."""
        known = self._sources.get(type_name)
        if known is not None:
            return known
        found = self._sources[type_name] = {
            index: schema.types[type_name]
            for index, schema in enumerate(self.schemas)
            if type_name in schema.types and type_name not in schema.spec_types
        }
        return found

    def places(self, indexes: Iterable[int], coordinate: str) -> tuple[Place, ...]:
        return tuple(Place(self.names[index], coordinate) for index in indexes)

    def listed(self, indexes: Iterable[int]) -> str:
        """The subgraphs in words: `subgraph "a"`, `subgraphs "a" and "b"`."""
        return listed(self.names[index] for index in indexes)

    def by_value(self, values: Mapping[int, str], what: str) -> str:
        """Which subgraphs say what: `type "A" in subgraph "a" but type "B" in subgraph "b"`."""
        groups: dict[str, list[int]] = {}
        for index, value in values.items():
            groups.setdefault(value, []).append(index)
        parts = [f"{what} {value} in {self.listed(group)}" for value, group in groups.items()]
        if len(parts) == 1:
            return parts[0]
        return f"{parts[0]} but {' and '.join(parts[1:])}"


def listed(names: Iterable[str], one: str = "subgraph", many: str = "subgraphs") -> str:
    """Names in words, quoted."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) == 1:
        return f"{one} {quoted[0]}"
    return f"{many} {', '.join(quoted[:-1])} and {quoted[-1]}"
