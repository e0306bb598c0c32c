"""Writes `schema/` from the code: SDL of each subgraph, the supergraph, the API schema."""

import difflib
import json
import sys
from pathlib import Path

from graphql import print_schema

from fusion.subgraphs import SUBGRAPHS, module
from gateway.composition.compose import Composed, Failed, SubgraphSource, compose
from gateway.supergraph.parse import parse_supergraph

ROOT = Path(__file__).parents[1] / "schema"


class CompositionFailed(Exception):
    """The subgraphs do not compose; the message lists why."""


def generate() -> dict[Path, str]:
    """Every file of `schema/` with its text.

    Raises:
        CompositionFailed: the subgraphs' schemas do not fit together.
    """
    files = {ROOT / "subgraphs" / f"{name}.graphql": _sdl(name) for name in SUBGRAPHS}
    sources = [
        SubgraphSource(path.stem, f"http://{path.stem}/graphql", sdl)
        for path, sdl in sorted(files.items())
    ]
    match compose(sources):
        case Failed(errors=errors):
            raise CompositionFailed(
                "\n".join(f"{error.code.name}: {error.message}" for error in errors)
            )
        case Composed(supergraph_sdl=supergraph):
            files[ROOT / "supergraph.graphql"] = supergraph
            api_schema = parse_supergraph(supergraph).api_schema
            files[ROOT / "api.graphql"] = print_schema(api_schema) + "\n"
    return files


def write() -> None:
    """Write what has changed, and say so."""
    for path, text in generate().items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT.parent)}")


def check() -> bool:
    """Whether `schema/` is what the code says; prints the differences."""
    current = True
    for path, text in generate().items():
        old = path.read_text() if path.exists() else ""
        if old != text:
            current = False
            name = str(path.relative_to(ROOT.parent))
            lines = difflib.unified_diff(
                old.splitlines(),
                text.splitlines(),
                f"{name} (committed)",
                f"{name} (from the code)",
                n=1,
            )
            sys.stderr.write("\n".join(list(lines)[:60]) + "\n")
    if not current:
        sys.stderr.write("schema/ is not up to date: run `make schema` and commit the result.\n")
    return current


def _sdl(subgraph: str) -> str:
    return str(module(subgraph, "schema").schema.as_str()).strip() + "\n"


def to_json(value: object) -> str:
    """JSON as it is committed: indented, sorted, with a last line end."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
