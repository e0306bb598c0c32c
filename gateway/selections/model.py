"""The one selection type: keys, requirements, operations and plans are all made of it.

Values are immutable and hashable: sets of them de-duplicate, plans are cached by them.
Argument values are kept as GraphQL text: two are equal when they print equally.
"""

from typing import Literal

import msgspec


class Argument(msgspec.Struct, frozen=True):
    """`name: value`, where `value` is GraphQL text and `variables` are the names used in it."""

    name: str
    value: str
    variables: tuple[str, ...] = ()


class Condition(msgspec.Struct, frozen=True):
    """`@include(if: $variable)`, or `@skip` where `negated`. Literal conditions are folded away."""

    variable: str
    negated: bool = False


class Defer(msgspec.Struct, frozen=True):
    """`@defer(if: $variable, label: …)` on a fragment.

    `number` tells the deferred fragments of an operation apart once it is settled which are
    deferred (`operation.deferred`); it is 0 before.
    """

    label: str | None = None
    variable: str | None = None
    number: int = 0


class Field(msgspec.Struct, frozen=True):
    """A field; `selections` is empty for leaves. It is there only if all `conditions` hold."""

    name: str
    alias: str | None = None
    arguments: tuple[Argument, ...] = ()
    selections: "tuple[Field | Fragment, ...]" = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def response_key(self) -> str:
        """The key under which the answer holds the field."""
        return self.alias or self.name


class Fragment(msgspec.Struct, frozen=True):
    """An inline fragment; `type_condition` is None where it only carries directives."""

    type_condition: str | None
    selections: "tuple[Field | Fragment, ...]"
    conditions: tuple[Condition, ...] = ()
    defer: Defer | None = None


Selection = Field | Fragment
SelectionSet = tuple[Selection, ...]

OperationKind = Literal["query", "mutation", "subscription"]
