"""INVALID_LINK_DIRECTIVE_USAGE: some specifications are for supergraphs alone."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.links import FEDERATION
from gateway.federation.specs import SUPERGRAPH_ONLY


def check_supergraph_links(facts: Facts) -> Iterator[Finding]:
    """Findings on links to what should be imported from federation."""
    for link in facts.schema.links:
        if link.identity in SUPERGRAPH_ONLY:
            directive = SUPERGRAPH_ONLY[link.identity].name
            yield Finding(
                codes.INVALID_LINK_DIRECTIVE_USAGE,
                f'Please import "@{directive}" from the feature "{FEDERATION}" instead of using'
                f' "{link.identity}" to avoid potential unexpected behavior in the future.',
                "schema",
            )
