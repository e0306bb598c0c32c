"""Every link within the repository leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, anchors, name, prose


def faults(page: Path) -> list[str]:
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_its_links_lead_somewhere(page: Path):
    assert faults(page) == []


def test_every_guide_is_in_the_index():
    index = next(page for page in PAGES if name(page) == "docs/README.md")
    guides = {page.name for page in PAGES if page.parent == index.parent} - {index.name}
    linked = set(re.findall(r"\]\(([\w-]+\.md)", prose(index)))
    assert guides - linked == set()


def test_a_wrong_link_is_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One thing\n[a](#one-thing) [b](#another) [c](none.md) [d](https://e.example)"
    )
    assert faults(page) == ["#another", "none.md"]
