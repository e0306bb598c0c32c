"""A subgraph's schema as composition sees it: types by name, each with all its declarations.

A definition and its extensions are one `TypeDef`; `declaration` numbers tell them apart where that
counts (`@shareable` on a declaration covers the fields of that declaration alone). The same shapes
hold the merged supergraph, so one printer serves both.

These are working values of one composition: the federation 1 upgrade and the merge change them.
"""

from enum import StrEnum

import msgspec
from graphql import ValueNode

from gateway.federation.faults import Fault
from gateway.federation.links import Link


class Kind(StrEnum):
    """The six kinds of types, named as a reader would."""

    SCALAR = "Scalar"
    OBJECT = "Object"
    INTERFACE = "Interface"
    UNION = "Union"
    ENUM = "Enum"
    INPUT = "Input Object"


COMPOSITE = frozenset({Kind.OBJECT, Kind.INTERFACE, Kind.UNION})
OUTPUT = COMPOSITE | {Kind.SCALAR, Kind.ENUM}
INPUTS = frozenset({Kind.SCALAR, Kind.ENUM, Kind.INPUT})


class Applied(msgspec.Struct):
    """A directive's application.

    `federation` is the federation specification's name for it, whatever the subgraph calls it.
    """

    name: str
    args: dict[str, ValueNode]
    federation: str | None = None
    declaration: int = 0
    on_extension: bool = False


class ArgumentDef(msgspec.Struct):
    """An argument of a field or of a directive."""

    name: str
    type: str
    default: ValueNode | None = None
    description: str | None = None
    directives: list[Applied] = []

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.type.endswith("!") and self.default is None


class FieldDef(msgspec.Struct):
    """An output field or, with `default` and without `args`, an input field."""

    name: str
    type: str
    args: dict[str, ArgumentDef] = {}
    default: ValueNode | None = None
    description: str | None = None
    directives: list[Applied] = []
    declaration: int = 0

    @property
    def required(self) -> bool:
        """Whether an input field must be given."""
        return self.type.endswith("!") and self.default is None


class EnumValueDef(msgspec.Struct):
    """A value of an enum."""

    name: str
    description: str | None = None
    directives: list[Applied] = []


class TypeDef(msgspec.Struct):
    """A type with everything that its definition and extensions say."""

    name: str
    kind: Kind
    description: str | None = None
    directives: list[Applied] = []
    interfaces: list[str] = []
    fields: dict[str, FieldDef] = {}
    values: dict[str, EnumValueDef] = {}
    members: list[str] = []
    is_defined: bool = True
    is_extended: bool = False
    declarations: int = 0


class DirectiveDef(msgspec.Struct):
    """A directive's definition."""

    name: str
    args: dict[str, ArgumentDef]
    locations: tuple[str, ...]
    repeatable: bool = False
    description: str | None = None


class Schema(msgspec.Struct):
    """The whole schema of a subgraph; `roots` maps `query`, `mutation`, `subscription` to types.

    `federation` maps the names that the subgraph gives to federation's directives to federation's
    own names; `spec_types` are types that linked specifications own: they are never merged.
    `upgrade_faults` matter once a federation 1 schema is to be upgraded.
    """

    name: str
    url: str
    types: dict[str, TypeDef]
    directive_defs: dict[str, DirectiveDef]
    directives: list[Applied]
    roots: dict[str, str]
    description: str | None = None
    links: tuple[Link, ...] = ()
    federation: dict[str, str] = {}
    spec_types: frozenset[str] = frozenset()
    own_directive_defs: frozenset[str] = frozenset()
    version: tuple[int, int] | None = None
    upgrade_faults: list[Fault] = []

    @property
    def is_federation_1(self) -> bool:
        """Whether no `@link` to federation 2 is there."""
        return self.version is None

    def local_name(self, federation_name: str) -> str:
        """What this subgraph calls federation's directive, without the `@`."""
        for local, known in self.federation.items():
            if known == federation_name:
                return local
        return federation_name

    def implementations(self, interface: str) -> list[TypeDef]:
        """The object types that implement the interface."""
        return [
            type_
            for type_ in self.types.values()
            if type_.kind is Kind.OBJECT and interface in type_.interfaces
        ]


def first(directives: list[Applied], federation_name: str) -> Applied | None:
    """The first application of federation's directive, if any."""
    for applied in directives:
        if applied.federation == federation_name:
            return applied
    return None


def every(directives: list[Applied], federation_name: str) -> list[Applied]:
    """All applications of federation's directive."""
    return [applied for applied in directives if applied.federation == federation_name]
