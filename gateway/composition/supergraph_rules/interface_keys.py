"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: who is asked for an interface knows all its types."""

from gateway.composition import codes
from gateway.composition.merge.context import Merge, Supergraph, listed
from gateway.federation.model import Kind


def check_interface_keys(merge: Merge, supergraph: Supergraph) -> None:
    """Report subgraphs with a resolvable key on an interface that lack implementations of it."""
    for index, facts in enumerate(merge.facts):
        for name, keys in facts.keys.items():
            if facts.schema.types[name].kind is not Kind.INTERFACE:
                continue
            resolvable = [key.fields for key in keys if key.resolvable]
            own = {type_.name for type_ in facts.schema.implementations(name)}
            missing = [
                type_.name
                for type_ in supergraph.types.values()
                if type_.kind is Kind.OBJECT and name in type_.interfaces and type_.name not in own
            ]
            if resolvable and missing:
                merge.report.error(
                    codes.INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE,
                    f'[{merge.names[index]}] Interface type "{name}" has a resolvable key'
                    f' (@key(fields: "{resolvable[0]}")) in subgraph "{merge.names[index]}" but'
                    f" that subgraph is missing some of the supergraph implementation types of"
                    f' "{name}". Subgraph "{merge.names[index]}" should define'
                    f" {listed(missing, 'type', 'types')} (and have"
                    f' {"it" if len(missing) == 1 else "them"} implement "{name}").',
                    *merge.places([index], name),
                )
