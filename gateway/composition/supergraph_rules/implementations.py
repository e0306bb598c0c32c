"""INVALID_GRAPHQL: merged types still keep what their merged interfaces promise."""

from gateway.composition import codes
from gateway.composition.merge.context import Merge, Supergraph
from gateway.composition.merge.type_refs import is_strict_subtype
from gateway.federation.model import TypeDef


def check_implementations(merge: Merge, supergraph: Supergraph) -> None:
    """Report fields whose merged type is wider than that of the interface's field."""
    for type_ in supergraph.types.values():
        for name in type_.interfaces:
            interface = supergraph.types.get(name)
            if interface is not None:
                _check(merge, supergraph, type_, interface)


def _check(merge: Merge, supergraph: Supergraph, type_: TypeDef, interface: TypeDef) -> None:
    for promise in interface.fields.values():
        field = type_.fields.get(promise.name)
        if field is None or field.type == promise.type:
            continue
        if not is_strict_subtype(supergraph.types, promise.type, field.type):
            coordinate = f"{type_.name}.{field.name}"
            merge.report.error(
                codes.INVALID_GRAPHQL,
                f"Interface field {interface.name}.{field.name} expects type {promise.type} but"
                f" {coordinate} of type {field.type} is not a proper subtype.",
                *merge.places(merge.sources(type_.name), coordinate),
            )
