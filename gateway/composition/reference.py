"""The reference of composition, `docs/composition.md`: made from the registries, never by hand."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from gateway.composition.codes import ERRORS, HINTS
from gateway.federation.specs import (
    COMPOSED_SPECS,
    CONNECT_SPEC,
    FEDERATION_SPEC,
    LINK_SPEC,
    STRATEGY_SPECS,
    SpecDirective,
    directive_def,
)
from gateway.supergraph.changes.codes import CHANGES

_Named = TypeVar("_Named")

_MEANINGS = {
    "key": "the type is an entity: these fields identify it, and subgraphs are asked by them",
    "requires": "the field is computed from these fields of other subgraphs, fetched before it",
    "provides": "at this place the subgraph answers these fields of another subgraph, too",
    "external": "the field belongs to another subgraph; it is there for the other directives",
    "tag": "a name for tools; `gateway contract` chooses by it",
    "extends": "federation 1's way to say `extend type`",
    "shareable": "several subgraphs may answer the field",
    "inaccessible": "composed and planned with, but never shown to clients",
    "override": "the field moves here from another subgraph; with a label, progressively",
    "composeDirective": "keeps a directive of one's own in the supergraph",
    "interfaceObject": "adds fields to all implementations of an interface at once",
    "authenticated": "only for clients with a valid token; enforced by the gateway",
    "requiresScopes": "only for clients whose token has these scopes; enforced by the gateway",
    "policy": "composed and checked; the gateway enforces no policies",
    "context": "the type's fields can be used by arguments below it; composed and checked",
    "fromContext": "takes an argument from a context; composed and checked, not planned",
    "cost": "what an element costs; composed, for readers of the supergraph",
    "listSize": "how long a list is; composed, for readers of the supergraph",
    "cacheTag": "a tag of cached answers; known to composition, not used by the gateway",
    "link": "uses a specification; imports may rename its elements",
    "connect": "answers a field by REST; known to composition, not called by the gateway",
    "source": "a REST source of `@connect`; known to composition, not called by the gateway",
}

_INTRODUCTION = """\
# Composition: directives and codes

Made from the code by `make schema`. The commands are told in [Running the gateway](gateway.md).

Subgraphs may be written for federation 1 (no `@link`; they are upgraded) or for federation {first}
to {last}. The supergraph follows the join specification v0.5; those of join v0.1 to v0.5 are read.

## Faults, as they are told

`gateway compose` tells each place that a fault is about, with its line:

    catalog.graphql:12:3: error[INVALID_FIELD_SHARING]: Non-shareable field "Product.rating" …
      12 |   rating: Int!
         |   ^^^^^^
      see ratings/schema.py:31:9
      31 |     def rating(self) -> int:
         |         ^^^^^^
      see SDL of ratings.schema:schema:24:3
      24 |   rating: Int!
         |   ^^^^^^

The places in Python are there for subgraphs whose schema is given as Strawberry code:
`schema: {{python: "ratings.schema:schema"}}` in `supergraph.yaml`. With `--format json` each fault
has `code`, `message` and `places`: `subgraph`, `coordinate`, `sdl` and, for such subgraphs,
`python`, both with `file`, `line`, `column` and `text`.
"""


def reference() -> str:
    """The page, as Markdown."""
    first, last = (_version(v) for v in (FEDERATION_SPEC.versions[0], FEDERATION_SPEC.versions[-1]))
    return "\n".join(
        [
            _INTRODUCTION.format(first=first, last=last),
            *_section("Directives", ("directive", "since", "meaning"), _directives()),
            "Each is renamed or namespaced as the subgraph's `@link` says. Arguments of a composed"
            " directive of one's own\nare merged by these specifications, linked beside it: "
            + ", ".join(f"`{spec.name}`" for spec in STRATEGY_SPECS)
            + ".\n",
            *_section(
                "Errors of composition",
                ("code", "meaning"),
                ((f"`{code.name}`", code.description) for code in _sorted(ERRORS)),
            ),
            *_section(
                "Hints of composition",
                ("code", "level", "meaning"),
                ((f"`{h.name}`", h.level.value, h.description) for h in _sorted(HINTS)),
            ),
            *_section(
                "Changes of a schema",
                ("code", "severity", "meaning"),
                ((f"`{c.name}`", c.severity.lower(), c.description) for c in CHANGES.values()),
            ),
        ]
    )


def _sorted(codes: Mapping[str, _Named]) -> list[_Named]:
    return [codes[name] for name in sorted(codes)]


def _section(
    title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> Iterable[str]:
    yield f"## {title}\n"
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _directives() -> Iterable[tuple[str, ...]]:
    latest = {directive.name: directive for directive in FEDERATION_SPEC.directives}
    since: dict[str, str] = {}
    for directive in FEDERATION_SPEC.directives:
        since.setdefault(directive.name, f"federation {_version(directive.since)}")
    for directive in latest.values():
        yield _signature(directive), since[directive.name], _MEANINGS[directive.name]
    others = (LINK_SPEC, CONNECT_SPEC, *COMPOSED_SPECS)
    for spec in others:
        for directive in spec.directives:
            if directive.name not in latest:
                version = f"{spec.name} {_version(directive.since)}"
                yield _signature(directive), version, _MEANINGS[directive.name]


def _signature(directive: SpecDirective) -> str:
    arguments = directive_def(directive.sdl.replace("{", "").replace("}", "")).args
    return f"`@{directive.name}({', '.join(arguments)})`" if arguments else f"`@{directive.name}`"


def _version(version: tuple[int, int]) -> str:
    return f"v{version[0]}.{version[1]}"
