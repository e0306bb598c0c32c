"""Writes what is made from the code: `schema/`, and the reference of composition in `docs/`.

`schema/` has the SDL of each subgraph, the supergraph, what each audience sees of it, and the
events as an AsyncAPI document.
"""

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from graphql import print_schema

from fusion.asyncapi import asyncapi
from fusion.subgraphs import SUBGRAPHS
from gateway.composition.compose import Composed, Failed, SubgraphSource, compose
from gateway.composition.contract.contract import Contracted, ContractFailed, contract
from gateway.composition.errors import CompositionError
from gateway.composition.reference import reference
from gateway.config.rover import NamedSdl, python_subgraph
from gateway.pipeline.composition_report import error_text
from gateway.supergraph.parse import parse_supergraph

ROOT = Path(__file__).parents[1] / "schema"

CONTRACTS = {"public": ("partner", "internal"), "partner": ("internal",)}
"""The audiences with a contract of their own, and the tags of what they are not to see."""


class CompositionFailed(Exception):
    """The subgraphs, or the contracts, are not whole; the message lists why."""


def generate() -> dict[Path, str]:
    """Every file that is made from the code, with its text.

    Raises:
        CompositionFailed: the subgraphs' schemas do not fit together.
    """
    subgraphs = [_subgraph(name) for name in sorted(SUBGRAPHS)]
    files = {ROOT / "subgraphs" / f"{each.name}.graphql": each.sdl for each in subgraphs}
    supergraph = _composed(subgraphs)
    files[ROOT / "supergraph.graphql"] = supergraph
    files[ROOT / "api.graphql"] = _api_schema(supergraph)
    for audience, tags in CONTRACTS.items():
        files[ROOT / f"{audience}.graphql"] = _contract(supergraph, audience, tags)
    files[ROOT / "asyncapi.yaml"] = asyncapi(parse_supergraph(supergraph).event_streams)
    files[ROOT.parent / "docs" / "composition.md"] = reference()
    return files


def _subgraph(name: str) -> NamedSdl:
    return python_subgraph(name, f"http://{name}/graphql", f"subgraphs.{name}.schema:schema")


def _composed(subgraphs: Sequence[NamedSdl]) -> str:
    match compose([SubgraphSource(each.name, each.url, each.sdl) for each in subgraphs]):
        case Failed(errors=errors):
            by_name = {each.name: each for each in subgraphs}
            raise CompositionFailed("\n".join(error_text(error, by_name) for error in errors))
        case Composed(supergraph_sdl=supergraph):
            return supergraph


def _contract(supergraph: str, audience: str, tags: tuple[str, ...]) -> str:
    match contract(supergraph, exclude=tags):
        case ContractFailed(errors=errors):
            raise CompositionFailed(f"The contract {audience!r} is not whole:\n{_listed(errors)}")
        case Contracted(supergraph_sdl=contracted):
            return _api_schema(contracted)


def _api_schema(supergraph: str) -> str:
    return print_schema(parse_supergraph(supergraph).api_schema) + "\n"


def _listed(errors: tuple[CompositionError, ...]) -> str:
    return "\n".join(error_text(error, {}) for error in errors)


def write() -> None:
    """Write what has changed, and say so."""
    for path, text in generate().items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT.parent)}")


def check() -> bool:
    """Whether those files are what the code says; prints the differences."""
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
        sys.stderr.write("Run `make schema` and commit the result.\n")
    return current
