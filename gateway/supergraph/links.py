"""Which specifications a supergraph's SDL uses, and under which names.

Specifications: https://specs.apollo.dev/link/v1.0, and core v0.1 before it.
"""

from collections.abc import Mapping

import msgspec
from graphql import (
    DirectiveNode,
    DocumentNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    value_from_ast_untyped,
)

from gateway.supergraph.errors import SupergraphError

SPECIFICATIONS = "https://specs.apollo.dev/"
JOIN_VERSIONS = ("v0.1", "v0.2", "v0.3", "v0.4", "v0.5")


class LinkedNames(msgspec.Struct, frozen=True):
    """How the SDL calls what it links to.

    `namespaces` are the prefixes (before `__`) of elements that clients never see, `join` is that
    of the join specification, and `inaccessible` the name of that directive.
    """

    join: str
    join_version: str
    inaccessible: str
    namespaces: frozenset[str]
    imports: Mapping[str, str]

    def hides(self, type_name: str) -> bool:
        """Does this type belong to a specification, not to the API?"""
        namespace, separator, _ = type_name.partition("__")
        return (bool(separator) and namespace in self.namespaces) or type_name in self.imports


def linked_names(document: DocumentNode) -> LinkedNames:
    """The names that the schema's `@link` (or `@core`) directives give.

    Raises:
        SupergraphError: no supported version of the join specification is linked.
    """
    join, version, inaccessible = "", "", "inaccessible"
    namespaces, imports = {"link", "core", "federation"}, {}
    for node in document.definitions:
        if not isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        for directive in node.directives or ():
            url, alias, imported = _link(directive)
            if not url:
                continue
            name, _, found = url.rstrip("/").rsplit("/", 2)[-2:][0], None, url.rsplit("/", 1)[-1]
            namespaces.add(alias or name)
            imports.update(imported)
            if name == "join":
                join, version = alias or name, found
            elif name == "inaccessible":
                inaccessible = alias or name
                inaccessible = next(
                    (local[1:] for local, spec in imported.items() if spec == "@inaccessible"),
                    inaccessible,
                )
    if version not in JOIN_VERSIONS:
        said = f"links to join {version}" if version else "does not link to the join specification"
        raise SupergraphError(
            f"the SDL {said}: a supergraph of join {JOIN_VERSIONS[0]} to {JOIN_VERSIONS[-1]}"
            " is needed (is this a subgraph's schema, or an API schema?)"
        )
    types = {local: name for local, name in imports.items() if not local.startswith("@")}
    return LinkedNames(join, version, inaccessible, frozenset(namespaces), types)


def linked_directive(document: DocumentNode, specification: str) -> str | None:
    """What the document calls the one directive of a specification; None where it is not linked."""
    for node in document.definitions:
        if not isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        for directive in node.directives or ():
            url, alias, imported = _link(directive)
            if url.startswith(SPECIFICATIONS) and url.split("/")[-2] == specification:
                renamed = (
                    local[1:] for local, name in imported.items() if name == f"@{specification}"
                )
                return next(renamed, alias or specification)
    return None


def _link(directive: DirectiveNode) -> tuple[str, str | None, dict[str, str]]:
    """URL, alias, and {local name: the specification's name} of a `@link` or `@core`."""
    if directive.name.value not in {"link", "core"}:
        return "", None, {}
    arguments = {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }
    url = arguments.get("url") or arguments.get("feature") or ""
    imports: dict[str, str] = {}
    for item in arguments.get("import") or ():
        if isinstance(item, str):
            imports[item] = item
        elif isinstance(item, dict):
            imports[item.get("as") or item["name"]] = item["name"]
    return url, arguments.get("as"), imports
