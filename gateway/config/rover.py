"""The file that names the subgraphs to compose, as the `rover` tool reads it.

Beyond what `rover` knows, a subgraph's schema may be a Strawberry schema in Python.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from pydantic import Field, model_validator

from gateway.config.load import load_model
from gateway.config.source_line import SourceLine, shown
from gateway.config.units import FilePath, Section
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from strawberry import Schema


class RoverSchema(Section):
    """Where a subgraph's SDL is: in a file, here, with the subgraph itself, or in Python code."""

    file: FilePath | None = None
    sdl: str | None = None
    subgraph_url: str | None = Field(default=None, pattern=r"^https?://[^/?#]+")
    """Where the subgraph runs; it is asked for its SDL."""
    introspection_headers: dict[str, str] = Field(default_factory=dict)
    """Headers of that request."""
    python: str | None = Field(default=None, pattern=r"^[\w.]+:[\w.]+$")
    """`module:attribute` of a Strawberry schema."""

    @model_validator(mode="after")
    def _one_source(self) -> "RoverSchema":
        if [self.file, self.sdl, self.subgraph_url, self.python].count(None) != 3:
            raise ValueError("needs one of file, sdl, subgraph_url and python")
        return self


class RoverSubgraph(Section):
    """A subgraph."""

    routing_url: str = ""
    schema_: RoverSchema = Field(alias="schema")


class RoverFile(Section):
    """`supergraph.yaml`."""

    federation_version: str | int | float = 2
    """Taken for the sake of other tools; composition follows each subgraph's own @link."""
    subgraphs: dict[str, RoverSubgraph] = Field(min_length=1)


class NamedSdl(msgspec.Struct, frozen=True):
    """A subgraph with its SDL read, and what tells where an element of it is written."""

    name: str
    url: str
    sdl: str
    origin: str
    """The SDL's file, or where it stands if it has none."""
    schema: "Schema | None" = None
    """What the SDL was printed from."""

    def sdl_place(self, line: int, column: int) -> SourceLine:
        """A place in the SDL; line and column are 0 where unknown."""
        lines = self.sdl.splitlines()
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        return SourceLine(self.origin, line, column, text)

    def python_place(self, coordinate: str) -> SourceLine | None:
        """Where an element is written in Python, if it is."""
        if self.schema is None:
            return None
        from gateway.config.python_places import python_place  # noqa: PLC0415 (needs Strawberry)

        return python_place(self.schema, coordinate)


def load_subgraphs(path: Path) -> list[NamedSdl]:
    """The subgraphs that the file names, in its order.

    Raises:
        ConfigurationError: The file, or one that it names, cannot be read; a subgraph does not tell
            its SDL; or a schema in Python cannot be imported.
    """
    file = load_model(RoverFile, path)
    return [_subgraph(path, name, subgraph) for name, subgraph in file.subgraphs.items()]


def _subgraph(path: Path, name: str, subgraph: RoverSubgraph) -> NamedSdl:
    match subgraph.schema_:
        case RoverSchema(python=str(python)):
            return python_subgraph(name, subgraph.routing_url, python)
        case RoverSchema(file=Path() as file):
            return NamedSdl(name, subgraph.routing_url, _read(file), shown(file))
        case RoverSchema(subgraph_url=str(url), introspection_headers=headers):
            from gateway.config.subgraph_sdl import ask_sdl  # noqa: PLC0415 (few need it)

            return NamedSdl(
                name, subgraph.routing_url or url, ask_sdl(url, headers), f"SDL of {url}"
            )
        case RoverSchema(sdl=sdl):
            return NamedSdl(name, subgraph.routing_url, sdl or "", f"{shown(path)} ({name})")


def python_subgraph(name: str, url: str, python: str) -> NamedSdl:
    """A subgraph whose Strawberry schema is at `module:attribute`.

    Raises:
        ConfigurationError: It cannot be imported.
    """
    try:
        from gateway.config.python_schema import load_python_schema  # noqa: PLC0415 (optional)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{python}: Strawberry is not installed") from error

    schema = load_python_schema(python)
    return NamedSdl(name, url, schema.as_str().strip() + "\n", f"SDL of {python}", schema)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
