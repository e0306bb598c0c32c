"""Validation against the API schema (GraphQL specification, section 5)."""

from graphql import DocumentNode, GraphQLSchema, specified_rules, validate

from gateway.errors import RequestErrors
from gateway.operation.errors import DocumentNotValid, locations
from gateway.operation.reserved import ReservedAliases

MAX_ERRORS = 50
RULES = (*specified_rules, ReservedAliases)


def validate_document(
    document: DocumentNode, schema: GraphQLSchema, *, hide_suggestions: bool = False
) -> None:
    """Checks all rules. Suggestions tell names of the schema: hide them where it is not public.

    Raises:
        RequestErrors: every fault found, up to `MAX_ERRORS`, with its places in the document.
    """
    faults = validate(
        schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=hide_suggestions
    )
    if faults:
        raise RequestErrors(
            [DocumentNotValid(fault.message, locations=locations(fault)) for fault in faults]
        )
