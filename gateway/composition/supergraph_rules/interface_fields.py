"""INTERFACE_FIELD_NO_IMPLEM: merged interfaces may have gained fields that a type lacks."""

from gateway.composition import codes
from gateway.composition.merge.context import Merge, Supergraph
from gateway.federation.model import TypeDef


def check_interface_fields(merge: Merge, supergraph: Supergraph) -> None:
    """Report types without a field of an interface that they implement."""
    for type_ in supergraph.types.values():
        for name in type_.interfaces:
            interface = supergraph.types.get(name)
            if interface is not None:
                _check(merge, type_, interface)


def _check(merge: Merge, type_: TypeDef, interface: TypeDef) -> None:
    for field in interface.fields:
        if field in type_.fields:
            continue
        declaring = [i for i, t in merge.sources(interface.name).items() if field in t.fields]
        implementing = [
            i for i, t in merge.sources(type_.name).items() if interface.name in t.interfaces
        ]
        merge.report.error(
            codes.INTERFACE_FIELD_NO_IMPLEM,
            f'Interface field "{interface.name}.{field}" is declared in {merge.listed(declaring)}'
            f' but type "{type_.name}", which implements "{interface.name}" only in'
            f' {merge.listed(implementing)} does not have field "{field}".',
            *merge.places(declaring, f"{interface.name}.{field}"),
            *merge.places(implementing, type_.name),
        )
