"""INVALID_GRAPHQL: merged, the types are a GraphQL schema still."""

from gateway.composition.facts import Facts
from gateway.composition.merge.context import Merge, Supergraph
from gateway.composition.subgraph_rules.graphql_inputs import check_inputs
from gateway.composition.subgraph_rules.graphql_interfaces import check_interfaces
from gateway.composition.subgraph_rules.graphql_values import check_defaults
from gateway.federation.model import Schema


def check_graphql(merge: Merge, supergraph: Supergraph) -> None:
    """Report what each subgraph kept to and their merged types do not."""
    merged = Facts(
        Schema(
            name="",
            url="",
            types=supergraph.types,
            directive_defs=supergraph.directive_defs,
            directives=supergraph.directives,
            roots=supergraph.roots,
        )
    )
    for rule in (check_interfaces, check_inputs, check_defaults):
        for finding in rule(merged):
            sources = merge.sources(finding.coordinate.split(".")[0])
            places = merge.places(sources, finding.coordinate)
            merge.report.error(finding.code, finding.message, *places)
