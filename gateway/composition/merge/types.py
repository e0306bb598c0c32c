"""Types: one of each name, if all subgraphs mean the same kind."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.context import Merge, listed
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.enums import enum_usage, merge_enum
from gateway.composition.merge.fields import ROOTS, merge_fields
from gateway.composition.merge.inputs import merge_input
from gateway.composition.merge.unions import merge_union
from gateway.federation.model import Applied, Kind, TypeDef
from gateway.federation.values import boolean, enum, string


def merge_types(merge: Merge) -> None:
    """Fill in `merge.types`: first what types are to each other, then what they hold."""
    for schema in merge.schemas:  # every subgraph answers `_entities`, so each has a query type
        schema.types.setdefault("Query", TypeDef("Query", Kind.OBJECT))
    names = dict.fromkeys(
        name for schema in merge.schemas for name in schema.types if name not in schema.spec_types
    )
    sources = {name: merge.sources(name) for name in names}
    for name, found in sources.items():
        kind = _kind(merge, name, found)
        if kind is not None:
            merge.types[name] = _shell(name, kind, found)
    usage = enum_usage(merge)
    for name, type_ in merge.types.items():
        _fill(merge, type_, sources[name], usage)


def _kind(merge: Merge, name: str, sources: Mapping[int, TypeDef]) -> Kind | None:
    """The kind that all agree on; interface objects count as interfaces where one is there."""
    shown = {index: f"{type_.kind} Type" for index, type_ in sources.items()}
    kinds = {type_.kind for type_ in sources.values()}
    objects = [index for index in merge.interface_objects.get(name, ()) if index in sources]
    if objects:
        kinds = {t.kind for index, t in sources.items() if index not in objects} | {Kind.INTERFACE}
        for index in objects:
            shown[index] = "Interface Object Type (Object Type with @interfaceObject)"
    if len(kinds) > 1:
        merge.report.error(
            codes.TYPE_KIND_MISMATCH,
            f'Type "{name}" has mismatched kind: it is {merge.by_value(shown, "defined as")}',
            *merge.places(sources, name),
        )
        return None
    if objects and not _check_interface_object(merge, name, sources, objects):
        return None
    return kinds.pop()


def _check_interface_object(
    merge: Merge, name: str, sources: Mapping[int, TypeDef], objects: list[int]
) -> bool:
    if len(objects) == len(sources):
        merge.report.error(
            codes.INTERFACE_OBJECT_USAGE_ERROR,
            f'Type "{name}" is declared with @interfaceObject in all the subgraphs in which it is'
            f" defined (it is defined in {merge.listed(objects)} but should be defined as an"
            " interface in at least one subgraph)",
            *merge.places(objects, name),
        )
        return False
    implementations = {
        type_.name for schema in merge.schemas for type_ in schema.implementations(name)
    }
    for index in objects:
        own = sorted(implementations & set(merge.schemas[index].types))
        if own:
            merge.report.error(
                codes.INTERFACE_OBJECT_USAGE_ERROR,
                f'[{merge.names[index]}] Interface type "{name}" is defined as an @interfaceObject'
                f' in subgraph "{merge.names[index]}" so that subgraph should not define any of the'
                f' implementation types of "{name}", but it defines {listed(own, "type", "types")}',
                *merge.places([index], name),
            )
    return True


def _shell(name: str, kind: Kind, sources: Mapping[int, TypeDef]) -> TypeDef:
    interfaces = dict.fromkeys(i for source in sources.values() for i in source.interfaces)
    members = dict.fromkeys(member for source in sources.values() for member in source.members)
    return TypeDef(name, kind, interfaces=list(interfaces), members=list(members))


def _fill(
    merge: Merge,
    type_: TypeDef,
    sources: Mapping[int, TypeDef],
    usage: tuple[set[str], set[str]],
) -> None:
    type_.description = merge_description(
        merge, {i: source.description for i, source in sources.items()}, type_.name
    )
    type_.directives += merge_directives(
        merge, {i: source.directives for i, source in sources.items()}, type_.name
    )
    for index, source in sources.items():
        type_.directives += _join_type(merge, index, type_.name)
        type_.directives += [
            Applied(
                "join__implements",
                {"graph": enum(merge.graphs[index]), "interface": string(interface)},
            )
            for interface in source.interfaces
        ]
    match type_.kind:
        case Kind.OBJECT | Kind.INTERFACE:
            _hint_entity(merge, type_, sources)
            merge_fields(merge, type_, sources)
        case Kind.INPUT:
            merge_input(merge, type_, sources)
        case Kind.ENUM:
            merge_enum(merge, type_, sources, usage)
        case Kind.UNION:
            merge_union(merge, type_, sources)
        case Kind.SCALAR:
            pass


def _join_type(merge: Merge, index: int, name: str) -> list[Applied]:
    graph = {"graph": enum(merge.graphs[index])}
    interface_object = (
        {"isInterfaceObject": boolean(value=True)}
        if merge.facts[index].is_interface_object(name)
        else {}
    )
    keys = merge.facts[index].keys.get(name)
    if not keys:
        return [Applied("join__type", {**graph, **interface_object})]
    source = merge.schemas[index].types[name]
    extends = any(applied.federation == "extends" for applied in source.directives)
    applications = []
    for key in keys:
        args = {**graph, "key": string(key.fields)}
        if extends or key.applied.on_extension:
            args["extension"] = boolean(value=True)
        if "resolvable" in key.applied.args:
            args["resolvable"] = key.applied.args["resolvable"]
        applications.append(Applied("join__type", {**args, **interface_object}))
    return applications


def _hint_entity(merge: Merge, type_: TypeDef, sources: Mapping[int, TypeDef]) -> None:
    if type_.name in ROOTS or type_.kind is not Kind.OBJECT:
        return
    having = [index for index in sources if type_.name in merge.facts[index].keys]
    absent = [index for index in sources if index not in having and _counts(merge, index, type_)]
    if having and absent:
        merge.report.hint(
            codes.INCONSISTENT_ENTITY,
            f'Type "{type_.name}" is declared as an entity (has a @key applied) in some but not all'
            f" defining subgraphs: it has no @key in {merge.listed(absent)} but has some @key in"
            f" {merge.listed(having)}.",
            *merge.places(absent, type_.name),
        )


def _counts(merge: Merge, index: int, type_: TypeDef) -> bool:
    """A type whose fields are all external is but a mention of another subgraph's."""
    source = merge.schemas[index].types[type_.name]
    facts = merge.facts[index]
    return not all(facts.is_external(type_.name, field) for field in source.fields.values())
