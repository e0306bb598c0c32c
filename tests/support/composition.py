"""Compose small subgraphs in tests, and read the answer."""

from graphql import DocumentNode, parse, print_ast

from gateway.composition.compose import Composed, Failed, SubgraphSource, compose

_IMPORTS = (
    "key requires provides external tag extends shareable inaccessible override composeDirective"
    " interfaceObject authenticated requiresScopes policy context fromContext cost listSize"
    " cacheTag"
)
FEDERATION_2 = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ['
    + ", ".join(f'"@{name}"' for name in _IMPORTS.split())
    + "])\n"
)


def subgraph(name: str, sdl: str) -> SubgraphSource:
    """A federation 2 subgraph that imports all directives."""
    return SubgraphSource(name, f"http://{name}/graphql", FEDERATION_2 + sdl)


def federation_1(name: str, sdl: str) -> SubgraphSource:
    """A subgraph without `@link`."""
    return SubgraphSource(name, f"http://{name}/graphql", sdl)


def composed(*sources: SubgraphSource) -> Composed:
    """The answer for subgraphs that must compose."""
    result = compose(sources)
    assert isinstance(result, Composed), [(e.code.name, e.message) for e in result.errors]
    return result


def failed(*sources: SubgraphSource) -> Failed:
    """The answer for subgraphs that must not compose."""
    result = compose(sources)
    assert isinstance(result, Failed), result.supergraph_sdl
    return result


def error_codes(*sources: SubgraphSource) -> list[str]:
    """The codes of the errors, sorted."""
    return sorted(error.code.name for error in failed(*sources).errors)


def hint_codes(*sources: SubgraphSource) -> list[str]:
    """The codes of the hints, sorted."""
    return sorted(hint.code.name for hint in composed(*sources).hints)


def definition(sdl: str, name: str) -> str:
    """A definition of the document on one line; `schema` for the schema's."""
    document: DocumentNode = parse(sdl)
    for node in document.definitions:
        named = getattr(node, "name", None)
        if (named.value if named is not None else "schema") == name:
            return " ".join(print_ast(node).split())
    raise AssertionError(f"{name} is not in the document")
