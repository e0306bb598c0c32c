"""From a document's text to the one operation that runs."""

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    print_ast,
)

from gateway.errors import RequestErrors
from gateway.operation.errors import DocumentNotParsed, OperationNotFound, locations
from gateway.operation.model import Operation, Variable
from gateway.operation.names import MAX_NAME, refuse_long_names
from gateway.operation.normalize import normalize
from gateway.operation.validate import validate_document

MAX_TOKENS = 100_000


def parse_operation(text: str, operation_name: str | None, schema: GraphQLSchema) -> Operation:
    """Parses, validates, chooses the operation, and normalises it.

    Raises:
        RequestErrors: codes GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED,
            OPERATION_RESOLUTION_FAILURE, QUERY_PLAN_TOO_COMPLEX.
    """
    return resolve_operation(parse_document(text), operation_name, schema)


def resolve_operation(
    document: DocumentNode,
    operation_name: str | None,
    schema: GraphQLSchema,
    *,
    hide_suggestions: bool = False,
    defers: bool = False,
) -> Operation:
    """As `parse_operation`, for a document that is parsed already.

    Fragments with `@defer` are like others, unless the client can be answered in parts: `defers`.
    """
    try:
        validate_document(document, schema, hide_suggestions=hide_suggestions)
        definition = choose_operation(document, operation_name)
        return _operation(document, definition, schema, defers=defers)
    except RecursionError:
        fault = DocumentNotParsed("The document is nested too deeply.")
        raise RequestErrors([fault]) from None


def parse_document(text: str) -> DocumentNode:
    """The syntax tree.

    Raises:
        RequestErrors: with the place of the first fault.
    """
    try:
        document = parse(text, max_tokens=MAX_TOKENS, allow_empty_selection_sets=False)
        refuse_long_names(text)
    except GraphQLSyntaxError as error:
        fault = DocumentNotParsed(error.message, locations=locations(error))
        raise RequestErrors([fault]) from None
    return document


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """GetOperation of the specification's section 6.1.

    Raises:
        RequestErrors: there is none of this name, or several and no name.
    """
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    chosen = [node for node in operations if not name or (node.name and node.name.value == name)]
    if len(chosen) == 1:
        return chosen[0]
    if name:
        # At this length it can be none of the document's names, and what it is helps nobody.
        shown = repr(name) if len(name) <= MAX_NAME else "like that"
        message = f"There is no operation named {shown} in the document."
    elif operations:
        message = "The document has several operations: operationName must tell which one to run."
    else:
        message = "The document has no operation."
    raise RequestErrors([OperationNotFound(message)])


def _operation(
    document: DocumentNode,
    definition: OperationDefinitionNode,
    schema: GraphQLSchema,
    *,
    defers: bool,
) -> Operation:
    root = schema.get_root_type(definition.operation)
    assert root is not None  # noqa: S101  # validation found the root type
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return Operation(
        kind=definition.operation.value,
        name=definition.name.value if definition.name else None,
        variables=tuple(
            Variable(
                node.variable.name.value,
                print_ast(node.type),
                print_ast(node.default_value) if node.default_value else None,
            )
            for node in definition.variable_definitions or ()
        ),
        selections=normalize(definition.selection_set, root, fragments, schema, defers=defers),
        definition=definition,
    )
