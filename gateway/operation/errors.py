"""What can be wrong with a client's document: all of it is the client's fault."""

from graphql import GraphQLError

from gateway.errors import RequestError


class DocumentNotParsed(RequestError):
    """The document is not GraphQL (specification section 2)."""

    code = "GRAPHQL_PARSE_FAILED"


class DocumentNotValid(RequestError):
    """The document breaks a rule of validation (specification section 5)."""

    code = "GRAPHQL_VALIDATION_FAILED"


class OperationNotFound(RequestError):
    """It is not clear which operation to run (specification section 6.1, GetOperation)."""

    code = "OPERATION_RESOLUTION_FAILURE"


class OperationTooLarge(RequestError):
    """With its fragments written out, the operation has too many fields."""

    code = "QUERY_PLAN_TOO_COMPLEX"


def locations(error: GraphQLError) -> tuple[tuple[int, int], ...]:
    """The places of a graphql-core error as (line, column), counted from 1."""
    return tuple((place.line, place.column) for place in error.locations or ())
