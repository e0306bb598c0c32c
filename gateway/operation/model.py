"""A client's operation, validated against the API schema and normalised.

Normalised means: named fragments are inlined, literal `@skip` and `@include` are folded, identical
siblings are merged, and argument literals stay where the client wrote them. The order of response
keys is the order in which the client first asked for them.
"""

import msgspec
from graphql import OperationDefinitionNode

from gateway.selections.model import OperationKind, SelectionSet


class Variable(msgspec.Struct, frozen=True):
    """`$name: type = default`; `type` and `default` are GraphQL text."""

    name: str
    type: str
    default: str | None = None


class Operation(msgspec.Struct, frozen=True):
    """One operation; `definition` is the client's own syntax tree, for the places of errors."""

    kind: OperationKind
    name: str | None
    variables: tuple[Variable, ...]
    selections: SelectionSet
    definition: OperationDefinitionNode

    @property
    def cache_key(self) -> tuple[object, ...]:
        """Equal for operations that have the same plan."""
        return (self.kind, self.variables, self.selections)
