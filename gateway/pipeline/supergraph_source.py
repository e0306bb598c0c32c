"""The SDL of the supergraph that the settings name: read from a file, or composed now."""

from gateway.config.settings import Settings
from gateway.config.supergraph import ComposedSubgraph
from gateway.errors import ConfigurationError


def read_supergraph(settings: Settings) -> str:
    """The supergraph's SDL.

    Raises:
        ConfigurationError: A file cannot be read, or the subgraphs do not compose.
    """
    source = settings.supergraph
    if source.file is not None:
        try:
            return source.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{source.file}: cannot be read: {error}") from error
    return _compose(source.compose or ())


def _compose(subgraphs: tuple[ComposedSubgraph, ...]) -> str:
    from gateway.composition.compose import (  # noqa: PLC0415 (a file needs no composition)
        Failed,
        SubgraphSource,
        compose,
    )

    sources = []
    for subgraph in subgraphs:
        file = subgraph.schema_.file
        try:
            sdl = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file}: cannot be read: {error}") from error
        sources.append(SubgraphSource(subgraph.name, subgraph.routing_url or "", sdl))
    outcome = compose(sources)
    if isinstance(outcome, Failed):
        errors = "\n".join(f"  {error.code.name}: {error.message}" for error in outcome.errors)
        raise ConfigurationError(f"The subgraphs do not compose:\n{errors}")
    return outcome.supergraph_sdl
