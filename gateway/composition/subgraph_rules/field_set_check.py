"""What holds for the `fields` of `@key`, `@requires` and `@provides` alike."""

from collections.abc import Iterator

import msgspec
from graphql import (
    DirectiveNode,
    FieldNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
)

from gateway.composition import codes
from gateway.composition.codes import Code
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.graphql_values import is_valid
from gateway.federation.model import COMPOSITE, FieldDef, Kind, TypeDef
from gateway.federation.type_refs import named
from gateway.federation.values import text
from gateway.selections.parse import FieldSetError, field_set_node

Problem = tuple[Code, str]


class Invalid(Exception):
    """The field set as a whole makes no sense; what follows would be noise."""


class FieldSetKind(msgspec.Struct, frozen=True):
    """The codes and the leave of one of the three directives."""

    directive: str
    invalid: Code
    invalid_type: Code
    has_directive: Code
    has_args: Code | None = None
    abstract: Code | None = None
    missing_external: Code | None = None


KEY = FieldSetKind(
    "key",
    codes.KEY_INVALID_FIELDS,
    codes.KEY_INVALID_FIELDS_TYPE,
    codes.KEY_DIRECTIVE_IN_FIELDS_ARG,
    has_args=codes.KEY_FIELDS_HAS_ARGS,
    abstract=codes.KEY_FIELDS_SELECT_INVALID_TYPE,
)
REQUIRES = FieldSetKind(
    "requires",
    codes.REQUIRES_INVALID_FIELDS,
    codes.REQUIRES_INVALID_FIELDS_TYPE,
    codes.REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
    missing_external=codes.REQUIRES_FIELDS_MISSING_EXTERNAL,
)
PROVIDES = FieldSetKind(
    "provides",
    codes.PROVIDES_INVALID_FIELDS,
    codes.PROVIDES_INVALID_FIELDS_TYPE,
    codes.PROVIDES_DIRECTIVE_IN_FIELDS_ARG,
    has_args=codes.PROVIDES_FIELDS_HAS_ARGS,
    missing_external=codes.PROVIDES_FIELDS_MISSING_EXTERNAL,
)


def check_field_set(
    facts: Facts, kind: FieldSetKind, type_: TypeDef, value: ValueNode
) -> Iterator[Problem]:
    """What is wrong with selecting `value` on the type."""
    if not isinstance(value, StringValueNode):
        yield kind.invalid_type, 'Invalid value for argument "fields": must be a string.'
        return
    try:
        selections = field_set_node(value.value)
        _Shape(facts, kind).check(type_, selections)
    except (FieldSetError, Invalid) as error:
        yield kind.invalid, str(error)
        return
    # A field selected twice has its faults once.
    yield from dict.fromkeys(_Content(facts, kind).check(type_, selections, external=False))


class _Shape:
    """Whether the selections exist and are whole; stops at the first that is not."""

    def __init__(self, facts: Facts, kind: FieldSetKind) -> None:
        self.schema = facts.schema
        self.types = facts.schema.types
        self.kind = kind

    def check(self, type_: TypeDef, selections: SelectionSetNode) -> None:
        for node in selections.selections:
            match node:
                case FieldNode():
                    self._field(type_, node)
                case InlineFragmentNode():
                    on = node.type_condition.name.value if node.type_condition else type_.name
                    if on not in self.types:
                        raise Invalid(f'Unknown type "{on}".')
                    self.check(self.types[on], node.selection_set)
                case _:
                    raise Invalid("Named fragments cannot be used here.")

    def _field(self, type_: TypeDef, node: FieldNode) -> None:
        name = node.name.value
        if node.alias is not None:
            raise Invalid(
                f'Cannot use alias "{node.alias.value}" in "{node.alias.value}: {name}": aliases'
                f" are not currently supported in @{self.kind.directive}"
            )
        if name == "__typename":
            return
        field = type_.fields.get(name)
        if field is None:
            raise Invalid(f'Cannot query field "{name}" on type "{type_.name}".')
        self._arguments(type_, field, node)
        target = self.types.get(named(field.type))
        if target is None or target.kind not in COMPOSITE:
            if node.selection_set is not None:
                raise Invalid(
                    f'Field "{type_.name}.{name}" has no fields of its own: its type is'
                    f' "{field.type}".'
                )
        elif node.selection_set is not None:
            self.check(target, node.selection_set)
        elif self.kind.abstract is None or target.kind is Kind.OBJECT:
            raise Invalid(
                f'Invalid empty selection set for field "{type_.name}.{name}" of non-leaf type'
                f" {field.type}"
            )

    def _arguments(self, type_: TypeDef, field: FieldDef, node: FieldNode) -> None:
        coordinate = f"{type_.name}.{field.name}"
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name, value in given.items():
            if name not in field.args:
                raise Invalid(f'Unknown argument "{name}" on field "{coordinate}".')
            ref = field.args[name].type
            if not is_valid(self.schema, value, ref):
                raise Invalid(f'Invalid value {text(value)} for "{coordinate}({name}:)" of {ref}.')
        for name, argument in field.args.items():
            if argument.required and name not in given:
                raise Invalid(
                    f'Missing mandatory value for argument "{name}" of field "{coordinate}"'
                )


