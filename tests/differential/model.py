"""A monolith's types, and the parts of them that each subgraph has."""

import msgspec


class Ref(msgspec.Struct, frozen=True):
    """A type reference: `wrap` is its text with `?` for the named type."""

    named: str
    wrap: str = "?"

    @property
    def text(self) -> str:
        return self.wrap.replace("?", self.named)

    @property
    def nullable(self) -> bool:
        return not self.wrap.endswith("!")


class Argument(msgspec.Struct, frozen=True):
    """An argument; `default` is GraphQL text."""

    name: str
    type: Ref
    default: str | None = None

    @property
    def text(self) -> str:
        default = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.type.text}{default}"


class FieldModel(msgspec.Struct):
    """A field of the monolith.

    `fails` says whether it may give errors or null where it must not. `targets` are the object
    types that it may lead to, where its type is abstract. `requires` is a field set.
    """

    name: str
    type: Ref
    arguments: tuple[Argument, ...] = ()
    fails: bool = True
    targets: tuple[str, ...] = ()
    requires: str | None = None

    def sdl(self, directives: str = "") -> str:
        arguments = ", ".join(argument.text for argument in self.arguments)
        within = f"({arguments})" if arguments else ""
        return f"{self.name}{within}: {self.type.text} {directives}".rstrip()


class TypeModel(msgspec.Struct):
    """A composite type; `keys` make an object an entity, `members` are those of a union."""

    name: str
    kind: str
    fields: dict[str, FieldModel] = msgspec.field(default_factory=dict)
    keys: tuple[str, ...] = ()
    implements: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class Part(msgspec.Struct):
    """What a subgraph has of a type: its fields with their directives.

    `keys` are the entity's keys here; `owned` are the fields that the subgraph resolves. Those that
    are `moving` it resolves only while a label is active (true) or is not.
    """

    type: TypeModel
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    keys: list[str] = msgspec.field(default_factory=list)
    implements: list[str] = msgspec.field(default_factory=list)
    members: tuple[str, ...] = ()
    owned: set[str] = msgspec.field(default_factory=set)
    provides: dict[str, str] = msgspec.field(default_factory=dict)
    interface_object: bool = False
    moving: dict[str, tuple[str, bool]] = msgspec.field(default_factory=dict)


class SubgraphModel(msgspec.Struct):
    """A subgraph's types by name."""

    name: str
    parts: dict[str, Part] = msgspec.field(default_factory=dict)


class WorldModel(msgspec.Struct):
    """A monolith and its split."""

    types: dict[str, TypeModel]
    subgraphs: list[SubgraphModel]
    salt: int
    faults: bool
