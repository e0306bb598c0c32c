"""Every operation that a head sends fits the graph."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "clients" / "operations").rglob("*.graphql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_operation_is_valid(file: Path):
    schema = build_schema((ROOT / "schema" / "api.graphql").read_text())
    assert validate(schema, parse(file.read_text())) == []
