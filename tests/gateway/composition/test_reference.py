"""The page about directives and codes is what the registries say."""

from pathlib import Path

from gateway.composition.codes import ERRORS, HINTS
from gateway.composition.reference import reference
from gateway.federation.specs import FEDERATION_SPEC
from gateway.supergraph.changes.codes import CHANGES

PAGE = Path(__file__).parents[3] / "docs" / "composition.md"


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make schema`"


def test_every_code_and_directive_has_its_row():
    rows = {line.split("|")[1].strip(" `") for line in reference().splitlines() if line[:1] == "|"}
    names = {row.partition("(")[0] for row in rows}
    assert {*ERRORS, *HINTS, *CHANGES} <= names
    assert {f"@{directive.name}" for directive in FEDERATION_SPEC.directives} <= names
