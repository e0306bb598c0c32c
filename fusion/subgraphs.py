"""Which subgraphs the store is made of, in the order in which they are seeded."""

from importlib import import_module
from types import ModuleType

# The cart comes after the catalog, whose prices it follows.
SUBGRAPHS = ("catalog", "cart", "wallet", "social", "livestream", "groupbuy")


def module(subgraph: str, role: str) -> ModuleType:
    """The module of a subgraph for one of the roles that all share, such as `schema` or `seed`."""
    return import_module(f"subgraphs.{subgraph}.{role}")
