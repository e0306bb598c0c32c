"""The merged document as the model that the query graph is built from: no detour over SDL."""

from graphql import GraphQLSchema, ValueNode

from gateway.composition.merge.context import Merge, Supergraph as Merged
from gateway.federation.model import Applied, FieldDef, Kind, TypeDef
from gateway.federation.type_refs import named
from gateway.federation.values import plain, string_of
from gateway.selections.model import OperationKind, SelectionSet
from gateway.selections.parse import parse_field_set
from gateway.supergraph.model import (
    EventStreamField,
    Field,
    FieldJoin,
    Subgraph,
    Supergraph,
    Type,
    TypeJoin,
    TypeKind,
)

_KINDS: dict[Kind, TypeKind] = {
    Kind.SCALAR: "scalar",
    Kind.OBJECT: "object",
    Kind.INTERFACE: "interface",
    Kind.UNION: "union",
    Kind.ENUM: "enum",
    Kind.INPUT: "input",
}
_ROOTS: dict[str, OperationKind] = {
    "query": "query",
    "mutation": "mutation",
    "subscription": "subscription",
}
_EVENT_STREAM = "eventStream"


def join_model(merge: Merge, merged: Merged) -> Supergraph:
    """The supergraph's model. Its API schema is empty: the query graph does not read it."""
    reader = _Reader(merged)
    types = {name: reader.type(type_) for name, type_ in merged.types.items()}
    return Supergraph(
        subgraphs={name: Subgraph(name, url) for _, name, url in merged.graphs},
        types=types,
        roots={_ROOTS[kind]: name for kind, name in merged.roots.items()},
        possible_types=_possible_types(types),
        api_schema=GraphQLSchema(),
        event_streams=_event_streams(merged, types),
    )


class _Reader:
    def __init__(self, merged: Merged) -> None:
        self._graphs = {value: name for value, name, _ in merged.graphs}

    def type(self, type_: TypeDef) -> Type:
        implements: dict[str, set[str]] = {}
        members: dict[str, set[str]] = {}
        joins = []
        for applied in type_.directives:
            if applied.name == "join__type":
                joins.append(self._type_join(applied))
            elif applied.name == "join__implements":
                interface = str(plain(applied.args["interface"]))
                implements.setdefault(self._graph(applied), set()).add(interface)
            elif applied.name == "join__unionMember":
                member = str(plain(applied.args["member"]))
                members.setdefault(self._graph(applied), set()).add(member)
        has_fields = type_.kind in (Kind.OBJECT, Kind.INTERFACE)
        return Type(
            name=type_.name,
            kind=_KINDS[type_.kind],
            joins=tuple(joins),
            fields={f.name: self._field(f) for f in type_.fields.values()} if has_fields else {},
            implements={graph: frozenset(names) for graph, names in implements.items()},
            members={graph: frozenset(names) for graph, names in members.items()},
        )

    def _graph(self, applied: Applied) -> str:
        return self._graphs[plain(applied.args["graph"])]

    def _type_join(self, applied: Applied) -> TypeJoin:
        return TypeJoin(
            self._graph(applied),
            _field_set(applied.args.get("key")),
            resolvable=_flag(applied, "resolvable", default=True),
            interface_object=_flag(applied, "isInterfaceObject"),
        )

    def _field(self, field: FieldDef) -> Field:
        applications = [a for a in field.directives if a.name == "join__field"]
        return Field(
            name=field.name,
            type=field.type,
            type_name=named(field.type),
            arguments=tuple(field.args),
            joins=tuple(self._field_join(a) for a in applications if "graph" in a.args)
            if applications
            else None,
        )

    def _field_join(self, applied: Applied) -> FieldJoin:
        args = applied.args
        return FieldJoin(
            subgraph=self._graph(applied),
            requires=_field_set(args.get("requires")),
            provides=_field_set(args.get("provides")),
            type=string_of(args.get("type")),
            external=_flag(applied, "external"),
            used_overridden=_flag(applied, "usedOverridden"),
            override=string_of(args.get("override")),
            override_label=string_of(args.get("overrideLabel")),
        )


def _flag(applied: Applied, name: str, *, default: bool = False) -> bool:
    value = applied.args.get(name)
    return default if value is None else plain(value) is True


def _field_set(value: ValueNode | None) -> SelectionSet | None:
    text = string_of(value)
    return parse_field_set(text) if text else None


def _possible_types(types: dict[str, Type]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {
        type_.name: {name for names in type_.members.values() for name in names}
        for type_ in types.values()
        if type_.kind in ("interface", "union")
    }
    for type_ in types.values():
        if type_.kind == "object":
            for interfaces in type_.implements.values():
                for interface in interfaces:
                    found.setdefault(interface, set()).add(type_.name)
    return {name: frozenset(names) for name, names in found.items()}


def _event_streams(merged: Merged, types: dict[str, Type]) -> dict[str, EventStreamField]:
    """The live queries, as far as it is clear which subgraph they belong to."""
    root = merged.types.get(merged.roots.get("subscription", ""))
    streams: dict[str, EventStreamField] = {}
    for field in root.fields.values() if root is not None else ():
        applied = next((a for a in field.directives if a.name == _EVENT_STREAM), None)
        if applied is None or root is None:
            continue
        joins = types[root.name].fields[field.name].joins
        owners = list(types[root.name].subgraphs) if joins is None else [j.subgraph for j in joins]
        told = [string_of(applied.args.get(name)) or "" for name in ("topic", "key")]
        kind = applied.args.get("class")
        if len(owners) == 1 and kind is not None:
            streams[field.name] = EventStreamField(
                field.name, owners[0], told[0], told[1], str(plain(kind))
            )
    return streams
