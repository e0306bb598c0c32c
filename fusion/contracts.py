"""Tells whether what others build on still holds since a git revision.

That is the contracts with the public and with partners, and the schemas of events. Who builds on
them is not known, so any breaking change counts, whatever our own clients use.
"""

import json
import subprocess
import sys
from pathlib import Path

from fusion.event_changes import breaking_changes
from fusion.schema import CONTRACTS, ROOT
from gateway.supergraph.changes.read import read_api_schema
from gateway.supergraph.changes.report import as_text, check


class UnknownRevision(Exception):
    """The revision that was asked for is not in the repository."""


def hold(base: str | None = None, folder: Path = ROOT) -> bool:
    """Whether no contract and no event in the folder breaks what it was at the base.

    Prints what changed.

    The base is by default where this branch left `origin/main`, or else the previous commit.
    Without a base, or where the contract is not in it, there is nothing to break.

    Raises:
        UnknownRevision: the base is not in the repository.
    """
    revision = _revision(folder, base) if base is not None else _usual_base(folder)
    if base is not None and revision is None:
        raise UnknownRevision(f"There is no revision {base!r}.")
    if revision is None:
        print("There is no earlier commit to compare the contracts with.")
        return True
    held = True
    for audience in CONTRACTS:
        file = f"{audience}.graphql"
        before = _git(folder, "show", f"{revision}:./{file}")
        if before is None:
            print(f"{file}: is new since {revision[:10]}.")
            continue
        report = check(read_api_schema(before), read_api_schema((folder / file).read_text()))
        print(f"{file} since {revision[:10]}: {as_text(report)}")
        held = held and not report.breaks
    if not held:
        sys.stderr.write(
            "A contract is broken. Deprecate what is to go, with its replacement and a date, and"
            " keep it until then.\n"
        )
    return _events_hold(folder, revision) and held


def _events_hold(folder: Path, revision: str) -> bool:
    """Whether consumers and kept events can live with each event's schema."""
    listed = _git(folder, "ls-tree", "--name-only", revision, "./events/") or ""
    names = [name for name in listed.splitlines() if name.endswith(".json")]
    held = True
    for name in names:
        changes = _event_changes(folder, revision, name)
        for change in changes:
            print(f"{name} since {revision[:10]}: {change}")
        held = held and not changes
    if held:
        print(f"events/ since {revision[:10]}: none of {len(names)} types breaks anything.")
    else:
        sys.stderr.write(
            "An event is broken. Give it a new version beside the old one, and send both until"
            " nobody follows the old.\n"
        )
    return held


def _event_changes(folder: Path, revision: str, name: str) -> list[str]:
    before = _git(folder, "show", f"{revision}:./{name}")
    if before is None:
        return []
    try:
        after = json.loads((folder / name).read_text())
    except FileNotFoundError:
        return ["the type is gone: consumers may follow it"]
    return breaking_changes(json.loads(before), after)


def _usual_base(folder: Path) -> str | None:
    head = _revision(folder, "HEAD")
    branched = _git(folder, "merge-base", "HEAD", "origin/main")
    if branched is not None and branched.strip() != head:
        return branched.strip()
    return _revision(folder, "HEAD~1")


def _revision(folder: Path, name: str) -> str | None:
    found = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
    )
    return found.strip() if found is not None else None


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it cannot do what it is asked."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 (fixed words, and a revision after --end-of-options)
            command, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
