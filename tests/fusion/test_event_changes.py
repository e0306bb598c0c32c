"""What breaks consumers or kept events, case by case."""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fusion.contracts import hold
from fusion.event_changes import breaking_changes
from fusion.schema import ROOT

MONEY = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {"amount": {"type": "integer", "minimum": 0}, "currency": {"type": "string"}},
    "additionalProperties": False,
}
BEFORE: dict[str, Any] = {
    "title": "fc.test.v1",
    "type": "object",
    "required": ["__typename", "id", "price", "state"],
    "properties": {
        "__typename": {"const": "Sold"},
        "id": {"type": "string", "pattern": "^prod_"},
        "price": {"$ref": "#/$defs/money"},
        "before": {"anyOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]},
        "state": {"enum": ["NEW", "SOLD"]},
        "note": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "what": {
            "oneOf": [
                {"type": "object", "properties": {"kind": {"const": "A"}, "a": {"type": "string"}}},
                {"type": "object", "properties": {"kind": {"const": "B"}, "b": {"type": "string"}}},
            ]
        },
    },
    "additionalProperties": False,
    "$defs": {"money": MONEY},
}


def changed(*path: Any, to: Any = None, gone: bool = False) -> dict[str, Any]:
    """The schema with one thing in it changed."""
    after = copy.deepcopy(BEFORE)
    node: Any = after
    for step in path[:-1]:
        node = node[step]
    if gone:
        node.pop(path[-1])
    else:
        node[path[-1]] = to
    return after


P = "properties"
HARMLESS = {
    "nothing": BEFORE,
    "another description": changed("title", to="other words"),
    "an optional field": changed(P, "since", to={"type": "string"}),
    "an optional field further in": changed(
        "$defs", "money", P, "formatted", to={"type": "string"}
    ),
    "another value of an enum": changed(P, "state", "enum", to=["NEW", "SOLD", "LOST"]),
    "a reference written out": changed(P, "price", to=MONEY),
    "a union written otherwise": changed(
        P, "note", to={"oneOf": [{"type": "null"}, {"type": "string"}]}
    ),
    "open to more fields": changed("additionalProperties", gone=True),
}
BREAKING = {
    "$.note is gone": changed(P, "note", gone=True),
    "$.price.currency is gone": changed("$defs", "money", P, "currency", gone=True),
    "$.price.currency may be missing now": changed("$defs", "money", "required", to=["amount"]),
    "$.note is required now": changed(
        "required", to=["__typename", "id", "price", "state", "note"]
    ),
    "$.id can no longer be string": changed(P, "id", to={"type": "integer"}),
    "$.note can no longer be null": changed(P, "note", to={"type": "string"}),
    "$.id can be null now": changed(P, "id", to={"type": ["string", "null"], "pattern": "^prod_"}),
    "$.before can no longer be null": changed(P, "before", to={"$ref": "#/$defs/money"}),
    "$.state can no longer be 'SOLD'": changed(P, "state", "enum", to=["NEW"]),
    "$.state can have any value now": changed(P, "state", to={"type": "string"}),
    "$.id: pattern was '^prod_', is '^p_'": changed(P, "id", "pattern", to="^p_"),
    "$.price.amount: minimum was 0, is None": changed(
        "$defs", "money", P, "amount", "minimum", gone=True
    ),
    "$ can no longer be object Sold": changed(P, "__typename", "const", to="Gone"),
    "$.tags[] can be integer now": changed(P, "tags", "items", to={"type": ["string", "integer"]}),
    "$.counts.* can no longer be integer": changed(
        P, "counts", "additionalProperties", to={"type": "string"}
    ),
    "$.what can no longer be object B": changed(P, "what", "oneOf", 1, P, "kind", "const", to="C"),
    "$.what.a is gone": changed(P, "what", "oneOf", 0, P, "a", gone=True),
    "$.note has only certain values now": changed(
        P, "note", to={"type": ["string", "null"], "enum": ["x", None]}
    ),
}


@pytest.mark.parametrize("after", HARMLESS.values(), ids=HARMLESS)
def test_what_may_change_at_any_time(after: dict[str, Any]):
    assert breaking_changes(BEFORE, after) == []


@pytest.mark.parametrize(("told", "after"), BREAKING.items(), ids=BREAKING)
def test_what_breaks_is_told_with_its_place(told: str, after: dict[str, Any]):
    changes = breaking_changes(BEFORE, after)
    assert any(change.startswith(told) for change in changes), changes


@pytest.mark.parametrize(
    "file", sorted((ROOT / "events").glob("*.json")), ids=lambda each: each.stem
)
def test_a_schema_of_ours_breaks_nothing_of_itself_and_something_without_a_field(file: Path):
    schema = json.loads(file.read_text())
    assert breaking_changes(schema, schema) == []
    without = copy.deepcopy(schema)
    without["properties"].popitem()
    assert breaking_changes(schema, without)


def git(folder: Path, *arguments: str) -> None:
    name = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", "-C", str(folder), *name, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "fc.test.v1.json").write_text(json.dumps(BEFORE))
    for name in ("public", "partner"):
        (tmp_path / f"{name}.graphql").write_text("type Query { a: Int }")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "base")
    return tmp_path


def test_the_command_compares_events_with_the_base(repository: Path, capsys):
    file = repository / "events" / "fc.test.v1.json"
    file.write_text(json.dumps(HARMLESS["an optional field"]))
    (repository / "events" / "fc.new.v1.json").write_text("{}")
    assert hold("HEAD", repository)
    assert "none of 1 types breaks anything" in capsys.readouterr().out

    file.write_text(json.dumps(BREAKING["$.note is gone"]))
    assert not hold("HEAD", repository)
    told = capsys.readouterr()
    assert "events/fc.test.v1.json since" in told.out
    assert "$.note is gone: consumers may read it" in told.out
    assert "Give it a new version" in told.err

    file.unlink()
    assert not hold("HEAD", repository)
    assert "the type is gone" in capsys.readouterr().out
