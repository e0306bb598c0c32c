"""Adds to a split what federation 2 has besides keys: requirements, provisions, moves, overlays."""

import json
from random import Random

from tests.differential.model import FieldModel, Part, Ref, SubgraphModel, TypeModel
from tests.differential.narrow import Narrower

EXTERNAL = "@external"


class Decorator:
    """Adds fields and directives; each leaves a split that composes."""

    def __init__(
        self, dice: Random, types: dict[str, TypeModel], subgraphs: list[SubgraphModel]
    ) -> None:
        self._dice = dice
        self._types = types
        self._subgraphs = subgraphs
        self._count = 0
        self._moved: set[tuple[str, str]] = set()
        self._needed: set[tuple[str, str]] = set()
        self._narrowed: set[str] = set()

    def decorate(self) -> None:
        narrower = Narrower(self._dice, self._types, self._subgraphs)
        if self._dice.random() < 0.5:
            narrower.narrow()
        self._narrowed = narrower.narrowed
        places = [
            (subgraph, part)
            for subgraph in self._subgraphs
            for part in subgraph.parts.values()
            if part.type.keys
        ]
        for _ in range(self._dice.randint(0, 3)):
            self._override(*self._dice.choice(places))
        for _ in range(self._dice.randint(0, 5)):
            self._require(*self._dice.choice(places))
        for _ in range(self._dice.randint(0, 4)):
            self._provide(self._dice.choice(self._subgraphs))
        if self._dice.random() < 0.5:
            self._overlay()

    def _override(self, subgraph: SubgraphModel, part: Part) -> None:
        """Move a field here that one other subgraph resolves alone."""
        own_keys = " ".join(part.type.keys)
        for field in self._shuffled(part.type.fields):
            owners = self._owners(part.type.name, field.name)
            leaf = field.type.named not in self._types
            known = leaf or field.type.named in subgraph.parts
            if len(owners) != 1 or field.name in own_keys or field.name in part.fields:
                continue
            moved = (part.type.name, field.name) in self._moved
            if moved or field.type.named in self._narrowed:
                continue
            other = owners[0].parts[part.type.name]
            abstract = any(
                field.name in self._types[name].fields for name in (*part.type.implements,)
            )
            if not known or abstract:
                continue
            part.owned.add(field.name)
            label = ""
            if self._dice.random() < 0.5:
                name = self._dice.choice(("percent(5)", "new"))
                label = f', label: "{name}"'
                part.moving[field.name], other.moving[field.name] = (name, True), (name, False)
            else:
                other.owned.discard(field.name)
            part.fields[field.name] = f'@override(from: "{owners[0].name}"{label})'
            self._moved.add((part.type.name, field.name))
            return

    def _require(self, subgraph: SubgraphModel, part: Part) -> None:
        """Add a field that is made of what other subgraphs resolve."""
        found: list[str] = []
        for field in self._shuffled(part.type.fields)[: self._dice.randint(2, 5)]:
            text = self._needable(subgraph, part, field) if len(found) < 2 else None
            if text is not None:
                found.append(text)
        if not found:
            return
        self._count += 1
        ref = Ref(self._dice.choice(("String", "Int")), self._dice.choice(("?", "?", "?!", "[?]")))
        requires = " ".join(found)
        field = FieldModel(f"calc{self._count}", ref, requires=requires)
        if self._dice.random() < 0.4:
            values = [
                name for name in subgraph.parts if name in self._types.keys() - self._narrowed
            ]
            named = self._dice.choice(values)
            if named not in {"Query", "Mutation"}:
                field.type = Ref(named, self._dice.choice(("?", "[?]", "?!")))
        part.type.fields[field.name] = field
        text = _quoted(requires)
        part.fields[field.name] = f"@requires(fields: {text})"
        part.owned.add(field.name)

    def _needable(self, subgraph: SubgraphModel, part: Part, field: FieldModel) -> str | None:
        """The text to require a field by; None where it cannot be required here."""
        directive = part.fields.get(field.name)
        if (directive is not None and directive != EXTERNAL) or (
            (part.type.name, field.name) in self._moved
        ):
            return None
        text = field.name + self._literals(field)
        named = self._types.get(field.type.named)
        if named is not None:
            inner = self._inner(subgraph, named)
            if inner is None:
                return None
            text = f"{text} {{ {inner} }}"
        part.fields[field.name] = EXTERNAL
        self._settle(part.type, field)
        return text

    def _settle(self, type_: TypeModel, field: FieldModel) -> None:
        """What is required does not fail: a null has to be told from a fault."""
        field.fails = False
        self._needed.add((type_.name, field.name))

    def _inner(self, subgraph: SubgraphModel, named: TypeModel) -> str | None:
        there = subgraph.parts.get(named.name)
        if there is None:
            return None
        if named.kind == "object":
            return self._of_object(subgraph, there)
        parts = [
            one
            for one in subgraph.parts.values()
            if named.name in one.implements or one.type.name in there.members
        ]
        texts = []
        for one in self._dice.sample(parts, min(len(parts), 2)):
            inner = self._of_object(subgraph, one)
            if inner is not None:
                texts.append(f"... on {one.type.name} {{ {inner} }}")
        return " ".join(texts) or None

    def _of_object(self, subgraph: SubgraphModel, part: Part) -> str | None:
        """A leaf of an object: its own in a value type, a foreign one in an entity."""
        for field in self._shuffled(part.type.fields):
            leaf = field.type.named not in self._types
            if not leaf or (part.type.name, field.name) in self._moved:
                continue
            directive = part.fields.get(field.name)
            if part.type.keys and directive is None and field.requires is None:
                part.fields[field.name] = EXTERNAL
            elif directive is None or "@requires" in directive:
                continue
            self._settle(part.type, field)
            return field.name + self._literals(field)
        return None

    def _literals(self, field: FieldModel) -> str:
        """Arguments to require a field with."""
        literals = {
            "n": "5",
            "must": "-4",
            "word": '"å\\"b"',
            "mood": "BAD",
            "ids": '["1", "x"]',
            "filter": "{ min: 4, deep: [{ mood: GOOD }] }",
        }
        given = [
            f"{one.name}: {literals[one.name]}"
            for one in field.arguments
            if one.name in literals and self._dice.random() < 0.6
        ]
        return f"({', '.join(given)})" if given else ""

    def _provide(self, subgraph: SubgraphModel) -> None:
        """Let a field provide one of its entity's foreign fields."""
        fields = [
            (part, field)
            for part in subgraph.parts.values()
            for field in part.type.fields.values()
            if field.name in part.owned and field.name not in part.provides
            if part.type.kind == "object" and field.type.named in self._types
            if self._types[field.type.named].keys and (part.type.keys or part.type.name == "Query")
            if "@" not in part.fields[field.name].replace("@shareable", "")
            if field.name not in part.moving
        ]
        if not fields:
            return
        part, field = self._dice.choice(fields)
        there = subgraph.parts[field.type.named]
        for one in self._shuffled(there.type.fields):
            directive = there.fields.get(one.name)
            text = self._provided(subgraph, one)
            if directive not in (None, EXTERNAL) or text is None or one.arguments:
                continue
            owners = self._owners(there.type.name, one.name)
            texts = [owner.parts[there.type.name].fields[one.name] for owner in owners]
            if one.requires or any("@override" in text for text in texts):
                continue
            for owner in owners:
                owner.parts[there.type.name].fields[one.name] = "@shareable"
            there.fields[one.name] = EXTERNAL
            part.provides[field.name] = text
            part.fields[field.name] += f' @provides(fields: "{text}")'
            return

    def _provided(self, subgraph: SubgraphModel, field: FieldModel) -> str | None:
        """The text to provide a field by: of a value type one leaf; None where it cannot be."""
        named = self._types.get(field.type.named)
        if named is None:
            return field.name
        there = subgraph.parts.get(named.name)
        if there is None or named.kind != "object" or named.keys or named.name in self._narrowed:
            return None
        leaves = [
            one
            for one in there.fields
            if named.fields[one].type.named not in self._types and not named.fields[one].arguments
        ]
        return f"{field.name} {{ {self._dice.choice(leaves)} }}" if leaves else None

    def _overlay(self) -> None:
        """A subgraph that takes an interface for an object, and adds fields to it."""
        homes = [
            (subgraph, part)
            for subgraph in self._subgraphs
            for part in subgraph.parts.values()
            if part.type.kind == "interface" and "id" in part.fields
            if all(
                any(
                    one.type is type_
                    for one in subgraph.parts.values()
                    if part.type.name in one.implements
                )
                for type_ in self._types.values()
                if part.type.name in type_.implements
            )
        ]
        if not homes:
            return
        _, home = self._dice.choice(homes)
        interface = home.type
        home.keys.append("id")
        part = Part(interface, keys=["id"], interface_object=True)
        part.fields["id"] = ""
        part.owned.add("id")
        overlay = SubgraphModel("overlay", {interface.name: part})
        for index in range(self._dice.randint(1, 3)):
            ref = Ref(self._dice.choice(("Int", "String", interface.name)), "?")
            field = FieldModel(f"extra{index}", ref)
            if self._dice.random() < 0.4:
                self._required_of_interface(part, field)
            else:
                part.fields[field.name] = ""
            part.owned.add(field.name)
            interface.fields[field.name] = field
            for type_ in self._types.values():
                if interface.name in type_.implements:
                    type_.fields[field.name] = FieldModel(field.name, ref, requires=field.requires)
        root = FieldModel("things", Ref(interface.name, self._dice.choice(("[?]", "[?!]!", "?"))))
        self._types["Query"].fields["things"] = root
        overlay.parts["Query"] = Part(self._types["Query"], {"things": ""}, owned={"things"})
        self._subgraphs.append(overlay)

    def _required_of_interface(self, part: Part, field: FieldModel) -> None:
        for one in self._shuffled(part.type.fields):
            if one.name == "id" or one.type.named in self._types or one.name.startswith("extra"):
                continue
            part.fields[one.name] = EXTERNAL
            for type_ in self._types.values():
                if part.type.name in type_.implements:
                    self._settle(type_, type_.fields[one.name])
            field.requires = one.name + self._literals(one)
            text = _quoted(field.requires)
            part.fields[field.name] = f"@requires(fields: {text})"
            return
        part.fields[field.name] = ""

    def _owners(self, type_name: str, field: str) -> list[SubgraphModel]:
        return [
            one
            for one in self._subgraphs
            if type_name in one.parts and field in one.parts[type_name].owned
        ]

    def _shuffled(self, fields: dict[str, FieldModel]) -> list[FieldModel]:
        found = list(fields.values())
        self._dice.shuffle(found)
        return found


def _quoted(fields: str) -> str:
    """A field set as a GraphQL string."""
    return json.dumps(fields, ensure_ascii=False)
