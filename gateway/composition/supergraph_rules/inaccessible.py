"""`@inaccessible`: what is left for clients must be a whole schema.

Specification: https://specs.apollo.dev/inaccessible/v0.2
"""

from collections.abc import Iterator, Mapping, Sequence

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from gateway.composition import codes
from gateway.composition.codes import Code
from gateway.composition.merge.context import Merge, Supergraph
from gateway.federation.model import Applied, ArgumentDef, FieldDef, Kind, TypeDef, first
from gateway.federation.type_refs import is_list, item, named, nullable

Problem = tuple[Code, str, str]


def check_inaccessible(merge: Merge, supergraph: Supergraph) -> None:
    """Report elements that clients see but that lean on what they do not see."""
    if not any(d.name for d in supergraph.directives if _links_inaccessible(d)):
        return
    for code, message, coordinate in problems(supergraph.types):
        owner = coordinate.partition(".")[0]
        merge.report.error(code, message, *merge.places(merge.sources(owner), coordinate))


def problems(types: Mapping[str, TypeDef]) -> Iterator[Problem]:
    """What stands in the way of an API schema: code, message, coordinate."""
    return _Check(types).run()


def _links_inaccessible(applied: Applied) -> bool:
    url = applied.args.get("url")
    return "/inaccessible/" in getattr(url, "value", "")


def is_hidden(directives: Sequence[Applied]) -> bool:
    """Whether the element is @inaccessible."""
    return first(list(directives), "inaccessible") is not None


class _Check:
    def __init__(self, types: Mapping[str, TypeDef]) -> None:
        self.types = types
        self.hidden = {name for name, type_ in types.items() if is_hidden(type_.directives)}

    def run(self) -> Iterator[Problem]:
        if "Query" in self.hidden:
            message = (
                'Type "Query" is @inaccessible but is the query root type, which must be in the API'
                " schema."
            )
            yield codes.QUERY_ROOT_TYPE_INACCESSIBLE, message, "Query"
        for name, type_ in self.types.items():
            if name not in self.hidden:
                yield from self._type(type_)

    def _type(self, type_: TypeDef) -> Iterator[Problem]:
        children = [is_hidden(field.directives) for field in type_.fields.values()]
        children += [is_hidden(value.directives) for value in type_.values.values()]
        children += [member in self.hidden for member in type_.members]
        if children and all(children):
            yield (
                codes.ONLY_INACCESSIBLE_CHILDREN,
                f'Type "{type_.name}" is in the API schema but all of its children are'
                " @inaccessible.",
                type_.name,
            )
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            if is_hidden(field.directives):
                yield from self._hidden_field(type_, field, coordinate)
            else:
                yield from self._visible_field(type_, field, coordinate)

    def _hidden_field(self, type_: TypeDef, field: FieldDef, coordinate: str) -> Iterator[Problem]:
        if type_.kind is Kind.INPUT and field.required:
            message = (
                f'Input field "{coordinate}" is @inaccessible but is a required input field of its'
                " type."
            )
            yield codes.REQUIRED_INACCESSIBLE, message, coordinate
        for promise in self._promised(type_, field.name):
            yield (
                codes.IMPLEMENTED_BY_INACCESSIBLE,
                f'Field "{coordinate}" is @inaccessible but implements the interface field'
                f' "{promise[0]}.{field.name}", which is in the API schema.',
                coordinate,
            )

    def _promised(self, type_: TypeDef, name: str) -> list[tuple[str, FieldDef]]:
        """The visible interface fields that a field of the type implements."""
        found = []
        for interface_name in type_.interfaces:
            interface = self.types.get(interface_name)
            if interface is None or interface_name in self.hidden or name not in interface.fields:
                continue
            if not is_hidden(interface.fields[name].directives):
                found.append((interface_name, interface.fields[name]))
        return found

    def _visible_field(self, type_: TypeDef, field: FieldDef, coordinate: str) -> Iterator[Problem]:
        yield from self._reference(field.type, coordinate)
        yield from self._default(field.default, field.type, coordinate)
        for argument in field.args.values():
            where = f"{coordinate}({argument.name}:)"
            if not is_hidden(argument.directives):
                yield from self._reference(argument.type, where)
                yield from self._default(argument.default, argument.type, where)
                continue
            if argument.required:
                message = (
                    f'Argument "{where}" is @inaccessible but is a required argument of its field.'
                )
                yield codes.REQUIRED_INACCESSIBLE, message, where
            yield from self._promised_argument(type_, field, argument, where)

    def _promised_argument(
        self, type_: TypeDef, field: FieldDef, argument: ArgumentDef, where: str
    ) -> Iterator[Problem]:
        for interface, promise in self._promised(type_, field.name):
            promised = promise.args.get(argument.name)
            if promised is not None and not is_hidden(promised.directives):
                yield (
                    codes.IMPLEMENTED_BY_INACCESSIBLE,
                    f'Argument "{where}" is @inaccessible but implements the interface argument'
                    f' "{interface}.{field.name}({argument.name}:)" which is in the API schema.',
                    where,
                )

    def _reference(self, ref: str, coordinate: str) -> Iterator[Problem]:
        name = named(ref)
        if name in self.hidden:
            yield (
                codes.REFERENCED_INACCESSIBLE,
                f'Type "{name}" is @inaccessible but is referenced by "{coordinate}", which is in'
                " the API schema.",
                coordinate,
            )

    def _default(self, value: ValueNode | None, ref: str, coordinate: str) -> Iterator[Problem]:
        hidden = self._hidden_in(value, ref) if value is not None else None
        if hidden is not None:
            yield (
                codes.DEFAULT_VALUE_USES_INACCESSIBLE,
                f'"{hidden}" is @inaccessible but is used in the default value of "{coordinate}",'
                " which is in the API schema.",
                coordinate,
            )

    def _hidden_in(self, value: ValueNode, ref: str) -> str | None:
        """The coordinate of a hidden element that the value uses."""
        ref = nullable(ref)
        if isinstance(value, ListValueNode):
            inner = item(ref) if is_list(ref) else ref
            found = (self._hidden_in(one, inner) for one in value.values)
            return next((hidden for hidden in found if hidden is not None), None)
        type_ = self.types.get(named(ref))
        if type_ is None or type_.name in self.hidden:
            return None
        if isinstance(value, EnumValueNode):
            used = type_.values.get(value.value)
            is_used_hidden = used is not None and is_hidden(used.directives)
            return f"{type_.name}.{value.value}" if is_used_hidden else None
        if isinstance(value, ObjectValueNode):
            for field in value.fields:
                own = type_.fields.get(field.name.value)
                if own is None:
                    continue
                if is_hidden(own.directives):
                    return f"{type_.name}.{own.name}"
                hidden = self._hidden_in(field.value, own.type)
                if hidden is not None:
                    return hidden
        return None
