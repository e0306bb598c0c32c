"""Takes out of an operation what its client may not see, before the operation is planned.

A field stays away from subgraphs altogether: it is planned as if it had not been asked for, while
the answer keeps the client's shape, so the field is null there and an error tells why.

Through an interface or union, a field needs what every type that may come needs: which one comes
is known only when it has been fetched.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_abstract_type,
)
from msgspec.structs import replace

from gateway.operation.model import Operation
from gateway.plan.nodes import HIDDEN
from gateway.security.access_rules import AccessRules, Requirement, meets
from gateway.security.errors import NotPermitted
from gateway.security.identity import Identity
from gateway.selections.model import Field, Fragment, Selection, SelectionSet

_PLACEHOLDER = Field("__typename", alias=f"{HIDDEN}denied")
_MAX_ERRORS = 100

KeyPath = tuple[str, ...]
"""Response keys from the root to a field; lists on the way have no step."""


class Permitted(msgspec.Struct, frozen=True):
    """What is left of an operation, and where something was taken out."""

    operation: Operation
    denied: tuple[KeyPath, ...]


class Authorization:
    """The requirements of one operation, found once; decided for each client."""

    def __init__(self, operation: Operation, schema: GraphQLSchema, rules: AccessRules) -> None:
        self._operation = operation
        self._filter = _Filter(schema, rules)
        self.requirements = self._filter.requirements(operation)

    def unmet(self, identity: Identity) -> frozenset[Requirement]:
        """What the client lacks; clients that lack the same share a plan."""
        return frozenset(each for each in self.requirements if not meets(identity, each))

    def permit(self, unmet: frozenset[Requirement]) -> Permitted:
        """The operation without what needs any of `unmet`."""
        return self._filter.permit(self._operation, unmet)


class _Filter:
    """Walks an operation along the schema."""

    def __init__(self, schema: GraphQLSchema, rules: AccessRules) -> None:
        self._schema = schema
        self._rules = rules

    def requirements(self, operation: Operation) -> frozenset[Requirement]:
        found: set[Requirement] = set()
        self._collect(operation.selections, self._root(operation), found)
        return frozenset(found)

    def permit(self, operation: Operation, unmet: frozenset[Requirement]) -> Permitted:
        denied: list[KeyPath] = []
        walk = _Walk(self, unmet, denied)
        selections = walk.selections(operation.selections, self._root(operation), ())
        return Permitted(replace(operation, selections=selections), tuple(dict.fromkeys(denied)))

    def needed(self, field: Field, parent: GraphQLNamedType) -> frozenset[Requirement]:
        """What a field needs under a parent type, by all the types that may come."""
        needed = self._rules.of_type(parent.name) | self._rules.of_field(parent.name, field.name)
        if is_abstract_type(parent):
            for possible in self._schema.get_possible_types(parent):
                needed |= self._rules.of_type(possible.name)
                needed |= self._rules.of_field(possible.name, field.name)
        returned = self.returned(field, parent)
        return needed if returned is None else needed | self._rules.of_type(returned.name)

    def returned(self, field: Field, parent: GraphQLNamedType) -> GraphQLNamedType | None:
        """The named type of a field; None for `__typename` and introspection."""
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return None
        definition: GraphQLField | None = parent.fields.get(field.name)
        return None if definition is None else get_named_type(definition.type)

    def condition(self, fragment: Fragment, parent: GraphQLNamedType) -> GraphQLNamedType:
        if fragment.type_condition is None:
            return parent
        return self._schema.get_type(fragment.type_condition) or parent

    def _root(self, operation: Operation) -> GraphQLNamedType:
        root = self._schema.get_root_type(OperationType(operation.kind))
        if root is None:
            raise AssertionError(f"validation lets no {operation.kind} through without a root type")
        return root

    def _collect(
        self, selections: SelectionSet, parent: GraphQLNamedType, found: set[Requirement]
    ) -> None:
        for selection in selections:
            match selection:
                case Field():
                    if selection.name == "__typename":
                        continue
                    found |= self.needed(selection, parent)
                    returned = self.returned(selection, parent)
                    if returned is not None:
                        self._collect(selection.selections, returned, found)
                case Fragment():
                    inner = self.condition(selection, parent)
                    self._collect(selection.selections, inner, found)


class _Walk:
    """Rebuilds selections without what needs anything unmet."""

    def __init__(
        self, types: _Filter, unmet: frozenset[Requirement], denied: list[KeyPath]
    ) -> None:
        self._types = types
        self._unmet = unmet
        self._denied = denied

    def selections(
        self, selections: SelectionSet, parent: GraphQLNamedType, path: KeyPath
    ) -> SelectionSet:
        """Never empty, so that what holds the selections is still asked for."""
        kept = tuple(
            kept
            for selection in selections
            if (kept := self._selection(selection, parent, path)) is not None
        )
        return kept or (_PLACEHOLDER,)

    def _selection(
        self, selection: Selection, parent: GraphQLNamedType, path: KeyPath
    ) -> Selection | None:
        match selection:
            case Fragment():
                inner = self._types.condition(selection, parent)
                return replace(
                    selection, selections=self.selections(selection.selections, inner, path)
                )
            case Field():
                return self._field(selection, parent, (*path, selection.response_key))

    def _field(self, field: Field, parent: GraphQLNamedType, path: KeyPath) -> Field | None:
        if field.name == "__typename":
            return field
        if self._types.needed(field, parent) & self._unmet:
            self._denied.append(path)
            return None
        returned = self._types.returned(field, parent)
        if returned is None or not field.selections:
            return field
        return replace(field, selections=self.selections(field.selections, returned, path))


def tell_denials(answer: dict[str, Any], denied: tuple[KeyPath, ...]) -> None:
    """Add to an answer's `errors` why denied fields are null.

    Where such a field is non-null, the null has risen and is reported already: that report is
    given its true reason.
    """
    errors: list[dict[str, Any]] = answer.setdefault("errors", [])
    for error in errors:
        path = error.get("path") or ()
        if tuple(step for step in path if isinstance(step, str)) in denied:
            error.update(_entry(path))
    found = (path for key_path in denied for path in _nulls(answer.get("data"), key_path, ()))
    errors += [_entry(path) for path in islice(dict.fromkeys(found), _MAX_ERRORS)]
    if not errors:
        del answer["errors"]


def _entry(path: Sequence[str | int]) -> dict[str, Any]:
    return {
        "message": "Not allowed to see this field.",
        "path": list(path),
        "extensions": {"code": NotPermitted.code},
    }


def _nulls(
    value: Any, key_path: KeyPath, path: tuple[str | int, ...]
) -> Iterator[tuple[str | int, ...]]:
    """Where the field of a key path is null in the answer, under objects that are there."""
    match value:
        case list():
            for index, item in enumerate(value):
                yield from _nulls(item, key_path, (*path, index))
        case dict() if key_path and key_path[0] in value:
            inner = value[key_path[0]]
            here = (*path, key_path[0])
            if inner is None and len(key_path) == 1:
                yield here
            else:
                yield from _nulls(inner, key_path[1:], here)
        case _:
            return
