"""Each subgraph by itself: read, GraphQL's rules, the federation 1 upgrade, federation's rules."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.composition import codes
from gateway.composition.errors import Place, Report
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.access import check_access_rules
from gateway.composition.subgraph_rules.context import check_contexts
from gateway.composition.subgraph_rules.cost import check_costs
from gateway.composition.subgraph_rules.external import check_externals
from gateway.composition.subgraph_rules.finding import Finding, Rule
from gateway.composition.subgraph_rules.graphql_directives import (
    check_directives,
    check_known_directives,
    check_schema_directives,
)
from gateway.composition.subgraph_rules.graphql_inputs import check_inputs
from gateway.composition.subgraph_rules.graphql_interfaces import check_interfaces
from gateway.composition.subgraph_rules.graphql_types import (
    check_known_types,
    check_references,
    check_types,
)
from gateway.composition.subgraph_rules.graphql_values import check_defaults
from gateway.composition.subgraph_rules.interface_object import check_interface_objects
from gateway.composition.subgraph_rules.key import check_keys
from gateway.composition.subgraph_rules.provides import check_provided_types, check_provides
from gateway.composition.subgraph_rules.requires import check_requires
from gateway.composition.subgraph_rules.roots import check_roots
from gateway.composition.subgraph_rules.shareable import check_shareable
from gateway.composition.subgraph_rules.supergraph_links import check_supergraph_links
from gateway.composition.upgrade import check_extensions, prepare, upgrade
from gateway.federation.faults import Fault, FaultKind
from gateway.federation.model import Schema
from gateway.federation.read import read_schema
from gateway.federation.roots import use_default_roots

_CODES = {
    FaultKind.GRAPHQL: codes.INVALID_GRAPHQL,
    FaultKind.LINK_USAGE: codes.INVALID_LINK_DIRECTIVE_USAGE,
    FaultKind.LINK_URL: codes.INVALID_LINK_IDENTIFIER,
    FaultKind.FEDERATION_VERSION: codes.UNKNOWN_FEDERATION_LINK_VERSION,
    FaultKind.LINK_VERSION: codes.UNKNOWN_LINK_VERSION,
    FaultKind.DIRECTIVE_DEFINITION: codes.DIRECTIVE_DEFINITION_INVALID,
    FaultKind.TYPE_DEFINITION: codes.TYPE_DEFINITION_INVALID,
}
# What any GraphQL schema must keep to: the names it speaks of, of which any one makes all else
# uncertain, what it is made of, then how that is used.
_NAMES: tuple[Rule, ...] = (check_schema_directives, check_known_types)
_PARTS: tuple[Rule, ...] = (check_references, check_known_directives)
_USES: tuple[Rule, ...] = (
    check_types,
    check_directives,
    check_interfaces,
    check_inputs,
    check_defaults,
)
_FEDERATION_RULES: tuple[Rule, ...] = (
    check_supergraph_links,
    check_roots,
    check_keys,
    check_requires,
    check_provides,
    check_externals,
    check_shareable,
    check_interface_objects,
    check_access_rules,
    check_contexts,
    check_costs,
)


class Source(Protocol):
    """What a subgraph is read from."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def sdl(self) -> str: ...


def read_and_check(sources: Sequence[Source], report: Report) -> list[Facts]:
    """The facts of subgraphs that are in order, those of federation 1 upgraded.

    Those of federation 1 are looked at once those of federation 2 are in order: what an upgrade
    comes to depends on all others.
    """
    schemas = [schema for source in sources if (schema := _read(source, report)) is not None]
    for schema in schemas:
        if not schema.is_federation_1:
            _check_federation(schema, report)
    if report.errors:
        return []
    _upgrade_all(schemas, report)
    for schema in schemas:
        use_default_roots(schema)
    return [Facts(schema) for schema in schemas]


def _read(source: Source, report: Report) -> Schema | None:
    """The subgraph's schema, if it is one by GraphQL's rules."""
    schema, faults = read_schema(source.name, source.url, source.sdl)
    if schema is not None and any(_finds(schema, (rule,), report) for rule in _NAMES):
        return None
    for fault in faults:
        _report_fault(report, source.name, fault)
    if schema is None or _finds(schema, _PARTS, report) or faults or _finds(schema, _USES, report):
        return None
    return schema


def _finds(schema: Schema, rules: Sequence[Rule], report: Report) -> bool:
    """Report what the rules find; whether that is anything."""
    facts = Facts(schema)
    return _report_findings(report, schema, [found for rule in rules for found in rule(facts)])


def _check_federation(schema: Schema, report: Report) -> None:
    # Where `@provides` leads nowhere, what else depends on it cannot be told.
    if not _finds(schema, (check_provided_types,), report):
        _finds(schema, _FEDERATION_RULES, report)


def _upgrade_all(schemas: list[Schema], report: Report) -> None:
    """Upgrade the subgraphs of federation 1, each as far as it is in order."""
    old = [schema for schema in schemas if schema.is_federation_1]
    sound = [schema for schema in old if not _has_upgrade_faults(schema, schemas, report)]
    for schema in old:
        prepare(schema)
    facts = [Facts(schema) for schema in schemas] if old else []
    for fact in facts:
        if fact.schema in sound:
            others_facts = [other for other in facts if other is not fact]
            if not _report_findings(report, fact.schema, upgrade(fact, others_facts)):
                _check_federation(fact.schema, report)


def _has_upgrade_faults(schema: Schema, schemas: list[Schema], report: Report) -> bool:
    for fault in schema.upgrade_faults:
        _report_fault(report, schema.name, fault)
    return bool(schema.upgrade_faults) or _report_findings(
        report, schema, check_extensions(schema, schemas)
    )


def _report_fault(report: Report, subgraph: str, fault: Fault) -> None:
    place = Place(subgraph, fault.coordinate, fault.line, fault.column)
    report.error(_CODES[fault.kind], f"[{subgraph}] {fault.message}", place)


def _report_findings(report: Report, schema: Schema, findings: Iterable[Finding]) -> bool:
    """Report the findings; whether there were any."""
    found = False

    for finding in findings:
        coordinates = (finding.coordinate, *finding.others)
        places = (Place(schema.name, coordinate) for coordinate in coordinates)
        report.error(finding.code, f"[{schema.name}] {finding.message}", *places)
        found = True
    return found
