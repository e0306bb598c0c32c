"""`gateway check` and `gateway contract`, as one types them."""

import io
import json
from pathlib import Path

import pytest

from gateway.cli import main
from tests.support.composition import composed, subgraph

TAGGED = 'type Query { a: Int  b: Int @tag(name: "internal") }'


@pytest.fixture
def supergraph(tmp_path: Path) -> Path:
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed(subgraph("a", TAGGED)).supergraph_sdl)
    return file


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_a_breaking_change_gives_status_1(tmp_path, capsys):
    old = written(tmp_path, "old.graphql", "type Query { a: Int b: Int }")
    new = written(tmp_path, "new.graphql", "type Query { a: Int c: Int }")
    assert main(["check", old, new]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "breaking[FIELD_REMOVED]: The field Query.b was removed.",
        "safe[FIELD_ADDED]: The field Query.c was added.",
        "1 breaking, 0 dangerous, 1 safe.",
    ]
    assert main(["check", new, new]) == 0
    assert capsys.readouterr().out == "No changes.\n"


def test_recorded_operations_decide_what_breaks(tmp_path, capsys):
    old = written(tmp_path, "old.gql", "type Query { a: Int b: Int }")
    new = written(tmp_path, "new.gql", "type Query { a: Int }")
    (tmp_path / "clients" / "web").mkdir(parents=True)
    a = written(tmp_path / "clients" / "web", "a.graphql", "query A { a }")
    assert main(["check", old, new, "--operations", str(tmp_path / "clients")]) == 0
    assert "hits no recorded operation" in capsys.readouterr().out
    b = written(tmp_path / "clients", "b.graphql", "query B { b }")
    assert main(["check", old, new, "--operations", a, "--operations", b]) == 1
    assert f"  hits B ({b})" in capsys.readouterr().out.splitlines()
    assert main(["check", old, new, "--operations", b, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["operations"]["checked"] == 1


def test_operations_that_cannot_be_read_are_warned_of(tmp_path, capsys):
    old = written(tmp_path, "old.gql", "type Query { a: Int }")
    operations = written(tmp_path, "a.graphql", "query A { gone }")
    assert main(["check", old, old, "--operations", operations]) == 0
    assert "warning: the old schema does not take A" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["check", old, old, "--operations", str(tmp_path / "empty")]) == 1
    assert "there is no *.graphql file in it" in capsys.readouterr().err


def test_of_a_supergraph_the_api_schema_is_compared(tmp_path, supergraph, capsys):
    api = written(tmp_path, "api.graphql", "type Query { a: Int }")
    assert main(["check", api, str(supergraph)]) == 0
    assert "safe[FIELD_ADDED]: The field Query.b was added." in capsys.readouterr().out


def test_faulty_schemas_are_told_with_their_file(tmp_path, capsys):
    faulty = written(tmp_path, "faulty.graphql", "type Query {")
    fine = written(tmp_path, "fine.graphql", "type Query { a: Int }")
    assert main(["check", faulty, fine]) == 1
    assert f"error: {faulty}: line 1, column 13: Syntax Error" in capsys.readouterr().err
    unknown = written(tmp_path, "unknown.graphql", "type Query { a: Nothing }")
    assert main(["check", fine, unknown]) == 1
    assert f"error: {unknown}: Unknown type 'Nothing'" in capsys.readouterr().err


def test_a_contract_is_printed(supergraph, capsys):
    assert main(["contract", str(supergraph), "--exclude-tag", "internal"]) == 0
    assert capsys.readouterr().out.endswith("type Query {\n  a: Int\n}\n")


def test_a_contract_can_be_served(tmp_path, supergraph, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(supergraph.read_text()))
    assert main(["contract", "--exclude-tag", "internal", "--as", "supergraph"]) == 0
    contract = written(tmp_path, "contract.graphql", capsys.readouterr().out)
    assert main(["api-schema", "--supergraph", contract]) == 0
    assert capsys.readouterr().out.endswith("type Query {\n  a: Int\n}\n")


def test_tags_that_leave_no_schema_are_told(supergraph, capsys):
    assert main(["contract", str(supergraph), "--include-tag", "nobody"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[QUERY_ROOT_TYPE_INACCESSIBLE]" in captured.err
    assert captured.err.endswith("The tags leave no whole schema.\n")
