"""`@link`: which specifications a subgraph uses, in which version and under which names.

Specification: https://specs.apollo.dev/link/v1.0
"""

import re
from typing import Any

import msgspec
from graphql import DirectiveNode, StringValueNode

from gateway.federation.values import plain

LINK = "https://specs.apollo.dev/link"
FEDERATION = "https://specs.apollo.dev/federation"

_VERSION = re.compile(r"^v(\d+)\.(\d+)$")
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class Import(msgspec.Struct, frozen=True):
    """An imported element and its local name; directives keep their `@` in both."""

    name: str
    local: str


class Link(msgspec.Struct, frozen=True):
    """One `@link`: `identity` is the URL without the version, `alias` the local name space."""

    identity: str
    name: str
    version: tuple[int, int]
    alias: str
    imports: tuple[Import, ...] = ()
    arguments: tuple[tuple[str, Any], ...] = ()

    @property
    def url(self) -> str:
        return f"{self.identity}/v{self.version[0]}.{self.version[1]}"

    def directive(self, local: str) -> str | None:
        """The specification's name of the directive that the subgraph calls `local` (no `@`)."""
        for imported in self.imports:
            if imported.local == f"@{local}":
                return imported.name.removeprefix("@")
        if local == self.alias:
            return self.name
        if local.startswith(f"{self.alias}__"):
            return local.removeprefix(f"{self.alias}__")
        return None

    def local_directive(self, name: str) -> str:
        """The local name (no `@`) of the specification's directive `name`."""
        for imported in self.imports:
            if imported.name == f"@{name}":
                return imported.local.removeprefix("@")
        return self.alias if name == self.name else f"{self.alias}__{name}"

    def local_type(self, name: str) -> str:
        """The local name of the specification's type `name`."""
        for imported in self.imports:
            if imported.name == name:
                return imported.local
        return f"{self.alias}__{name}"


class LinkFault(msgspec.Struct, frozen=True):
    """What is wrong with a `@link`; `invalid_url` tells a bad `url` from any other misuse."""

    message: str
    invalid_url: bool = False


def read_links(directives: list[DirectiveNode]) -> tuple[list[Link], list[LinkFault]]:
    """The links among the schema's directives, and the faults found in reading them."""
    name = _link_directive(directives)
    links: list[Link] = []
    faults: list[LinkFault] = []
    for node in directives:
        if node.name.value != name:
            continue
        found = _read(node)
        if isinstance(found, LinkFault):
            faults.append(found)
        else:
            links.append(found)
    return links, faults


def parse_url(url: str) -> tuple[str, str, tuple[int, int]] | None:
    """Identity, name and version of a specification's URL, without an element after it."""
    parts = url.rstrip("/").split("/")
    for count in (1, 2):
        if len(parts) > count and (match := _VERSION.match(parts[-count])):
            identity = "/".join(parts[:-count])
            return identity, parts[-count - 1], (int(match[1]), int(match[2]))
    return None


def _link_directive(directives: list[DirectiveNode]) -> str:
    """The local name of `@link`, which may itself be renamed by linking the link specification."""
    for node in directives:
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        url = arguments.get("url")
        if isinstance(url, StringValueNode) and url.value.startswith(f"{LINK}/"):
            renamed = arguments.get("as")
            wanted = renamed.value if isinstance(renamed, StringValueNode) else "link"
            if node.name.value == wanted:
                return wanted
    return "link"


def _read(node: DirectiveNode) -> Link | LinkFault:
    arguments = {a.name.value: plain(a.value) for a in node.arguments or ()}
    url = arguments.get("url")
    if not isinstance(url, str):
        return LinkFault("The argument `url` of @link must be a string")
    parsed = parse_url(url)
    if parsed is None:
        return LinkFault(
            f'Cannot read a name and a version out of the @link url "{url}"', invalid_url=True
        )
    identity, name, version = parsed
    alias = arguments.get("as", name)
    if "as" in arguments and not _is_alias(alias):
        return LinkFault(
            f'Cannot link feature "{identity}" as "{alias}": that must be a GraphQL name without'
            ' "__"'
        )
    imports: list[Import] = []
    listed = arguments.get("import") or []
    for element in listed if isinstance(listed, list) else [listed]:
        imported = _import(element, url)
        if isinstance(imported, LinkFault):
            return imported
        imports.append(imported)
    return Link(
        identity=identity,
        name=name,
        version=version,
        alias=alias,
        imports=tuple(imports),
        arguments=tuple(arguments.items()),
    )


def _is_alias(alias: Any) -> bool:
    return isinstance(alias, str) and bool(_NAME.fullmatch(alias)) and "__" not in alias


def _import(element: Any, url: str) -> Import | LinkFault:
    if isinstance(element, str):
        return Import(name=element, local=element)
    if (
        not isinstance(element, dict)
        or not isinstance(element.get("name"), str)
        or element.keys() - {"name", "as"}
    ):
        return LinkFault(f'Each import of @link to "{url}" must be a string or {{name, as}}')
    name = element["name"]
    local = element.get("as", name)
    if (
        not isinstance(local, str)
        or not _NAME.fullmatch(local.removeprefix("@"))
        or name.startswith("@") != local.startswith("@")
    ):
        return LinkFault(
            f'Cannot import "{name}" as "{local}" from "{url}": both or neither start with "@"'
        )
    return Import(name=name, local=local)
