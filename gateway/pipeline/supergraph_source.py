"""The SDL of the supergraph that the settings name: from a file or S3, or composed now."""

from gateway.config.settings import Settings
from gateway.config.supergraph import ComposedSubgraph
from gateway.errors import ConfigurationError


def read_supergraph(settings: Settings) -> str:
    """The supergraph's SDL.

    Raises:
        ConfigurationError: It cannot be read, or the subgraphs do not compose.
    """
    source = settings.supergraph
    if source.s3 is not None:
        from gateway.pipeline.s3 import fetch  # noqa: PLC0415 (few need it)

        found = fetch(source.s3)
        if found is None:
            raise AssertionError("without a tag there is nothing to be unchanged from")
        return found.sdl
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
