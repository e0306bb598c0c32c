"""The outcome of a check: changes, which recorded operations they hit, and whether that breaks."""

from collections import Counter
from typing import Any

import msgspec
from graphql import GraphQLSchema

from gateway.supergraph.changes.codes import Severity
from gateway.supergraph.changes.compare import compare
from gateway.supergraph.changes.model import Change
from gateway.supergraph.changes.usage import (
    RecordedOperation,
    Recording,
    faults_of,
    marks_of,
)


class Finding(msgspec.Struct, frozen=True):
    """A change, and the operations that it hits; None where none are recorded."""

    change: Change
    hit: tuple[RecordedOperation, ...] | None = None

    @property
    def breaks(self) -> bool:
        """Whether clients break: without recorded operations, whether they may."""
        return self.change.code.severity is Severity.BREAKING and self.hit != ()


class Refused(msgspec.Struct, frozen=True):
    """An operation that a schema does not take, and why."""

    operation: RecordedOperation
    reason: str


class Report(msgspec.Struct, frozen=True):
    """Everything that a check found.

    `unusable` are recorded operations that not even the old schema takes; they count for nothing.
    `refused` are those that the new schema does not take any more.
    """

    findings: tuple[Finding, ...]
    checked: int | None = None
    unreadable: tuple[str, ...] = ()
    unusable: tuple[Refused, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether clients break."""
        return bool(self.refused) or any(finding.breaks for finding in self.findings)


def check(old: GraphQLSchema, new: GraphQLSchema, recording: Recording | None = None) -> Report:
    """Compare two API schemas, by what the recorded operations use where there are some."""
    changes = compare(old, new)
    if recording is None:
        return Report(tuple(Finding(change) for change in changes))
    usable, unusable, refused = [], [], []
    for operation in recording.operations:
        if faults := faults_of(operation, old):
            unusable.append(Refused(operation, faults[0]))
            continue
        usable.append((operation, marks_of(operation, old)))
        if faults := faults_of(operation, new):
            refused.append(Refused(operation, faults[0]))
    findings = tuple(
        Finding(change, tuple(each for each, marks in usable if change.hits_operation(marks)))
        for change in changes
    )
    return Report(findings, len(usable), recording.faults, tuple(unusable), tuple(refused))


def as_text(report: Report) -> str:
    """A line per change, the operations that it hits below it, and the sums last."""
    lines = []
    for finding in report.findings:
        change = finding.change
        lines.append(f"{change.code.severity.lower()}[{change.code.name}]: {change.message}")
        lines += [f"  hits {each.name} ({each.origin})" for each in finding.hit or ()]
        if finding.hit == () and change.code.severity is Severity.BREAKING:
            lines.append("  hits no recorded operation")
    lines += [f"refused: {_told(each)}" for each in report.refused]
    return "\n".join([*lines, _sums(report)])


def warnings(report: Report) -> list[str]:
    """What of the recording could not be used."""
    return [
        *(f"warning: {fault}" for fault in report.unreadable),
        *(f"warning: the old schema does not take {_told(each)}" for each in report.unusable),
    ]


def _told(refused: Refused) -> str:
    operation = refused.operation
    return f"{operation.name} ({operation.origin}): {refused.reason}"


def _sums(report: Report) -> str:
    if not report.findings:
        return "No changes."
    counts = Counter(finding.change.code.severity for finding in report.findings)
    told = ", ".join(f"{counts[severity]} {severity.lower()}" for severity in Severity)
    if report.checked is None:
        return f"{told}."
    breaking = sum(finding.breaks for finding in report.findings)
    return f"{told}; {breaking} breaking for the {report.checked} recorded operations."


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    counts = Counter(finding.change.code.severity for finding in report.findings)
    return {
        "breaks": report.breaks,
        "counts": {severity.lower(): counts[severity] for severity in Severity},
        "changes": [_finding_as_json(finding) for finding in report.findings],
        "operations": None
        if report.checked is None
        else {
            "checked": report.checked,
            "refused": [_refused_as_json(each) for each in report.refused],
            "unusable": [_refused_as_json(each) for each in report.unusable],
            "unreadable": list(report.unreadable),
        },
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    change = finding.change
    told: dict[str, Any] = {
        "code": change.code.name,
        "severity": change.code.severity.value,
        "coordinate": change.coordinate,
        "message": change.message,
        "breaks": finding.breaks,
    }
    if finding.hit is not None:
        told["operations"] = [{"name": each.name, "file": each.origin} for each in finding.hit]
    return told


def _refused_as_json(refused: Refused) -> dict[str, str]:
    operation = refused.operation
    return {"name": operation.name, "file": operation.origin, "message": refused.reason}
