"""Prints a monolith, and the SDL of its subgraphs."""

from tests.differential.model import Part, SubgraphModel, TypeModel
from tests.differential.monolith import COMMON_SDL
from tests.support.composition import FEDERATION_2


def monolith_sdl(types: dict[str, TypeModel]) -> str:
    """The schema of the monolith."""
    return COMMON_SDL + "\n".join(
        _definition(
            one,
            list(one.implements),
            one.members,
            [field.sdl() for field in one.fields.values()],
        )
        for one in types.values()
    )


def subgraph_sdl(subgraph: SubgraphModel) -> str:
    """A subgraph's own SDL, without its link to the federation specification."""
    return COMMON_SDL + "\n".join(_part(part) for part in subgraph.parts.values())


def linked(sdl: str) -> str:
    """The same, linked."""
    return FEDERATION_2 + sdl


def _part(part: Part) -> str:
    fields = [part.type.fields[name].sdl(text) for name, text in part.fields.items()]
    return _definition(part.type, part.implements, part.members, fields, part)


def _definition(
    type_: TypeModel,
    implements: list[str],
    members: tuple[str, ...],
    fields: list[str],
    part: Part | None = None,
) -> str:
    keys = "".join(f' @key(fields: "{key}")' for key in part.keys) if part else ""
    if type_.kind == "union":
        return f"union {type_.name} = {' | '.join(members)}"
    overlay = part is not None and part.interface_object
    kind = "interface" if type_.kind == "interface" and not overlay else "type"
    said = f" implements {' & '.join(implements)}" if implements else ""
    marked = " @interfaceObject" if overlay else ""
    return f"{kind} {type_.name}{said}{keys}{marked} {{ {' '.join(fields)} }}"
