"""The `join__Graph` enum: one value per subgraph."""

import re
from collections.abc import Iterable


def graph_names(subgraphs: Iterable[str]) -> list[str]:
    """Distinct enum value names for the subgraphs' names, in their order.

    A trailing `_` keeps a name that ends in a number apart from one numbered to be distinct.
    """
    bases = [_base(name) for name in subgraphs]
    seen: dict[str, int] = {}
    names = []
    for base in bases:
        if bases.count(base) == 1:
            names.append(base)
            continue
        seen[base] = seen.get(base, 0) + 1
        names.append(f"{base}_{seen[base]}")
    return names


def _base(subgraph: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", subgraph).upper()
    if not name or name[0].isdigit():
        name = f"_{name}"
    if re.search(r"_\d+$", name):
        name += "_"
    return name
