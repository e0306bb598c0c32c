"""The ASGI application of a subgraph: GraphQL for the gateway, health check and metrics."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import msgspec
import orjson
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from subgraphs.shared.cancelled import is_told_to_end
from subgraphs.shared.consumer import Consumer, Subscription
from subgraphs.shared.context import Context, MakeLoaders, Request
from subgraphs.shared.database import Database
from subgraphs.shared.event_metrics import metrics
from subgraphs.shared.identity import IdentityMiddleware, TokenVerifier
from subgraphs.shared.origin import Origin
from subgraphs.shared.retention import pruning
from subgraphs.shared.schema import SubgraphSchema
from subgraphs.shared.settings import Settings
from subgraphs.shared.topics import DEAD_LETTERS, Topic

L = TypeVar("L")
Background = Callable[[Database, Settings], Awaitable[None]]
_log = logging.getLogger(__name__)


class Subgraph(msgspec.Struct, Generic[L], frozen=True, kw_only=True):
    """What makes a subgraph: its name (also that of its PostgreSQL schema), its graph, its loaders.

    `topics` are those that it writes. `consumers` and `background` run as long as the application
    does, and are started again when they fail.
    """

    name: str
    schema: SubgraphSchema
    loaders: MakeLoaders[L]
    topics: tuple[Topic, ...] = ()
    consumers: tuple[Subscription, ...] = ()
    background: tuple[Background, ...] = ()

    @property
    def jobs(self) -> tuple[Background, ...]:
        """All that runs beside the application."""
        written = (*self.topics, DEAD_LETTERS) if self.consumers else self.topics
        return (*map(consuming, self.consumers), *self.background, pruning(written))


class _Body(msgspec.Struct):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(name="operationName", default=None)
    extensions: dict[str, Any] | None = None


class _Endpoint(Generic[L]):
    """Lives from the application's start to its end."""

    def __init__(self, subgraph: Subgraph[L], settings: Settings | None) -> None:
        self._subgraph = subgraph
        self._given = settings
        self._settings: Settings | None = None
        self._database: Database | None = None
        self._verifier: TokenVerifier | None = None

    @property
    def verifier(self) -> TokenVerifier:
        if self._verifier is None:
            raise RuntimeError("The application's lifespan has not started.")
        return self._verifier

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        settings = self._given or Settings.from_environment(self._subgraph.name)
        self._settings = settings
        self._verifier = TokenVerifier(settings.gateway_jwks, self._subgraph.name)
        database = Database(settings.database_url, self._subgraph.name, settings.pool_size)
        self._database = database
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(_keep_running(job, database, settings))
                    for job in self._subgraph.jobs
                ]
                yield
                for task in tasks:
                    task.cancel()
        finally:
            await database.close()

    async def graphql(self, http: HttpRequest) -> Response:
        if http.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json.")
        try:
            body = msgspec.convert(orjson.loads(await http.body()), _Body)
        except (orjson.JSONDecodeError, msgspec.ValidationError, RecursionError) as error:
            return _refusal(400, "BAD_REQUEST", f"The body is not a GraphQL request: {error}")
        if self._database is None or self._settings is None:
            return _refusal(503, "NOT_READY", "The subgraph has not started.")
        headers = http.headers
        request = Request(
            viewer=http.scope["viewer"],
            database=self._database,
            settings=self._settings,
            origin=Origin.of_request(headers.get("x-request-id"), headers.get("traceparent")),
        )
        context = Context(request, self._subgraph.loaders(request))
        answer = await self._subgraph.schema.answer(
            body.query, body.variables, body.operation_name, context
        )
        return _json(200, answer)

    async def health(self, _: HttpRequest) -> Response:
        if self._database is None:
            return _json(503, {"status": "starting"})
        try:
            async with asyncio.timeout(2), self._database.session() as session:
                await session.execute(text("select 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return _json(503, {"status": "database unreachable"})
        return _json(200, {"status": "ok"})

    async def metrics(self, _: HttpRequest) -> Response:
        if self._database is None or self._settings is None:
            return _json(503, {"status": "starting"})
        return await metrics(
            self._database,
            {self._subgraph.name: self._subgraph.consumers},
            consumers_follow_kafka=self._settings.kafka_bootstrap is not None,
        )


def create_app(subgraph: Subgraph[L], settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    endpoint = _Endpoint(subgraph, settings)
    max_body = settings.max_body if settings else 4 * 1024 * 1024
    return Starlette(
        routes=[
            Route("/", endpoint.graphql, methods=["POST"]),
            Route("/graphql", endpoint.graphql, methods=["POST"]),
            Route("/health", endpoint.health, methods=["GET"]),
            Route("/metrics", endpoint.metrics, methods=["GET"]),
        ],
        middleware=[
            Middleware(IdentityMiddleware, verifier=lambda: endpoint.verifier, max_body=max_body)
        ],
        lifespan=endpoint.lifespan,
    )


def consuming(subscription: Subscription) -> Background:
    """Handle other subgraphs' events until cancelled."""

    async def run(database: Database, settings: Settings) -> None:
        await Consumer(database, subscription, settings.kafka_bootstrap).run()

    return run


async def _keep_running(job: Background, database: Database, settings: Settings) -> None:
    pause = 0.5
    while True:
        try:
            await job(database, settings)
        except (Exception, asyncio.CancelledError):
            if is_told_to_end():
                raise
            _log.exception("A background task of %s failed; starting it again.", database.subgraph)
        await asyncio.sleep(pause)


def _refusal(status: int, code: str, message: str) -> Response:
    return _json(status, {"errors": [{"message": message, "extensions": {"code": code}}]})


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
