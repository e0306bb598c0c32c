"""A supergraph, typed: which subgraph has which types and fields, and under what terms.

Made from the join specification's directives (v0.1 to v0.5). Subgraphs are named as their authors
named them (`@join__graph(name:)`), never by the enum value that stands for them in the SDL.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
from graphql import GraphQLSchema

from gateway.selections.model import OperationKind, SelectionSet

TypeKind = Literal["scalar", "object", "interface", "union", "enum", "input"]


class Subgraph(msgspec.Struct, frozen=True):
    """A subgraph and where it is; `url` may be empty where something else knows."""

    name: str
    url: str


class TypeJoin(msgspec.Struct, frozen=True):
    """`@join__type`: a subgraph has the type; one entry per key."""

    subgraph: str
    key: SelectionSet | None = None
    resolvable: bool = True
    interface_object: bool = False


class FieldJoin(msgspec.Struct, frozen=True):
    """`@join__field` with a graph: a subgraph has the field, under these terms.

    `type_name` is the named type the field has in this subgraph, where it differs. `override` is
    the subgraph that the field is taken from, and `override_label` makes that progressive.
    """

    subgraph: str
    requires: SelectionSet | None = None
    provides: SelectionSet | None = None
    type: str | None = None
    external: bool = False
    used_overridden: bool = False
    override: str | None = None
    override_label: str | None = None


class Field(msgspec.Struct, frozen=True):
    """A field of an object or interface type.

    `joins` is None where the SDL has no `@join__field`: then every subgraph that has the type has
    the field. It is empty where only an interface object gives the field.
    """

    name: str
    type: str
    type_name: str
    arguments: tuple[str, ...]
    joins: tuple[FieldJoin, ...] | None


class Type(msgspec.Struct, frozen=True):
    """A type; `implements` and `members` are told per subgraph."""

    name: str
    kind: TypeKind
    joins: tuple[TypeJoin, ...]
    fields: Mapping[str, Field]
    implements: Mapping[str, frozenset[str]]
    members: Mapping[str, frozenset[str]]

    @property
    def subgraphs(self) -> tuple[str, ...]:
        """The subgraphs that have the type, in the SDL's order."""
        return tuple(dict.fromkeys(join.subgraph for join in self.joins))

    def is_interface_object_in(self, subgraph: str) -> bool:
        """Is this interface an object type in that subgraph?"""
        return any(join.interface_object for join in self.joins if join.subgraph == subgraph)

    def keys_in(self, subgraph: str) -> Iterator[TypeJoin]:
        """The entries of a subgraph that have a key."""
        return (join for join in self.joins if join.subgraph == subgraph and join.key is not None)


class EventStreamField(msgspec.Struct, frozen=True):
    """A Subscription field whose events come from a topic: `@eventStream(topic:, key:, class:)`.

    With `claim` an event is for those alone whose token's claim has what is in its `claim_field`.
    """

    field: str
    subgraph: str
    topic: str
    key: str
    event_class: str
    claim: str | None = None
    claim_field: str | None = None


class Supergraph(msgspec.Struct, frozen=True, eq=False):
    """The whole; `possible_types` has every abstract type's object types, over all subgraphs."""

    subgraphs: Mapping[str, Subgraph]
    types: Mapping[str, Type]
    roots: Mapping[OperationKind, str]
    possible_types: Mapping[str, frozenset[str]]
    api_schema: GraphQLSchema
    event_streams: Mapping[str, EventStreamField]
