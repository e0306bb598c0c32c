"""The few facts about types that execution needs beyond the client's shape."""

from graphql import (
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
    is_scalar_type,
    is_specified_scalar_type,
)


class Types:
    """Answers from the API schema; what it does not know is hidden from clients, not wrong."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.abstract = frozenset(
            name for name, named in schema.type_map.items() if is_abstract_type(named)
        )
        self.has_custom_scalars = any(
            is_scalar_type(named) and not is_specified_scalar_type(named)
            for named in schema.type_map.values()
        )

    def applies(self, condition: str, typename: str) -> bool:
        """Does a fragment on `condition` apply to an object of the concrete type `typename`?"""
        if condition == typename:
            return True
        abstract, concrete = self.schema.get_type(condition), self.schema.get_type(typename)
        return (
            is_abstract_type(abstract)
            and concrete is not None
            and self.schema.is_sub_type(abstract, concrete)
        )

    def may_be_null(self, typename: str, field: str) -> bool:
        """May this field be null? A field that clients cannot see may."""
        fields = getattr(self.schema.get_type(typename), "fields", {})
        return field not in fields or not is_non_null_type(fields[field].type)

    def field_type(self, typename: str, field: str) -> str | None:
        """The name of a field's type without wrappers, if clients can see the field."""
        fields = getattr(self.schema.get_type(typename), "fields", {})
        return get_named_type(fields[field].type).name if field in fields else None
