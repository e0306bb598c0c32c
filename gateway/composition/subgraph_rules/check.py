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
)
from gateway.composition.subgraph_rules.graphql_interfaces import check_interfaces
from gateway.composition.subgraph_rules.graphql_types import check_known_types, check_types
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
# What any GraphQL schema must keep to; each group only if the one before found nothing.
_GRAPHQL_RULES: tuple[tuple[Rule, ...], ...] = (
    (check_known_types,),
    (check_types, check_known_directives),
    (check_directives, check_interfaces, check_defaults),
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
    """The facts of subgraphs that are in order, those of federation 1 upgraded."""
    schemas: list[Schema] = []
    for source in sources:
        schema, faults = read_schema(source.name, source.url, source.sdl)
        for fault in faults:
            _report_fault(report, source.name, fault)
        if schema is not None and _is_graphql(schema, report) and not faults:
            schemas.append(schema)
    if len(schemas) == len(sources):
        _upgrade_all(schemas, report)
    checked = []
    for schema in schemas:
        facts = Facts(schema)
        _check_federation(facts, report)
        if use_default_roots(schema):
            facts = Facts(schema)
        checked.append(facts)
    return checked


def _check_federation(facts: Facts, report: Report) -> None:
    # Where `@provides` leads nowhere, what else depends on it cannot be told.
    if _report_findings(report, facts.schema, check_provided_types(facts)):
        return
    for rule in _FEDERATION_RULES:
        _report_findings(report, facts.schema, rule(facts))


def _is_graphql(schema: Schema, report: Report) -> bool:
    facts = Facts(schema)
    for group in _GRAPHQL_RULES:
        findings = [finding for rule in group for finding in rule(facts)]
        _report_findings(report, schema, findings)
        if findings:
            return False
    return True


def _upgrade_all(schemas: list[Schema], report: Report) -> None:
    old = [schema for schema in schemas if schema.is_federation_1]
    for schema in old:
        for fault in schema.upgrade_faults:
            _report_fault(report, schema.name, fault)
    for schema, finding in check_extensions(schemas):
        _report_findings(report, schema, [finding])
    for schema in old:
        prepare(schema)
    facts = [Facts(schema) for schema in schemas] if old else []
    for fact in facts:
        if fact.schema.is_federation_1:
            others_facts = [other for other in facts if other is not fact]
            _report_findings(report, fact.schema, upgrade(fact, others_facts))


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
