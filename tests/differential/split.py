"""Splits a monolith over subgraphs so that they compose.

Every entity is at home in one subgraph, where all its keys are known: so any other can be reached.
"""

from random import Random

from tests.differential.directives import Decorator
from tests.differential.model import FieldModel, Part, SubgraphModel, TypeModel

SHAREABLE = "@shareable"


class Splitter:
    """Splits one monolith; changes its interfaces to what the subgraphs have of them.

    `fits` is false if subgraphs that share a field know no type in common which it leads to.
    """

    def __init__(self, dice: Random, types: dict[str, TypeModel]) -> None:
        self._dice = dice
        self._types = types
        count = dice.randint(2, 4)
        self.subgraphs = [SubgraphModel(name) for name in "abcd"[:count]]
        self.fits = True

    def split(self) -> list[SubgraphModel]:
        for type_ in self._types.values():
            if type_.keys:
                home = self._dice.choice(self.subgraphs)
                self._entity(home, type_, type_.keys)
        for type_ in self._types.values():
            if type_.keys or type_.name in {"Query", "Mutation"}:
                for field in type_.fields.values():
                    self._place(type_, field)
        for type_ in self._types.values():
            if type_.kind == "interface" and "id" in type_.fields:
                self._interface(self._dice.choice(self.subgraphs), type_, whole=True)
        self._interface_fields()
        Decorator(self._dice, self._types, self.subgraphs).decorate()
        self._targets()
        return self.subgraphs

    def _place(self, type_: TypeModel, field: FieldModel) -> None:
        """Let one or more subgraphs resolve a field that no key needs."""
        if any(field.name in part.owned for part in self._parts(type_.name)):
            return
        roll = self._dice.random()
        shared = roll < 0.3 and type_.name != "Mutation"
        owners = self._dice.sample(self.subgraphs, min(len(self.subgraphs), 2 if shared else 1))
        for subgraph in owners:
            part = self._part(subgraph, type_)
            part.owned.add(field.name)
            part.fields[field.name] = SHAREABLE if len(owners) > 1 else ""
            self._needs(subgraph, field)

    def _parts(self, name: str) -> list[Part]:
        return [one.parts[name] for one in self.subgraphs if name in one.parts]

    def _part(self, subgraph: SubgraphModel, type_: TypeModel) -> Part:
        """The subgraph's part of a type; an entity gets a key or two there."""
        known = subgraph.parts.get(type_.name)
        if known is not None:
            return known
        if not type_.keys:
            part = subgraph.parts[type_.name] = Part(type_)
            return part
        keys = self._dice.sample(type_.keys, self._dice.choice((1, 1, min(2, len(type_.keys)))))
        return self._entity(subgraph, type_, tuple(keys))

    def _entity(self, subgraph: SubgraphModel, type_: TypeModel, keys: tuple[str, ...]) -> Part:
        part = subgraph.parts.setdefault(type_.name, Part(type_))
        for key in keys:
            if key in part.keys:
                continue
            part.keys.append(key)
            for name in key.split("{", maxsplit=1)[0].split() + key.split("}")[-1].split():
                if name in type_.fields and name not in part.fields:
                    part.fields[name] = SHAREABLE
                    part.owned.add(name)
                    self._needs(subgraph, type_.fields[name])
            if key == "mate { id }":
                mate = self._types[type_.fields["mate"].type.named]
                self._entity(subgraph, mate, ("id",))
        return part

    def _needs(self, subgraph: SubgraphModel, field: FieldModel) -> None:
        """Let the subgraph know what a field leads to."""
        type_ = self._types.get(field.type.named)
        if type_ is None:
            return
        if type_.kind == "interface":
            self._interface(subgraph, type_)
        elif type_.kind == "union":
            self._union(subgraph, type_)
        elif type_.keys:
            self._part(subgraph, type_)
        else:
            self._value(subgraph, type_)

    def _value(self, subgraph: SubgraphModel, type_: TypeModel) -> None:
        if type_.name in subgraph.parts:
            return
        part = subgraph.parts[type_.name] = Part(type_)
        for field in type_.fields.values():
            part.fields[field.name] = SHAREABLE
            part.owned.add(field.name)
            self._needs(subgraph, field)

    def _interface(self, subgraph: SubgraphModel, type_: TypeModel, *, whole: bool = False) -> None:
        if type_.name in subgraph.parts and not whole:
            return
        subgraph.parts.setdefault(type_.name, Part(type_))
        all_ = [one for one in self._types.values() if type_.name in one.implements]
        some = self._dice.sample(all_, self._dice.randint(1, len(all_)))
        if whole or self._dice.random() < 0.6 or "id" not in type_.fields:
            some = all_
        for one in some:
            if one.keys:
                part = self._entity(subgraph, one, ("id",))
            else:
                self._value(subgraph, one)
                part = subgraph.parts[one.name]
            if type_.name not in part.implements:
                part.implements.append(type_.name)

    def _union(self, subgraph: SubgraphModel, type_: TypeModel) -> None:
        if type_.name in subgraph.parts:
            return
        part = subgraph.parts[type_.name] = Part(type_)
        members = type_.members
        if self._dice.random() < 0.3:
            members = tuple(self._dice.sample(members, self._dice.randint(1, len(members))))
        part.members = members
        for name in members:
            member = self._types[name]
            if member.keys:
                self._part(subgraph, member)
            else:
                self._value(subgraph, member)

    def _interface_fields(self) -> None:
        """An interface has in a subgraph what all that implement it there have."""
        for type_ in [one for one in self._types.values() if one.kind == "interface"]:
            had: set[str] = set()
            for subgraph in self.subgraphs:
                part = subgraph.parts.get(type_.name)
                if part is None:
                    continue
                those = [one for one in subgraph.parts.values() if type_.name in one.implements]
                for name in type_.fields:
                    if all(name in one.owned for one in those) and (
                        name == "id"
                        or "id" not in type_.fields
                        or not had
                        or self._dice.random() < 0.8
                    ):
                        part.fields[name] = ""
                        self._needs_known(subgraph, type_.fields[name])
                        had.add(name)
                part.owned = set(part.fields)
            type_.fields = {name: one for name, one in type_.fields.items() if name in had}
        self._prune_interfaces()

    def _needs_known(self, subgraph: SubgraphModel, field: FieldModel) -> None:
        known = field.type.named in subgraph.parts or field.type.named not in self._types
        assert known, "the field of the objects needs the type already"

    def _prune_interfaces(self) -> None:
        """Who implements what, and belongs to which union, is what subgraphs say of it."""
        for type_ in self._types.values():
            parts = self._parts(type_.name)
            said = {name for part in parts for name in part.implements}
            type_.implements = tuple(name for name in type_.implements if name in said)
            if type_.kind == "union":
                members = {name for part in parts for name in part.members}
                type_.members = tuple(name for name in type_.members if name in members)
        for type_ in list(self._types.values()):
            if not self._parts(type_.name):
                del self._types[type_.name]

    def _targets(self) -> None:
        """A field leads to types that all subgraphs know which resolve it."""
        for type_ in self._types.values():
            for field in type_.fields.values():
                target = self._types.get(field.type.named)
                if target is None or target.kind not in {"interface", "union"}:
                    continue
                field.targets = tuple(sorted(self._common(type_, field, target)))
                self.fits = self.fits and bool(field.targets)

    def _common(self, type_: TypeModel, field: FieldModel, target: TypeModel) -> set[str]:
        known: set[str] = {
            one.name
            for one in self._types.values()
            if target.name in one.implements or one.name in target.members
        }
        for subgraph in self.subgraphs:
            part = subgraph.parts.get(type_.name)
            there = subgraph.parts.get(target.name)
            if part is None or there is None or field.name not in part.fields:
                continue
            if there.interface_object:
                continue
            known &= set(there.members) | {
                one.type.name for one in subgraph.parts.values() if target.name in one.implements
            }
        return known
