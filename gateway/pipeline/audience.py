"""Tells subgraphs how many viewers their streams have: who is subscribed, only gateways know.

For each `subscriptions.audience`, this process reports to a mutation, every few seconds, all keys
of the field that somebody is subscribed to, with the number of different viewers. A signed-in user
is one viewer, however many subscriptions they have; of the anonymous, each subscription is one.

The report is the gateway's own: it is signed as subject `gateway:<id>` with the scope
`gateway:audience`. Clients cannot have that scope, whatever their token says, and the mutation
should be `@inaccessible`. A report says all there is: keys that it leaves out have no viewers with
this process. A process that is gone reports no more, and the subgraph lets its last report expire.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from uuid import uuid4

import orjson

from gateway.config.live import Audience
from gateway.errors import ConfigurationError
from gateway.executor.errors import SubgraphError
from gateway.observability.tracing import begin_trace
from gateway.pipeline.open_queries import OpenQuery
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.request import MintsTokens
from gateway.security.identity import Identity
from gateway.subscriptions.subscription import LiveSubscription
from gateway.supergraph.model import Supergraph

SCOPE = "gateway:audience"
MOST_KEYS = 1_000
"""Keys of one report: those with most viewers."""

_log = logging.getLogger(__name__)


def check_audiences(audiences: Sequence[Audience], supergraph: Supergraph) -> None:
    """Find what is named in the configuration.

    Raises:
        ConfigurationError: There is no such event stream, or no such subgraph.
    """
    for audience in audiences:
        if audience.field not in supergraph.event_streams:
            raise ConfigurationError(
                f"subscriptions.audience names {audience.field}, which is no @eventStream field."
            )
        if audience.subgraph not in supergraph.subgraphs:
            raise ConfigurationError(
                f"subscriptions.audience names {audience.subgraph}, which is no subgraph."
            )


def count_viewers(queries: Iterable[OpenQuery], field: str) -> dict[str, int]:
    """How many different viewers each key of a field has, by key."""
    viewers: defaultdict[str, set[Hashable]] = defaultdict(set)
    for query in queries:
        match query.subscription:
            case LiveSubscription(query=live, request=request, subscriber=subscriber):
                if live.stream.field == field:
                    for key in request.keys:
                        viewers[key].add(subscriber.subject or query)
            case _:
                pass  # served by a subgraph, which counts for itself
    return {key: len(found) for key, found in viewers.items()}


class AudienceReporter:
    """Reports the viewers of one field, again and again."""

    def __init__(
        self, audience: Audience, pipeline: Pipeline, minter: MintsTokens | None, process: str
    ) -> None:
        """`process` tells this process from all others; without `minter` reports have no token."""
        self._audience = audience
        self._pipeline = pipeline
        self._minter = minter
        self._identity = Identity(f"gateway:{process}", frozenset({SCOPE}))
        self._reported = False
        self._failing = False

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await asyncio.sleep(self._audience.interval)
            await self.report()

    async def report(self) -> None:
        """Report once; what goes wrong is logged, and made good by the next report."""
        field = self._audience.field
        viewers = count_viewers(self._pipeline.open_queries, field)
        if not viewers and not self._reported:
            return  # nobody was there, and nobody is
        try:
            answer = await self._send(_body(self._audience.mutation, viewers))
        except SubgraphError as error:
            self._failed(error.message)
            return
        if b'"errors"' in answer:
            self._failed(answer[:500].decode(errors="replace"))
            return
        self._reported = bool(viewers)
        self._failing = False

    async def _send(self, body: bytes) -> bytes:
        name, serving = self._audience.subgraph, self._pipeline.serving
        with serving:
            transport = serving.transports.get(name)
            if transport is None:
                raise SubgraphError(f"The supergraph has no subgraph {name} any more.")
            headers = begin_trace(None, None).headers()
            if self._minter is not None:
                token = self._minter.mint(name, self._identity, body)
                headers["authorization"] = f"Bearer {token}"
            return await transport.post(body, headers)

    def _failed(self, reason: str) -> None:
        """Say so once, not every few seconds."""
        if not self._failing:
            _log.warning("viewers of %s are not reported: %s", self._audience.field, reason)
        self._failing = True


def make_reporters(
    audiences: Sequence[Audience], pipeline: Pipeline, minter: MintsTokens | None
) -> list[AudienceReporter]:
    """One for each field.

    Raises:
        ConfigurationError: There is no such field or subgraph.
    """
    check_audiences(audiences, pipeline.serving.engine.supergraph)
    process = uuid4().hex
    return [AudienceReporter(audience, pipeline, minter, process) for audience in audiences]


def _body(mutation: str, viewers: dict[str, int]) -> bytes:
    most = sorted(viewers.items(), key=lambda item: (-item[1], item[0]))[:MOST_KEYS]
    text = f"mutation Audience($audience: [AudienceInput!]!) {{ {mutation}(audience: $audience) }}"
    audience = [{"key": key, "viewers": count} for key, count in most]
    return orjson.dumps({"query": text, "variables": {"audience": audience}})
