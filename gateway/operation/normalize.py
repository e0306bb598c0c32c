"""Normalisation: one selection tree without named fragments, literal conditions and repetitions.

Fragments whose type condition always holds are dissolved; fields with one response key and the
same conditions are merged where the client first wrote them. A fragment definition is
normalised once per type it is spread into, and the number of fields is bounded, so that fragments
that double each other cost nothing or are refused.
"""

from collections.abc import Iterable, Mapping

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)

from gateway.errors import RequestErrors
from gateway.operation.deferred import defer_of
from gateway.operation.errors import OperationTooLarge
from gateway.selections.merge import merge_selections
from gateway.selections.model import Condition, Defer, Field, Fragment, Selection, SelectionSet
from gateway.selections.parse import arguments_of

MAX_SELECTIONS = 50_000

Conditions = tuple[Condition, ...]


def normalize(
    selection_set: SelectionSetNode,
    root: GraphQLObjectType,
    fragments: Mapping[str, FragmentDefinitionNode],
    schema: GraphQLSchema,
    *,
    defers: bool = False,
) -> SelectionSet:
    """The operation's selections, normalised. Deferred fragments are kept as such if it `defers`.

    Raises:
        RequestErrors: written out, they are more than `MAX_SELECTIONS`.
    """
    return _Normalizer(fragments, schema, defers=defers).selections(selection_set, root)


class _Normalizer:
    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        schema: GraphQLSchema,
        *,
        defers: bool,
    ) -> None:
        self._defers = defers
        self._fragments = fragments
        self._schema = schema
        self._spread: dict[tuple[str, str], SelectionSet] = {}
        self._sizes: dict[int, int] = {}
        self._kept: list[SelectionSet] = []

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType) -> SelectionSet:
        found: dict[Selection, None] = {}
        spread: set[tuple[str, Conditions, Defer | None]] = set()
        for selection in node.selections:
            conditions = _conditions(selection.directives or ())
            if conditions is None:
                continue
            if isinstance(selection, FragmentSpreadNode):
                use = (selection.name.value, conditions, self._defer(selection))
                if use in spread:
                    continue
                spread.add(use)
            for item in self._selection(selection, conditions, parent):
                found[item] = None
        return self._bounded(merge_selections(tuple(found)))

    def _selection(
        self, node: SelectionNode, conditions: Conditions, parent: GraphQLNamedType
    ) -> Iterable[Selection]:
        match node:
            case FieldNode():
                return (self._field(node, conditions, parent),)
            case InlineFragmentNode():
                on = node.type_condition.name.value if node.type_condition else None
                within = self._type(on) if on else parent
                inner = self.selections(node.selection_set, within)
                return self._fragment(on, inner, conditions, self._defer(node), parent)
            case FragmentSpreadNode():
                on = self._fragments[node.name.value].type_condition.name.value
                inner = self._definition(node.name.value, on)
                return self._fragment(on, inner, conditions, self._defer(node), parent)
            case _:
                return ()

    def _definition(self, name: str, on: str) -> SelectionSet:
        key = (name, on)
        if key not in self._spread:
            definition = self._fragments[name]
            self._spread[key] = self.selections(definition.selection_set, self._type(on))
        return self._spread[key]

    def _field(self, node: FieldNode, conditions: Conditions, parent: GraphQLNamedType) -> Field:
        inner: SelectionSet = ()
        if node.selection_set is not None:
            inner = self.selections(node.selection_set, self._field_type(parent, node.name.value))
        alias = node.alias.value if node.alias else None
        return Field(
            node.name.value,
            alias if alias != node.name.value else None,
            arguments_of(node.arguments or ()),
            inner,
            conditions,
        )

    def _fragment(
        self,
        on: str | None,
        inner: SelectionSet,
        conditions: Conditions,
        defer: Defer | None,
        parent: GraphQLNamedType,
    ) -> Iterable[Selection]:
        if not inner:
            return ()
        always = on is None or self._always_holds(on, parent)
        if always and not conditions and defer is None:
            return inner
        return (Fragment(None if always else on, inner, conditions, defer),)

    def _defer(self, node: FragmentSpreadNode | InlineFragmentNode) -> Defer | None:
        return defer_of(node.directives or ()) if self._defers else None

    def _always_holds(self, on: str, parent: GraphQLNamedType) -> bool:
        if on == parent.name:
            return True
        condition = self._type(on)
        return is_abstract_type(condition) and (
            isinstance(parent, GraphQLObjectType) and self._schema.is_sub_type(condition, parent)
        )

    def _type(self, name: str) -> GraphQLNamedType:
        found = self._schema.get_type(name)
        assert found is not None  # noqa: S101  # validation found the type
        return found

    def _field_type(self, parent: GraphQLNamedType, name: str) -> GraphQLNamedType:
        definition = self._schema.get_field(parent, name)  # type: ignore[arg-type]
        assert definition is not None  # noqa: S101  # validation found the field
        return get_named_type(definition.type)

    def _bounded(self, selections: SelectionSet) -> SelectionSet:
        size = sum(1 + self._sizes.get(id(item.selections), 0) for item in selections)
        if size > MAX_SELECTIONS:
            message = f"The operation has more than {MAX_SELECTIONS} fields, fragments included."
            raise RequestErrors([OperationTooLarge(message)])
        self._sizes[id(selections)] = size
        self._kept.append(selections)
        return selections


def _conditions(directives: Iterable[DirectiveNode]) -> Conditions | None:
    """The conditions by variables; None where a literal one says that it is not there."""
    found: set[Condition] = set()
    for directive in directives:
        negated = directive.name.value == "skip"
        if not negated and directive.name.value != "include":
            continue
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            found.add(Condition(value.name.value, negated))
        elif isinstance(value, BooleanValueNode) and value.value is negated:
            return None
    if any(Condition(one.variable, not one.negated) in found for one in found):
        return None
    return tuple(sorted(found, key=lambda one: (one.variable, one.negated)))
