"""Which fields a subgraph resolves, by the supergraph's `@join__field`."""

from gateway.query_graph.graph import Override
from gateway.supergraph.model import Field, FieldJoin, Supergraph, Type


def join_in(type_: Type, field: Field, subgraph: str) -> FieldJoin | None:
    """The terms on which a subgraph has a field; None where it does not have it."""
    if subgraph not in type_.subgraphs:
        return None
    if field.joins is None:
        return FieldJoin(subgraph)
    return next((join for join in field.joins if join.subgraph == subgraph), None)


def resolvable_in(type_: Type, field: Field, subgraph: str) -> FieldJoin | None:
    """The terms on which a subgraph resolves a field itself: it is neither external nor taken."""
    join = join_in(type_, field, subgraph)
    if join is None or (join.external and join.requires is None):
        return None
    if join.used_overridden and join.override_label is None:
        return None
    taken = any(
        other.override == subgraph and other.override_label is None for other in field.joins or ()
    )
    return None if taken else join


def override_of(field: Field, join: FieldJoin) -> Override | None:
    """The label that decides whether a subgraph resolves the field, if one does."""
    if join.override_label is not None:  # told of both: who takes the field, and whom from
        return Override(join.override_label, when=join.override is not None)
    for other in field.joins or ():
        if other.override == join.subgraph and other.override_label is not None:
            return Override(other.override_label, when=False)
    return None


def members_in(supergraph: Supergraph, abstract: Type, subgraph: str) -> list[str]:
    """The object types that an interface or union can be in a subgraph, sorted."""
    if abstract.kind == "union":
        return sorted(abstract.members.get(subgraph, ()))
    return sorted(
        name
        for name in supergraph.possible_types.get(abstract.name, ())
        if abstract.name in supergraph.types[name].implements.get(subgraph, ())
    )
