"""The guide's new subgraph, made of what stands in the guide: seeded, composed, tested."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import orjson
import pytest
from sqlalchemy import text

import subgraphs
from gateway.composition.compose import Composed, SubgraphSource, compose
from subgraphs.shared import events, migrate
from subgraphs.shared.demo import product_id
from tests.docs.pages import ROOT, blocks
from tests.support.postgres import Server

GUIDE = ROOT / "docs" / "subgraphs.md"
FILES = (
    "__main__.py",
    "migrations/versions/v0001_wishes.py",
    "repository.py",
    "events.py",
    "service.py",
    "loaders.py",
    "types.py",
    "schema.py",
    "app.py",
    "seed.py",
)


def forget_wishlist() -> None:
    for module in [name for name in sys.modules if name.startswith("subgraphs.wishlist")]:
        del sys.modules[module]


@pytest.fixture
def wishlist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package `subgraphs.wishlist`, written from the guide."""
    folder = tmp_path / "subgraphs" / "wishlist"
    for name, code in zip(FILES, blocks(GUIDE, "python"), strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code)
    (folder / "__init__.py").write_text('"""Who wishes for what."""\n')
    (folder.parent / "shared").symlink_to(ROOT / "subgraphs" / "shared")
    schemas = tmp_path / "events"
    schemas.mkdir()
    schema = next(block for block in blocks(GUIDE, "json") if "$schema" in block)
    (schemas / f"{orjson.loads(schema)['title']}.json").write_text(schema)
    monkeypatch.setattr(events, "SCHEMAS", schemas)
    monkeypatch.setattr(migrate, "_SUBGRAPHS", folder.parent)
    monkeypatch.setattr(subgraphs, "__path__", [*subgraphs.__path__, str(folder.parent)])
    yield folder
    forget_wishlist()


def module(role: str) -> ModuleType:
    return importlib.import_module(f"subgraphs.wishlist.{role}")


async def test_its_demo_data_is_loaded_once(wishlist: Path, postgres_server: Server):
    async with postgres_server.database("wishlist") as database:
        for _ in range(2):
            await module("seed").seed(database)
        async with database.session() as session:
            rows = await session.execute(text("select type, key, sequence from wishlist.outbox"))
            written = [tuple(row) for row in rows]
    told = [("fc.wishlist.wish.set.v1", product_id(n), 1) for n in range(1, 6)]
    assert sorted(written) == sorted(told)


def test_it_composes_with_the_others(wishlist: Path):
    known = {path.stem: path.read_text() for path in (ROOT / "schema/subgraphs").glob("*.graphql")}
    known["wishlist"] = module("schema").schema.as_str()
    sources = [SubgraphSource(name, f"http://{name}", sdl) for name, sdl in known.items()]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    assert "wishCount" in composed.supergraph_sdl


async def test_its_own_test_passes(wishlist: Path, postgres_server: Server, postgres_statements):
    (code,) = [block for block in blocks(GUIDE, "python") if "async def test_" in block]
    defined: dict[str, object] = {}
    exec(compile(code, "the guide's test", "exec"), defined)
    (test,) = [value for name, value in defined.items() if name.startswith("test_")]
    await test(postgres_server, postgres_statements)  # type: ignore[operator]
