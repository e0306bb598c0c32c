"""What a subgraph's directives add up to, field by field; read by the rules and by the merge."""

import re
from collections.abc import Iterator

import msgspec
from graphql import SelectionSetNode

from gateway.federation.field_sets import selected
from gateway.federation.model import Applied, FieldDef, Kind, Schema, TypeDef, every, first
from gateway.federation.type_refs import named
from gateway.federation.values import plain, string_of
from gateway.selections.parse import FieldSetError, field_set_node

Coordinate = tuple[str, str]  # type, field

_CONTEXT_REFERENCE = re.compile(r"^\s*\$([A-Za-z_][A-Za-z0-9_]*)\s*(.*)$", re.DOTALL)


class Key(msgspec.Struct, frozen=True):
    """A `@key`: `selections` is None where the text cannot be read."""

    fields: str
    selections: SelectionSetNode | None
    resolvable: bool
    applied: Applied


class ContextUse(msgspec.Struct, frozen=True):
    """An argument with `@fromContext`: `context` is None where none is named."""

    type: TypeDef
    field: FieldDef
    argument: str
    context: str | None
    selection: str
    text: str


class Facts:
    """The facts of one subgraph, computed once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.keys: dict[str, list[Key]] = {}
        self.external: set[Coordinate] = set()
        self.provided: set[Coordinate] = set()
        self.key_fields: set[Coordinate] = set()
        self.used: set[Coordinate] = set()
        self._keys_of_extensions: set[Coordinate] = set()
        self.contexts: dict[str, list[TypeDef]] = {}
        self.context_uses: list[ContextUse] = []
        for type_ in schema.types.values():
            if type_.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION):
                self._type(type_)
        # A custom from federation 1: an extension repeats its key fields, marked external.
        self.external -= self._keys_of_extensions
        self._use_contexts()
        self._use_interfaces()

    def is_external(self, type_name: str, field: FieldDef) -> bool:
        return (type_name, field.name) in self.external

    def is_shareable(self, type_: TypeDef, field: FieldDef) -> bool:
        """Whether other subgraphs may resolve the field too."""
        if (type_.name, field.name) in self.key_fields or first(field.directives, "shareable"):
            return True
        if (type_.name, field.name) in self.provided and self.is_external(type_.name, field):
            return True
        return any(
            applied.declaration == field.declaration
            for applied in every(type_.directives, "shareable")
        )

    def is_interface_object(self, type_name: str) -> bool:
        type_ = self.schema.types.get(type_name)
        return type_ is not None and bool(first(type_.directives, "interfaceObject"))

    def _type(self, type_: TypeDef) -> None:
        keys = every(type_.directives, "key")
        if keys:
            self.keys[type_.name] = [self._key(type_, key) for key in keys]
        for context in every(type_.directives, "context"):
            name = string_of(context.args.get("name"))
            if name is not None:
                self.contexts.setdefault(name, []).append(type_)
        is_external = first(type_.directives, "external") is not None
        for field in type_.fields.values():
            if is_external or first(field.directives, "external"):
                self.external.add((type_.name, field.name))
            if field.directives:
                self._requirements(type_, field)
            for argument in field.args.values():
                if argument.directives:
                    self._context_use(type_, field, argument.name, argument.directives)

    def _key(self, type_: TypeDef, applied: Applied) -> Key:
        text = string_of(applied.args.get("fields")) or ""
        resolvable = applied.args.get("resolvable")
        selections = _selections(text)
        coordinates = set(self._coordinates(type_, selections))
        self.key_fields |= coordinates
        self.used |= coordinates
        if applied.on_extension or first(type_.directives, "extends"):
            self._keys_of_extensions |= coordinates
        is_resolvable = resolvable is None or plain(resolvable) is not False
        return Key(text, selections, is_resolvable, applied)

    def _requirements(self, type_: TypeDef, field: FieldDef) -> None:
        requires = first(field.directives, "requires")
        if requires is not None:
            selections = _selections(string_of(requires.args.get("fields")) or "")
            self.used.update(self._coordinates(type_, selections))
        provides = first(field.directives, "provides")
        target = self.schema.types.get(named(field.type))
        if provides is not None and target is not None:
            selections = _selections(string_of(provides.args.get("fields")) or "")
            coordinates = set(self._coordinates(target, selections))
            self.provided |= coordinates
            self.used |= coordinates

    def _context_use(
        self, type_: TypeDef, field: FieldDef, argument: str, directives: list[Applied]
    ) -> None:
        applied = first(directives, "fromContext")
        if applied is None:
            return
        text = string_of(applied.args.get("field")) or ""
        match = _CONTEXT_REFERENCE.match(text)
        context, selection = (match[1], match[2]) if match else (None, text)
        self.context_uses.append(ContextUse(type_, field, argument, context, selection, text))

    def _use_contexts(self) -> None:
        for use in self.context_uses:
            selections = _selections(use.selection)
            for type_ in self.contexts.get(use.context or "", ()):
                self.used.update(self._coordinates(type_, selections))

    def _use_interfaces(self) -> None:
        """A field that satisfies an interface is used, be it external or overridden."""
        for type_ in self.schema.types.values():
            for interface in type_.interfaces:
                for name in getattr(self.schema.types.get(interface), "fields", ()):
                    self.used.add((type_.name, name))

    def _coordinates(
        self, type_: TypeDef, selections: SelectionSetNode | None
    ) -> Iterator[Coordinate]:
        if selections is None:
            return
        try:
            for owner, field in selected(self.schema, type_, selections):
                yield owner.name, field.name
        except FieldSetError:  # told by the directive's own rule
            return


def _selections(text: str) -> SelectionSetNode | None:
    if not text.strip():
        return None
    try:
        return field_set_node(text)
    except FieldSetError:
        return None
