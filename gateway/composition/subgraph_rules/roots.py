"""ROOT_QUERY_USED and the like: a root type's usual name is not for other types."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding

_CODES = {
    "query": codes.ROOT_QUERY_USED,
    "mutation": codes.ROOT_MUTATION_USED,
    "subscription": codes.ROOT_SUBSCRIPTION_USED,
}


def check_roots(facts: Facts) -> Iterator[Finding]:
    """Findings on types that bear a root's name beside another root."""
    for kind, root in facts.schema.roots.items():
        name = kind.capitalize()
        if root != name and name in facts.schema.types:
            yield Finding(
                _CODES[kind],
                f'The schema has a type named "{name}" but it is not set as the {kind} root type'
                f' ("{root}" is instead): this is not supported by federation. If a root type does'
                " not use its default name, there should be no other type with that default name.",
                name,
            )
