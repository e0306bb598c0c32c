"""Root types under their usual names: the supergraph calls them Query, Mutation, Subscription."""

from gateway.federation.model import Schema
from gateway.federation.type_refs import renamed


def use_default_roots(schema: Schema) -> bool:
    """Rename root types that are called otherwise; whether there were any."""
    names = {
        root: kind.capitalize() for kind, root in schema.roots.items() if root != kind.capitalize()
    }
    if not names:
        return False
    for type_ in schema.types.values():
        type_.name = names.get(type_.name, type_.name)
        type_.members = [names.get(member, member) for member in type_.members]
        for field in type_.fields.values():
            field.type = renamed(field.type, names)
    schema.types = {type_.name: type_ for type_ in schema.types.values()}
    schema.roots = {kind: kind.capitalize() for kind in schema.roots}
    return True
