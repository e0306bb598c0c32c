"""Access rules of implementations hold for whoever reads them through an interface too."""

from gateway.composition.merge.context import Merge
from gateway.composition.merge.directive_names import ComposedDirective
from gateway.composition.merge.directives import merge_applications
from gateway.federation.model import Applied, Kind, TypeDef

ACCESS = ("authenticated", "requiresScopes", "policy")


def spread_access_rules(merge: Merge) -> None:
    """Put on each interface, and on its fields, what its implementations ask for."""
    composed = {
        directive.name: directive
        for kept in merge.composed.kept
        for directive in kept.values()
        if directive.federation in ACCESS
    }
    if not composed:
        return
    for interface in merge.types.values():
        if interface.kind is Kind.INTERFACE:
            _spread(merge, interface, composed)


def _spread(merge: Merge, interface: TypeDef, composed: dict[str, ComposedDirective]) -> None:
    implementations = [
        type_
        for type_ in merge.types.values()
        if type_.kind is Kind.OBJECT and interface.name in type_.interfaces
    ]
    own = [type_.directives for type_ in implementations]
    interface.directives = _joined(merge, interface.directives, own, composed, interface.name)
    for name, field in interface.fields.items():
        own = [type_.fields[name].directives for type_ in implementations if name in type_.fields]
        coordinate = f"{interface.name}.{name}"
        field.directives = _joined(merge, field.directives, own, composed, coordinate)


def _joined(
    merge: Merge,
    directives: list[Applied],
    implementing: list[list[Applied]],
    composed: dict[str, ComposedDirective],
    coordinate: str,
) -> list[Applied]:
    rules: dict[str, list[Applied]] = {}
    for applied in (a for some in (directives, *implementing) for a in some):
        if applied.name in composed:
            rules.setdefault(applied.name, []).append(applied)
    kept = [applied for applied in directives if applied.name not in composed]
    for name, applications in rules.items():
        kept += merge_applications(merge, composed[name], {0: applications}, coordinate)
    return kept
