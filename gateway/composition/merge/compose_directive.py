"""`@composeDirective`: a subgraph's own directives that the supergraph shall keep.

A directive to be composed belongs to a specification that the subgraph links; all subgraphs must
mean the same by its name. Its newest definition counts.
"""

import difflib

import msgspec

from gateway.composition import codes
from gateway.composition.errors import Place, Report
from gateway.composition.merge.directive_names import (
    ComposedDirective,
    ComposedDirectives,
    SupergraphLink,
)
from gateway.federation.links import Link
from gateway.federation.model import Schema
from gateway.federation.specs import LINKABLE, STRATEGY_SPECS
from gateway.federation.values import string_of

_JOIN = "https://specs.apollo.dev/join"
_DEFAULT = frozenset(
    {
        "tag",
        "inaccessible",
        "authenticated",
        "requiresScopes",
        "policy",
        "cost",
        "listSize",
        "cacheTag",
        "context",
        "fromContext",
    }
) | {spec.name for spec in STRATEGY_SPECS}


class _Wanted(msgspec.Struct):
    """A directive that a subgraph asks to be composed."""

    index: int
    local: str
    original: str
    link: Link


def compose_custom_directives(
    schemas: list[Schema], composed: ComposedDirectives, report: Report
) -> None:
    """Add the directives asked for, with their definitions and links."""
    wanted = [w for index, schema in enumerate(schemas) for w in _wanted(index, schema, report)]
    _check_versions(schemas, wanted, report)
    wanted = [w for w in wanted if not _conflicts(schemas, composed, w, report)]
    if _check_meaning(schemas, wanted, report):
        _add(schemas, wanted, composed)


def _wanted(index: int, schema: Schema, report: Report) -> list[_Wanted]:
    found: list[_Wanted] = []
    for applied in schema.directives:
        if applied.federation != "composeDirective":
            continue
        name = string_of(applied.args.get("name"))
        result = _resolve(index, schema, name, report)
        if isinstance(result, _Wanted):
            found.append(result)
        elif result is not None:
            report.error(codes.DIRECTIVE_COMPOSITION_ERROR, result, Place(schema.name, "schema"))
    return found


def _resolve(index: int, schema: Schema, name: str | None, report: Report) -> _Wanted | str | None:
    """The directive meant, why it cannot be composed, or None where it need not be."""
    if not name:
        return (
            f'Argument to @composeDirective in subgraph "{schema.name}" cannot be NULL or an empty'
            " String"
        )
    if not name.startswith("@"):
        return (
            f'Argument to @composeDirective "{name}" in subgraph "{schema.name}" must have a'
            ' leading "@"'
        )
    local = name.removeprefix("@")
    if local not in schema.directive_defs:
        close = difflib.get_close_matches(local, schema.directive_defs, 2)
        meant = " or ".join(f'"@{candidate}"' for candidate in close)
        return (
            "Could not find matching directive definition for argument to @composeDirective"
            f' "{name}" in subgraph "{schema.name}".' + (f" Did you mean {meant}?" if meant else "")
        )
    known = schema.federation.get(local)
    if known in _DEFAULT:
        report.hint(
            codes.DIRECTIVE_COMPOSITION_INFO,
            f'Directive "{name}" should not be explicitly manually composed since it is a'
            " federation directive composed by default",
            Place(schema.name, "schema"),
        )
        return None
    link = next((link for link in schema.links if link.directive(local) is not None), None)
    if known is not None or (
        link is not None and (link.identity == _JOIN or link.identity in LINKABLE)
    ):
        return (
            f'Composing federation directive "{name}" in subgraph "{schema.name}" is not supported'
        )
    if link is None:
        return (
            f'Directive "{name}" in subgraph "{schema.name}" cannot be composed because it is not a'
            " member of a core feature"
        )
    return _Wanted(index, local, link.directive(local) or local, link)


def _check_versions(schemas: list[Schema], wanted: list[_Wanted], report: Report) -> None:
    """What is composed of a specification is of one major version."""
    versions: dict[str, dict[int, Link]] = {}
    for index, schema in enumerate(schemas):
        for link in schema.links:
            if link.identity not in LINKABLE and link.identity != _JOIN:
                versions.setdefault(link.identity, {})[index] = link
    for identity, links in versions.items():
        majors = {link.version[0] for link in links.values()}
        if len(majors) < 2:
            continue
        places = [Place(schemas[index].name, "schema") for index in links]
        if len({one.link.version[0] for one in wanted if one.link.identity == identity}) > 1:
            report.error(
                codes.DIRECTIVE_COMPOSITION_ERROR,
                f'Core feature "{identity}" requested to be merged has major version mismatch'
                " across subgraphs",
                *places,
            )
        else:
            report.hint(
                codes.DIRECTIVE_COMPOSITION_INFO,
                f'Non-composed core feature "{identity}" has major version mismatch across'
                " subgraphs",
                *places,
            )


