"""The merged supergraph: what only shows once all subgraphs are together."""

from gateway.composition.merge.context import Merge, Supergraph
from gateway.composition.supergraph_rules.access_rules import check_access_rules
from gateway.composition.supergraph_rules.graphql import check_graphql
from gateway.composition.supergraph_rules.inaccessible import check_inaccessible
from gateway.composition.supergraph_rules.interface_fields import check_interface_fields
from gateway.composition.supergraph_rules.interface_keys import check_interface_keys
from gateway.composition.supergraph_rules.required_arguments import check_required_arguments

_RULES = (
    check_interface_fields,
    check_interface_keys,
    check_required_arguments,
    check_access_rules,
)


def check_supergraph(merge: Merge, supergraph: Supergraph) -> None:
    """Run every rule; GraphQL's, and what clients see, are looked at once the whole is sound."""
    for rule in _RULES:
        rule(merge, supergraph)
    for last in (check_graphql, check_inaccessible):
        if not merge.report.errors:
            last(merge, supergraph)
