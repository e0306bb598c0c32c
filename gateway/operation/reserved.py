"""Response keys that are the gateway's own: no client may give one of them to a field.

Between subgraphs and client, an object's type stands under `__typename`, and what the client did
not ask for under keys that begin with `RESERVED`. A client's alias of that name would be taken for
the gateway's. Others that begin with two underscores are fine: Relay sends `__isNode: __typename`.
"""

from typing import Any, Final

from graphql import FieldNode, GraphQLError, ValidationRule

RESERVED: Final = "__fc_"
_TYPENAME: Final = "__typename"


class ReservedAliases(ValidationRule):
    """Refuses aliases that are the gateway's own keys."""

    def enter_field(self, node: FieldNode, *_arguments: Any) -> None:
        """Report the alias of a field, if it is one of those."""
        if node.alias is None:
            return
        alias = node.alias.value
        if alias.startswith(RESERVED):
            message = f"The alias '{alias}' is not allowed: '{RESERVED}…' is the gateway's own."
        elif alias == _TYPENAME and node.name.value != _TYPENAME:
            message = "The alias '__typename' is not allowed: it is the name of an object's type."
        else:
            return
        self.report_error(GraphQLError(message, node.alias))
