"""The federation audit: the kit's own check.py starts the gateway for each suite and asks it."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conformance.figure import Figure

GATEWAY = "{python} -m gateway serve --supergraph {{supergraph}} --port {{port}}"
MOST_CALLS = 398
"""What the best gateway that answers all cases asks of subgraphs (Hive Router 0.3.10)."""


def federation_audit(kit: Path, *, strict: bool) -> Figure:
    """All cases; strictly, plans that ask for what they do not need fail, too."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [
            sys.executable, str(kit / "check.py"),
            "--gateway-cmd", GATEWAY.format(python=sys.executable), "--json", str(results),
        ]  # fmt: skip
        if strict:
            command.append("--strict-plans")
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if not results.exists():
            raise RuntimeError(f"check.py gave no results:\n{done.stdout}{done.stderr}")
        cases = json.loads(results.read_text())
    calls = sum(len(case["calls"]) for case in cases)
    faults = [
        f"{case['suite']} {case['case']}: {case['reason']}" for case in cases if not case["passed"]
    ]
    if not faults and calls > MOST_CALLS:
        faults.append(f"{calls} calls of subgraphs, where {MOST_CALLS} are enough")
    name = "federation audit, strict plans" if strict else "federation audit"
    passed = sum(case["passed"] for case in cases)
    return Figure(name, passed, len(cases), f"{calls} calls of subgraphs", tuple(faults))