class _Content:
    """Whether the directive allows what is selected."""

    def __init__(self, facts: Facts, kind: FieldSetKind) -> None:
        self.facts = facts
        self.types = facts.schema.types
        self.kind = kind

    def check(
        self, type_: TypeDef, selections: SelectionSetNode, *, external: bool
    ) -> Iterator[Problem]:
        """`external`: a field on the way here is external, so what is below is as well."""
        for node in selections.selections:
            yield from self._directives(node)
            match node:
                case FieldNode():
                    yield from self._field(type_, node, external=external)
                case InlineFragmentNode():
                    on = node.type_condition.name.value if node.type_condition else type_.name
                    yield from self.check(self.types[on], node.selection_set, external=external)
                case _:
                    continue

    def _directives(self, node: SelectionNode) -> Iterator[Problem]:
        directives = node.directives or ()
        if directives:
            shown = ", ".join(_shown(directive) for directive in directives)
            yield (
                self.kind.has_directive,
                "cannot have directive applications in the"
                f" @{self.kind.directive}(fields:) argument but found {shown}.",
            )

    def _field(self, type_: TypeDef, node: FieldNode, *, external: bool) -> Iterator[Problem]:
        coordinate = f"{type_.name}.{node.name.value}"
        field = type_.fields.get(node.name.value)
        if field is None:  # __typename
            if self.kind.missing_external is not None and not external:
                yield self.kind.missing_external, self._not_external(coordinate)
            return
        external = external or self._is_external(type_, field)
        if self.kind.has_args is not None and (field.args or node.arguments):
            yield (
                self.kind.has_args,
                f"field {coordinate} cannot be included because it has arguments (fields with"
                f" argument are not allowed in @{self.kind.directive})",
            )
        target = self.types.get(named(field.type))
        if (
            self.kind.abstract is not None
            and target is not None
            and target.kind
            in (
                Kind.INTERFACE,
                Kind.UNION,
            )
        ):
            yield (
                self.kind.abstract,
                f'field "{coordinate}" is a {target.kind} type which is not allowed in'
                f" @{self.kind.directive}",
            )
        if node.selection_set is not None and target is not None:
            yield from self.check(target, node.selection_set, external=external)
        elif self.kind.missing_external is not None and not external:
            yield self.kind.missing_external, self._not_external(coordinate)

    def _not_external(self, coordinate: str) -> str:
        if self.kind is PROVIDES:
            return (
                f'field "{coordinate}" should not be part of a @provides since it is already'
                " provided by this subgraph (it is not marked @external)"
            )
        return (
            f'field "{coordinate}" should not be part of a @{self.kind.directive} since it is not'
            " marked @external: it can be read without"
        )

    def _is_external(self, type_: TypeDef, field: FieldDef) -> bool:
        if self.facts.is_external(type_.name, field):
            return True
        if self.facts.schema.is_federation_1:  # the upgrade has seen to it
            return True
        return type_.kind is Kind.INTERFACE and any(
            self.facts.is_external(implementation.name, implementation.fields[field.name])
            for implementation in self.facts.schema.implementations(type_.name)
            if field.name in implementation.fields
        )


def _shown(directive: DirectiveNode) -> str:
    args = ", ".join(f"{a.name.value}: {text(a.value)}" for a in directive.arguments or ())
    return f"@{directive.name.value}({args})" if args else f"@{directive.name.value}"
