"""`gateway compose` takes Strawberry schemas, and its errors lead to the Python code."""

import json
from pathlib import Path

import pytest

from gateway.cli import main
from tests.gateway import ratings

FILE = "tests/gateway/ratings.py"
LINES = Path(ratings.__file__).read_text().splitlines()
LINE = LINES.index("    def rating(self) -> int:") + 1
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable"])'
)
SHARES = 'type Product @key(fields: "id") {\n  id: ID!\n  rating: Int!\n}\n'


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])


def compose(folder: Path, catalog: str, python: str, *options: str) -> int:
    (folder / "catalog.graphql").write_text(f"{LINK}\n{catalog}")
    file = folder / "supergraph.yaml"
    file.write_text(
        "subgraphs:\n"
        "  catalog: {routing_url: 'http://a', schema: {file: catalog.graphql}}\n"
        f"  ratings: {{routing_url: 'http://b', schema: {{python: '{python}'}}}}\n"
    )
    return main(["compose", "--config", str(file), *options])


def test_a_strawberry_schema_is_composed(tmp_path, capsys):
    unshared = SHARES.replace("rating", "price")
    assert compose(tmp_path, unshared, "tests.gateway.ratings:schema") == 0
    out = capsys.readouterr().out
    assert '@join__graph(name: "ratings", url: "http://b")' in out
    assert "rating: Int! @join__field(graph: RATINGS)" in out


def test_a_field_in_python_is_told_with_its_file_its_line_and_its_sdl(tmp_path, capsys):
    assert compose(tmp_path, SHARES, "tests.gateway.ratings:schema") == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(f"{tmp_path}/catalog.graphql:4:3: error[INVALID_FIELD_SHARING]: ")
    assert told[1:5] == [
        "  4 |   rating: Int!",
        "    |   ^^^^^^",
        f"  see {FILE}:{LINE}:9",
        f"  {LINE} |     def rating(self) -> int:",
    ]
    assert told[5] == f"  {' ' * len(str(LINE))} |         ^^^^^^"
    assert told[6].startswith("  see SDL of tests.gateway.ratings:schema:")
    assert told[7].endswith("|   rating: Int!")


def test_programs_get_the_places_too(tmp_path, capsys):
    assert compose(tmp_path, SHARES, "tests.gateway.ratings:schema", "--format", "json") == 1
    answer = json.loads(capsys.readouterr().out)
    (error,) = answer["error"]["details"]["build_errors"]
    first, second = error["places"]
    assert first == {
        "subgraph": "catalog",
        "coordinate": "Product.rating",
        "sdl": {
            "file": f"{tmp_path}/catalog.graphql",
            "line": 4,
            "column": 3,
            "text": "  rating: Int!",
        },
    }
    assert (second["subgraph"], second["coordinate"]) == ("ratings", "Product.rating")
    assert second["python"] == {
        "file": FILE,
        "line": LINE,
        "column": 9,
        "text": "    def rating(self) -> int:",
    }
    assert second["sdl"]["file"] == "SDL of tests.gateway.ratings:schema"
    assert second["sdl"]["text"].strip() == "rating: Int!"


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ("tests.gateway.none:schema", "cannot be imported: ModuleNotFoundError: No module named"),
        ("tests.gateway.ratings:none", "cannot be imported: AttributeError: "),
        ("tests.gateway.ratings:Query", "is no Strawberry schema, but type"),
    ],
)
def test_what_is_no_schema_is_told_without_a_stack_trace(tmp_path, capsys, python, reason):
    assert compose(tmp_path, SHARES, python) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {python}: {reason}")
    assert "Traceback" not in captured.err


def test_a_module_that_fails_while_it_is_run_is_told(tmp_path, capsys, monkeypatch):
    (tmp_path / "failing_subgraph.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert compose(tmp_path, SHARES, "failing_subgraph:schema") == 1
    reason = "cannot be imported: ZeroDivisionError: division by zero"
    assert capsys.readouterr().err == f"error: failing_subgraph:schema: {reason}\n"
