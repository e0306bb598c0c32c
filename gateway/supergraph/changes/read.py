"""The API schema of any SDL that one may have at hand: a supergraph's, or the API schema itself."""

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    build_ast_schema,
    parse,
)

from gateway.supergraph.api_schema import build_api_schema
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.links import linked_names


def read_api_schema(sdl: str) -> GraphQLSchema:
    """What clients see by this SDL.

    Raises:
        SupergraphError: the SDL does not parse, or is neither a supergraph's nor a whole schema.
    """
    try:
        document = parse(sdl)
        if _links(document):
            return build_api_schema(document, linked_names(document))
        return build_ast_schema(document)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (0, 0)
        raise SupergraphError(f"line {line}, column {column}: {error.message}") from error
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(str(error)) from error


def _links(document: DocumentNode) -> bool:
    """Whether the schema uses specifications, as supergraphs (and subgraphs) do."""
    return any(
        directive.name.value in {"link", "core"}
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for directive in node.directives or ()
    )
