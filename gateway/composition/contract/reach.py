"""Which types clients can reach from the roots, by what fields, arguments and directives name."""

from collections.abc import Collection, Iterator, Mapping

from graphql import DirectiveDefinitionNode, DocumentNode

from gateway.federation.collect import ref
from gateway.federation.model import Kind, TypeDef
from gateway.federation.type_refs import named
from gateway.supergraph.api_schema import EXECUTABLE_LOCATIONS


def reachable_types(
    types: Mapping[str, TypeDef],
    roots: Collection[str],
    hidden: Collection[str],
    document: DocumentNode,
) -> set[str]:
    """The names of the types that something visible leads to.

    Whoever reads an interface may meet its implementations. An object leads to its interfaces, too,
    since fragments may name them, but not from there to other implementations.
    """
    reached: set[str] = set()
    waiting = [(name, True) for name in (*roots, *_directive_types(document, types))]
    read: set[str] = set()
    while waiting:
        name, is_read = waiting.pop()
        if name not in types or name in hidden or name in (read if is_read else reached):
            continue
        reached.add(name)
        type_ = types[name]
        waiting += [(interface, False) for interface in type_.interfaces]
        waiting += [(used, True) for used in _used(type_, hidden)]
        if is_read:
            read.add(name)
            if type_.kind is Kind.INTERFACE:
                waiting += [
                    (other.name, True) for other in types.values() if name in other.interfaces
                ]
    return reached


def _used(type_: TypeDef, hidden: Collection[str]) -> Iterator[str]:
    yield from type_.members
    for field in type_.fields.values():
        coordinate = f"{type_.name}.{field.name}"
        if coordinate in hidden:
            continue
        yield named(field.type)
        for argument in field.args.values():
            if f"{coordinate}({argument.name}:)" not in hidden:
                yield named(argument.type)


def _directive_types(document: DocumentNode, types: Mapping[str, TypeDef]) -> Iterator[str]:
    """The types of arguments of directives that operations may use."""
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and any(
            location.value in EXECUTABLE_LOCATIONS for location in node.locations
        ):
            for argument in node.arguments or ():
                if (name := named(ref(argument.type))) in types:
                    yield name
