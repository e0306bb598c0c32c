"""What the public world expects of a federation gateway, in one table.

    python -m tests.conformance --kits FOLDER

Exit status: 0 where all holds, 1 where something does not, 2 without the kits.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.conformance.composition import composition
from tests.conformance.federation_audit import federation_audit
from tests.conformance.figure import Figure
from tests.conformance.http_audit import http_audit

WITHOUT_KITS = """\
There are no conformance kits in {folder}: name their folder with KITS= or --kits.
The kits are not part of this repository. The federation audit is public: it is the repository
"federation-gateway-audit" of The Guild (graphql-hive) on GitHub; the kit holds its suites as files,
and a check.py that serves the subgraphs. The composition kit has a cases.json: subgraphs with the
supergraph, or the errors, that the reference composition gives, and a supergraph_diff.py that
compares supergraphs by meaning.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--kits", type=Path, default=Path("../shared/conformance"))
    options = parser.parse_args(arguments)
    kits: Path = options.kits.resolve()
    if not (kits / "composition").is_dir() or not (kits / "federation-audit").is_dir():
        sys.stderr.write(WITHOUT_KITS.format(folder=options.kits))
        return 2
    audit = kits / "federation-audit"
    runs: list[Callable[[], Figure]] = [
        lambda: composition(kits / "composition"),
        lambda: federation_audit(audit, strict=False),
        lambda: federation_audit(audit, strict=True),
        http_audit,
    ]
    figures = [_run(run) for run in runs]
    return _conclude(figures)


def _run(run: Callable[[], Figure]) -> Figure:
    started = time.monotonic()
    figure = run()
    print(f"{_row(figure)}  ({time.monotonic() - started:.0f} s)", flush=True)
    for fault in figure.faults:
        print(f"    {fault}", flush=True)
    return figure


def _row(figure: Figure) -> str:
    return f"{figure.what:<32}{figure.passed:>5}/{figure.total:<5}{figure.note}"


def _conclude(figures: Sequence[Figure]) -> int:
    """One line for whoever reads only the last."""
    passed = sum(figure.passed for figure in figures)
    failed = sum(figure.total for figure in figures) - passed
    if not failed:
        failed = sum(not figure.holds for figure in figures)
    print(f"{passed} passed, {failed} failed")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
