"""A contract: the supergraph with everything `@inaccessible` that its audience is not to see.

Elements with an excluded tag are left out. Where tags are included, only what has one of them is
kept: an element that has it or whose type has it, and the types of such elements. Exclusion wins.
What clients then cannot reach is left out, too, and so is a mutation or subscription type with no
field left. What remains must be a whole schema, by the rules of composition.

Specifications: https://specs.apollo.dev/tag/v0.3, https://specs.apollo.dev/inaccessible/v0.2
"""

from collections.abc import Collection

import msgspec
from graphql import DocumentNode, GraphQLSyntaxError, StringValueNode, parse, print_ast

from gateway.composition.contract.marking import mark_inaccessible
from gateway.composition.contract.reach import reachable_types
from gateway.composition.errors import CompositionError, Place
from gateway.composition.supergraph_rules.inaccessible import problems
from gateway.federation.collect import Collected
from gateway.federation.model import Applied, TypeDef
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.links import linked_directive, linked_names


class Contracted(msgspec.Struct, frozen=True):
    """The contract's supergraph."""

    supergraph_sdl: str


class ContractFailed(msgspec.Struct, frozen=True):
    """Why what is left is not a schema; the places are the supergraph's coordinates."""

    errors: tuple[CompositionError, ...]


def contract(
    supergraph_sdl: str, exclude: Collection[str] = (), include: Collection[str] = ()
) -> Contracted | ContractFailed:
    """The supergraph for the audience that these tags describe.

    Raises:
        SupergraphError: the SDL is not a supergraph's.
    """
    try:
        document = parse(supergraph_sdl, no_location=True)
    except GraphQLSyntaxError as error:
        raise SupergraphError(error.message) from error
    names = linked_names(document)
    collected = Collected(document)
    types = {name: type_ for name, type_ in collected.types.items() if not names.hides(name)}
    roots = collected.roots or {
        kind: kind.capitalize() for kind in ("query", "mutation", "subscription")
    }
    selection = _Selection(
        types,
        linked_directive(document, "tag") or "tag",
        linked_directive(document, "inaccessible"),
    )
    selection.leave_out(frozenset(exclude), frozenset(include))
    selection.leave_out_empty(roots)
    selection.leave_out_unreachable(set(roots.values()), document)
    found = tuple(
        CompositionError(code, message, (Place("", coordinate),))
        for code, message, coordinate in problems(types)
    )
    if found:
        return ContractFailed(found)
    marked = mark_inaccessible(document, selection.hidden)
    return Contracted(print_ast(marked) + "\n")


class _Selection:
    """What is hidden, by coordinate; the types' elements carry the same as `@inaccessible`."""

    def __init__(self, types: dict[str, TypeDef], tag: str, inaccessible: str | None) -> None:
        self.types = types
        self.hidden: set[str] = set()
        self._tag = tag
        self._directives: dict[str, list[Applied]] = {}
        for type_ in types.values():
            self._directives[type_.name] = type_.directives
            for value in type_.values.values():
                self._directives[f"{type_.name}.{value.name}"] = value.directives
            for field in type_.fields.values():
                self._directives[f"{type_.name}.{field.name}"] = field.directives
                for argument in field.args.values():
                    where = f"{type_.name}.{field.name}({argument.name}:)"
                    self._directives[where] = argument.directives
        if inaccessible is not None:
            for coordinate, directives in self._directives.items():
                if any(applied.name == inaccessible for applied in directives):
                    self._hide(coordinate)

    def leave_out(self, exclude: frozenset[str], include: frozenset[str]) -> None:
        for coordinate, directives in self._directives.items():
            if self._tags(directives) & exclude:
                self._hide(coordinate)
        if include:
            for type_ in self.types.values():
                self._leave_out_but(type_, include)

    def _leave_out_but(self, type_: TypeDef, include: frozenset[str]) -> None:
        """Keep of a type what has an included tag, or all of it where the type itself has one."""
        if self._tags(type_.directives) & include:
            return
        members = [f"{type_.name}.{name}" for name in (*type_.fields, *type_.values)]
        others = [each for each in members if not self._tags(self._directives[each]) & include]
        if len(others) == len(members):
            self._hide(type_.name)
        else:
            for coordinate in others:
                self._hide(coordinate)

    def leave_out_empty(self, roots: dict[str, str]) -> None:
        for kind, name in roots.items():
            fields = self.types[name].fields if name in self.types else {}
            gone = all(f"{name}.{field}" in self.hidden for field in fields)
            if kind != "query" and fields and gone:
                self._hide(name)

    def leave_out_unreachable(self, roots: set[str], document: DocumentNode) -> None:
        for name in self.types.keys() - reachable_types(self.types, roots, self.hidden, document):
            self._hide(name)

    def _tags(self, directives: list[Applied]) -> set[str]:
        return {
            value.value
            for applied in directives
            if applied.name == self._tag
            and isinstance(value := applied.args.get("name"), StringValueNode)
        }

    def _hide(self, coordinate: str) -> None:
        if coordinate in self._directives and coordinate not in self.hidden:
            self.hidden.add(coordinate)
            self._directives[coordinate].append(
                Applied("inaccessible", {}, federation="inaccessible")
            )
