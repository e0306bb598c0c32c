"""The command around the kits; the kits themselves are not in this repository."""

import json

from tests.conformance.__main__ import _conclude, main
from tests.conformance.composition import composition
from tests.conformance.figure import Figure
from tests.support.composition import FEDERATION_2, composed, subgraph

DIFFERENCES = (
    "def differences(expected, actual):\n    return [] if expected == actual else ['differs']\n"
)


def test_without_kits_it_says_where_the_public_audit_is(tmp_path, capsys):
    assert main(["--kits", str(tmp_path)]) == 2
    assert "federation-gateway-audit" in capsys.readouterr().err


def test_cases_that_do_not_hold_are_told_with_their_reason(tmp_path):
    sdl = "type Query { a: Int }"
    source = {"name": "a", "url": "http://a/graphql", "sdl": FEDERATION_2 + sdl}
    right = composed(subgraph("a", sdl)).supergraph_sdl
    cases = [
        {"id": "1", "about": "right", "subgraphs": [source], "supergraph": right, "hints": []},
        {"id": "2", "about": "wrong", "subgraphs": [source], "supergraph": "", "hints": []},
        {"id": "3", "about": "fails", "subgraphs": [source], "errors": [{"code": "NO_QUERIES"}]},
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "supergraph_diff.py").write_text(DIFFERENCES)
    figure = composition(tmp_path)
    assert (figure.passed, figure.total) == (1, 3)
    assert figure.faults == ("2 wrong: differs", "3 fails: - error NO_QUERIES")
    assert not figure.holds


def test_one_figure_that_does_not_hold_fails_the_whole(capsys):
    whole, calls = Figure("a", 2, 2), Figure("b", 1, 1, faults=("too many calls",))
    assert _conclude([whole]) == 0
    assert _conclude([whole, calls]) == 1
    assert capsys.readouterr().out.splitlines() == ["2 passed, 0 failed", "3 passed, 1 failed"]
