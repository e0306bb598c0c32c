"""Every operation that the documentation shows fits the graph."""

import re
from pathlib import Path

import pytest
from graphql import DocumentNode, build_schema, parse, validate
from graphql.language import ExecutableDefinitionNode

from tests.docs.pages import PAGES, ROOT, blocks, name

SCHEMA = build_schema((ROOT / "schema" / "api.graphql").read_text())
OPERATION = r"`((?:query|mutation|subscription)\b[^`]*\{[^`]*)`"


def documents(page: Path) -> list[str]:
    in_code = [text for block in blocks(page, "js") for text in re.findall(OPERATION, block)]
    return blocks(page, "graphql") + in_code


def is_operation(document: DocumentNode) -> bool:
    return all(isinstance(node, ExecutableDefinitionNode) for node in document.definitions)


def has_its_own_graph(page: Path) -> bool:
    """A page with a whole schema asks that one, and has its own test."""
    return any("type Query" in block for block in blocks(page, "graphql"))


SHOWN = [(page, text) for page in PAGES if not has_its_own_graph(page) for text in documents(page)]


@pytest.mark.parametrize(
    ("page", "text"), SHOWN, ids=[f"{name(page)}-{n}" for n, (page, _) in enumerate(SHOWN)]
)
def test_it_is_valid(page: Path, text: str):
    document = parse(text)
    if is_operation(document):  # else it shows what a schema may look like
        assert validate(SCHEMA, document) == []


def test_the_front_end_guide_shows_operations():
    pages = [name(page) for page, text in SHOWN if is_operation(parse(text))]
    assert pages.count("docs/storefront.md") >= 7
    assert "README.md" in pages