def _conflicts(
    schemas: list[Schema], composed: ComposedDirectives, wanted: _Wanted, report: Report
) -> bool:
    name = schemas[wanted.index].name
    if wanted.local.startswith(("join__", "link__")) or wanted.local in ("join", "link"):
        space = wanted.local.split("__")[0]
        report.error(
            codes.INVALID_LINK_DIRECTIVE_USAGE,
            f'Cannot import "@{wanted.original}" as "@{wanted.local}" from feature'
            f' "{wanted.link.identity}" since it can be confused with a namespaced name from'
            f' another linked feature "https://specs.apollo.dev/{space}". Please rename the import'
            ' or feature to avoid conflicts via "as".',
            Place(name, "schema"),
        )
        return True
    others = [
        schemas[index].name
        for index, kept in enumerate(composed.kept)
        if wanted.local in kept or schemas[index].federation.get(wanted.local) in _DEFAULT
    ]
    if not others:
        return False
    report.error(
        codes.DIRECTIVE_COMPOSITION_ERROR,
        f'Directive "@{wanted.local}" in subgraph "{name}" cannot be composed because it conflicts'
        f' with automatically composed federation directive "@{wanted.local}". Conflict exists in'
        f" subgraph(s): ({','.join(others)})",
        Place(name, "schema"),
    )
    return True


def _check_meaning(schemas: list[Schema], wanted: list[_Wanted], report: Report) -> bool:
    """Whether names and directives go together in the same way everywhere."""
    sound = True
    originals: dict[tuple[str, str], dict[str, list[int]]] = {}
    locals_: dict[str, list[_Wanted]] = {}
    for one in wanted:
        by_name = originals.setdefault((one.link.identity, one.original), {})
        by_name.setdefault(one.local, []).append(one.index)
        locals_.setdefault(one.local, []).append(one)
    for names in originals.values():
        if len(names) > 1:
            said = " and ".join(
                f'"@{name}" in subgraph "{schemas[index].name}"'
                for name, indexes in names.items()
                for index in indexes
            )
            report.error(
                codes.DIRECTIVE_COMPOSITION_ERROR,
                f"Composed directive is not named consistently in all subgraphs but {said}",
                *(Place(schemas[i].name, "schema") for indexes in names.values() for i in indexes),
            )
            sound = False
    for local, uses in locals_.items():
        fault = None
        if len({use.link.identity for use in uses}) > 1:
            fault = "is not linked by the same core feature in every subgraph"
        elif len({use.original for use in uses}) > 1:
            fault = "does not refer to the same directive in every subgraph"
        if fault is not None:
            report.error(
                codes.DIRECTIVE_COMPOSITION_ERROR,
                f'Composed directive "@{local}" {fault}',
                *(Place(schemas[use.index].name, "schema") for use in uses),
            )
            sound = False
    _hint_other_names(schemas, wanted, report)
    return sound


def _hint_other_names(schemas: list[Schema], wanted: list[_Wanted], report: Report) -> None:
    for one in {(w.link.identity, w.original): w for w in wanted}.values():
        askers = {w.index for w in wanted if w.original == one.original}
        others = [
            index
            for index, schema in enumerate(schemas)
            if index not in askers
            for link in schema.links
            if link.identity == one.link.identity
            and any(
                imported.name == f"@{one.original}" and imported.local != f"@{one.local}"
                for imported in link.imports
            )
        ]
        if others:
            report.hint(
                codes.DIRECTIVE_COMPOSITION_WARN,
                f'Composed directive "@{one.local}" is named differently in a subgraph that does'
                " not export it. Consistent naming will be required to export it.",
                *(Place(schemas[index].name, "schema") for index in others),
            )


def _add(schemas: list[Schema], wanted: list[_Wanted], composed: ComposedDirectives) -> None:
    links: dict[str, SupergraphLink] = {}
    definitions: dict[str, ComposedDirective] = {}
    newest_first = sorted(wanted, key=lambda w: w.link.version, reverse=True)
    newest: dict[str, _Wanted] = {}
    for one in newest_first:
        newest.setdefault(one.link.identity, one)
    for one in wanted:
        identity = one.link.identity
        link = links.get(identity)
        if link is None:
            version = newest[identity].link.version
            link = links[identity] = SupergraphLink(identity, one.link.name, version)
        if one.local not in definitions:
            link.imports.append((one.original, one.local))
            source = schemas[newest[identity].index]
            definition = source.directive_defs.get(one.local)
            if definition is None:
                oldest = next(w for w in newest_first if w.local == one.local)
                definition = schemas[oldest.index].directive_defs[one.local]
            definitions[one.local] = ComposedDirective(definition, is_custom=True)
            composed.definitions.append(definition)
        composed.kept[one.index][one.local] = definitions[one.local]
    composed.links.extend(links.values())
