"""The file that names the subgraphs to compose, as the `rover` tool reads it."""

from pathlib import Path

from pydantic import Field, model_validator

from gateway.config.load import load_model
from gateway.config.units import FilePath, Section
from gateway.errors import ConfigurationError


class RoverSchema(Section):
    """Where a subgraph's SDL is: in a file, or in the configuration itself."""

    file: FilePath | None = None
    sdl: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "RoverSchema":
        if (self.file is None) == (self.sdl is None):
            raise ValueError("needs either file or sdl")
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


class NamedSdl(Section):
    """A subgraph with its SDL read."""

    name: str
    url: str
    sdl: str
    origin: str
    """The SDL's file, or where it stands if it has none."""


def load_subgraphs(path: Path) -> list[NamedSdl]:
    """The subgraphs that the file names, in its order.

    Raises:
        ConfigurationError: The file, or one that it names, cannot be read.
    """
    file = load_model(RoverFile, path)
    return [
        NamedSdl(
            name=name,
            url=subgraph.routing_url,
            sdl=_sdl(subgraph.schema_),
            origin=str(subgraph.schema_.file or f"{path} ({name})"),
        )
        for name, subgraph in file.subgraphs.items()
    ]


def _sdl(schema: RoverSchema) -> str:
    if schema.file is None:
        return schema.sdl or ""
    try:
        return schema.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{schema.file}: cannot be read: {error}") from error
