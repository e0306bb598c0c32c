"""Each subgraph by itself: read, GraphQL's rules, the federation 1 upgrade, federation's rules."""

from collections.abc import Sequence
from typing import Protocol

from gateway.composition import codes
from gateway.composition.errors import Place, Report
from gateway.federation.faults import Fault, FaultKind
from gateway.federation.model import Schema
from gateway.federation.read import read_schema

_CODES = {
    FaultKind.GRAPHQL: codes.INVALID_GRAPHQL,
    FaultKind.LINK_USAGE: codes.INVALID_LINK_DIRECTIVE_USAGE,
    FaultKind.LINK_URL: codes.INVALID_LINK_IDENTIFIER,
    FaultKind.FEDERATION_VERSION: codes.UNKNOWN_FEDERATION_LINK_VERSION,
    FaultKind.LINK_VERSION: codes.UNKNOWN_LINK_VERSION,
    FaultKind.DIRECTIVE_DEFINITION: codes.DIRECTIVE_DEFINITION_INVALID,
    FaultKind.TYPE_DEFINITION: codes.TYPE_DEFINITION_INVALID,
}


class Source(Protocol):
    """What a subgraph is read from."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def sdl(self) -> str: ...


def read_and_check(sources: Sequence[Source], report: Report) -> list[Schema]:
    """The schemas of subgraphs that are in order, those of federation 1 upgraded."""
    schemas: list[Schema] = []
    for source in sources:
        schema, faults = read_schema(source.name, source.url, source.sdl)
        for fault in faults:
            _report(report, source.name, fault)
        if schema is not None and not faults:
            schemas.append(schema)
    return schemas


def _report(report: Report, subgraph: str, fault: Fault) -> None:
    place = Place(subgraph, fault.coordinate, fault.line, fault.column)
    report.error(_CODES[fault.kind], f"[{subgraph}] {fault.message}", place)
