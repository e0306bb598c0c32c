"""Compose the cases of a conformance kit and compare with what is expected.

    python -m tests.conformance.composition [KITS] [ID …]

`KITS` is the folder with `composition/cases.json` and `composition/supergraph_diff.py`, by default
the environment's. Prints a line per case, and closes with `N passed, M failed`.
"""

import argparse
import importlib.util
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.composition.compose import Composed, Failed, SubgraphSource, compose
from tests.conformance.figure import Figure

Differences = Callable[[str, str], list[str]]


def load_differences(folder: Path) -> Differences:
    """The kit's own comparison of two supergraphs."""
    spec = importlib.util.spec_from_file_location("supergraph_diff", folder / "supergraph_diff.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    differences: Differences = module.differences
    return differences


def judge(case: dict[str, Any], differences: Differences) -> list[str]:
    """Why the case does not hold; empty when it does."""
    sources = [SubgraphSource(s["name"], s["url"], s["sdl"]) for s in case["subgraphs"]]
    result = compose(sources, **case.get("options", {}))
    if "errors" in case:
        found = [error.code.name for error in result.errors] if isinstance(result, Failed) else []
        return _codes("error", [error["code"] for error in case["errors"]], found)
    if isinstance(result, Failed):
        return [f"unexpected {error.code.name}: {error.message}" for error in result.errors]
    assert isinstance(result, Composed)
    hints = [hint.code.name for hint in result.hints]
    return [
        *differences(case["supergraph"], result.supergraph_sdl),
        *_codes("hint", [hint["code"] for hint in case["hints"]], hints),
    ]


def _codes(what: str, expected: list[str], found: list[str]) -> list[str]:
    missing = Counter(expected) - Counter(found)
    extra = Counter(found) - Counter(expected)
    return [f"- {what} {code}" for code in missing.elements()] + [
        f"+ {what} {code}" for code in extra.elements()
    ]


def composition(folder: Path) -> Figure:
    """All cases of the kit in that folder."""
    differences = load_differences(folder)
    cases = json.loads((folder / "cases.json").read_text())
    faults = tuple(
        f"{case['id']} {case['about']}: {'; '.join(reasons)}"
        for case in cases
        if (reasons := reasons_against(case, differences))
    )
    return Figure("composition", len(cases) - len(faults), len(cases), faults=faults)


def reasons_against(case: dict[str, Any], differences: Differences) -> list[str]:
    """Why the case does not hold, an exception among it."""
    try:
        return judge(case, differences)
    except Exception as error:
        return [f"raised {type(error).__name__}: {error}"]


def main() -> int:
    """Run the cases; exit code 1 when one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kits", nargs="?", default=os.environ.get("KITS"))
    parser.add_argument("ids", nargs="*")
    parser.add_argument("-q", "--quiet", action="store_true", help="print failures only")
    options = parser.parse_args()
    if not options.kits:
        parser.error("name the folder of the conformance kits, as argument or in KITS")
    folder = Path(options.kits) / "composition"
    differences = load_differences(folder)
    failed = passed = 0
    started = time.perf_counter()
    for case in json.loads((folder / "cases.json").read_text()):
        if options.ids and case["id"] not in options.ids:
            continue
        reasons = reasons_against(case, differences)
        passed += not reasons
        failed += bool(reasons)
        if reasons or not options.quiet:
            print(f"{'FAIL' if reasons else 'ok  '} {case['id']} {case['about']}")
        for reason in reasons:
            print(f"       {reason}")
    print(f"{passed} passed, {failed} failed in {time.perf_counter() - started:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
