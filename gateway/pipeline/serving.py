"""One supergraph as it is served: its engine, its transports, and how many use it.

When another supergraph takes its place, requests under way finish on the one they began with. What
it holds is let go once nobody uses it any more.
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from graphql import GraphQLSchema, validate_schema

from gateway.config.live import Events, KafkaEvents, PostgresEvents
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.engine import Engine
from gateway.pipeline.transports import MeasuredTransport
from gateway.supergraph.model import Supergraph


class Serving:
    """A supergraph in service; a request uses it inside `with serving:`."""

    def __init__(self, engine: Engine, transports: Mapping[str, MeasuredTransport]) -> None:
        """`transports` are by subgraph."""
        self.engine = engine
        self.transports = transports
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()

    def hold(self) -> None:
        """Keep it in service until it is let go."""
        self._users += 1
        self._unused.clear()

    def let_go(self) -> None:
        self._users -= 1
        if not self._users:
            self._unused.set()

    def __enter__(self) -> None:
        self.hold()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.let_go()

    async def unused(self) -> None:
        """Wait until nobody uses it."""
        while self._users:
            await self._unused.wait()


def make_engine(supergraph_sdl: str, settings: Settings, metrics: GatewayMetrics) -> Engine:
    """The engine of a supergraph that can be served with these settings.

    Raises:
        ConfigurationError: It is no supergraph, its API schema is not valid, or a topic has no
            provider of events.
    """
    engine = Engine(supergraph_sdl, settings, metrics)
    try:
        _check_api_schema(engine.supergraph.api_schema)
        _check_topics(engine.supergraph, settings.events)
    except ConfigurationError:
        engine.close()
        raise
    return engine


def _check_api_schema(schema: GraphQLSchema) -> None:
    """GraphQL specification, section 3.3; the parser of supergraphs leaves this check out."""
    parts: dict[str, Any] = {**schema.to_kwargs(), "assume_valid": False}
    errors = validate_schema(GraphQLSchema(**parts))
    if errors:
        faults = "\n".join(f"  {error.message}" for error in errors)
        raise ConfigurationError(f"The API schema of the supergraph is not valid:\n{faults}")


def _check_topics(supergraph: Supergraph, events: Events) -> None:
    """A gateway without any provider serves no live queries; one with providers serves them all."""
    named: set[str] = set()
    for provider in events.providers:
        match provider:
            case PostgresEvents():
                return
            case KafkaEvents():
                named.update(provider.topics)
    if not named:
        return
    for stream in supergraph.event_streams.values():
        if stream.topic not in named:
            raise ConfigurationError(
                f"No provider of events has the topic {stream.topic}, "
                f"which Subscription.{stream.field} comes from."
            )
