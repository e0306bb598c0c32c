"""Lets subgraphs know but some fields of a value type that they share.

What a subgraph lacks has to be fetched from another that resolves the same field of the same
object. So only such types are narrowed to which, from that subgraph, only shared fields lead.
"""

from random import Random

from tests.differential.model import Part, SubgraphModel, TypeModel


class Narrower:
    """Takes fields of value types out of subgraphs; `narrowed` are those types."""

    def __init__(
        self, dice: Random, types: dict[str, TypeModel], subgraphs: list[SubgraphModel]
    ) -> None:
        self._dice = dice
        self._types = types
        self._subgraphs = subgraphs
        self.narrowed: set[str] = set()

    def narrow(self) -> None:
        for subgraph in self._subgraphs:
            for part in subgraph.parts.values():
                type_ = part.type
                is_value = type_.kind == "object" and not type_.keys
                if not is_value or type_.name in {"Slot", "Query", "Mutation"}:
                    continue
                others = self._others(subgraph, type_)
                if others:
                    self._take_out(part, others)

    def _others(self, subgraph: SubgraphModel, type_: TypeModel) -> list[Part]:
        """The type's parts where all is shared that leads to it here, and leads there too."""
        if any(type_.name in one.members for one in subgraph.parts.values()):
            return []
        if any(name in subgraph.parts for name in type_.implements):
            return []
        leading = [
            (part, field.name)
            for part in subgraph.parts.values()
            for field in part.type.fields.values()
            if field.type.named == type_.name and field.name in part.fields
        ]
        if not all(part.type.keys or part.type.name == "Query" for part, _ in leading):
            return []
        return [
            other.parts[type_.name]
            for other in self._subgraphs
            if other is not subgraph
            and type_.name in other.parts
            and all(_owns(other, part.type, name) for part, name in leading)
        ]

    def _take_out(self, part: Part, others: list[Part]) -> None:
        """Leave at least one field, and what no other part has."""
        spare = [
            name
            for name in part.fields
            if part.type.fields[name].type.named not in self._types
            and any(name in other.owned for other in others)
        ]
        for name in self._dice.sample(spare, self._dice.randint(0, len(spare))):
            if len(part.fields) == 1:
                return
            del part.fields[name]
            part.owned.discard(name)
            self.narrowed.add(part.type.name)


def _owns(subgraph: SubgraphModel, type_: TypeModel, field: str) -> bool:
    part = subgraph.parts.get(type_.name)
    return part is not None and field in part.owned
