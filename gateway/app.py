"""The composition root: from `Settings` to an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from functools import partial

import msgspec
from starlette.applications import Starlette

from gateway.config.identity import JwksProvider
from gateway.config.settings import Settings
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.audience import AudienceReporter, make_reporters
from gateway.pipeline.live import Live, make_live
from gateway.pipeline.live_report import live_report
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.request import MintsTokens
from gateway.pipeline.serving import Serving, make_engine
from gateway.pipeline.supergraph_source import read_supergraph
from gateway.pipeline.transports import MeasuredTransport, TransportPool
from gateway.reload.reloader import Reloader
from gateway.reload.source import watch
from gateway.server.callback import callback_routes
from gateway.server.callers import Authenticates, NoAuthentication
from gateway.server.direct import GatewayApp
from gateway.server.health import Readiness
from gateway.server.routes import gateway_middleware, gateway_routes, not_found
from gateway.subscriptions.stream import TraceEvent, not_traced


def create_app(settings: Settings) -> Starlette:
    """The gateway as an ASGI application; its lifespan starts and stops what it needs.

    Setting `app.state.readiness.stopping` ends live queries and makes the gateway not ready: a
    server does so when it begins to shut down, before it waits for its connections to end.

    Raises:
        ConfigurationError: The supergraph, a key or an app cannot be used.
    """
    metrics = GatewayMetrics()
    traced = _traced(settings)
    pool = TransportPool(settings, metrics, traced.transport)
    engine = make_engine(read_supergraph(settings), settings, metrics)
    serving = Serving(engine, pool.make(engine.supergraph))
    live = make_live(settings, metrics, traced.event)
    minter = _minter(settings)
    pipeline = traced.pipeline(serving, settings, metrics, live.subscribing, minter)
    reporters = make_reporters(settings.subscriptions.audience, pipeline, minter)
    reloader = Reloader(pipeline, pool, watch(settings), settings, metrics)
    readiness = Readiness(reloader.status)
    routes = gateway_routes(pipeline, _authentication(settings), settings, metrics, readiness)
    admin = _admin(settings, pipeline, metrics)
    parts = _Parts(pipeline, pool, reloader, live, readiness, reporters, admin, traced)
    app = GatewayApp(
        settings.http.graphql_endpoint,
        routes=[*callback_routes(live.subscribing.upstreams.callbacks, settings), *routes],
        middleware=gateway_middleware(settings),
        exception_handlers={404: not_found},
        lifespan=_lifespan(parts),
    )
    app.state.readiness = readiness
    app.state.reloader = reloader
    return app


def _minter(settings: Settings) -> MintsTokens | None:
    if not settings.internal_identity.enabled:
        return None
    from gateway.security.internal_token import load_minter  # noqa: PLC0415 (loads cryptography)

    return load_minter(settings.internal_identity)


def _authentication(settings: Settings) -> Authenticates:
    jwt = settings.jwt
    if jwt is None:
        return NoAuthentication()
    from gateway.security.authentication import Authenticator  # noqa: PLC0415
    from gateway.security.fetch import fetch_document  # noqa: PLC0415
    from gateway.security.jwks import FileKeys, Keys, UrlKeys  # noqa: PLC0415

    def keys(provider: JwksProvider) -> Keys:
        if provider.file is not None:
            return FileKeys(provider.file)
        return UrlKeys(provider.url or "", provider.refresh_interval, fetch_document)

    return Authenticator(jwt, [keys(provider) for provider in jwt.jwks_providers])


class _Parts(msgspec.Struct, frozen=True):
    """What runs while the application does."""

    pipeline: Pipeline
    pool: TransportPool
    reloader: Reloader
    live: Live
    readiness: Readiness
    reporters: list[AudienceReporter]
    admin: Callable[[], AbstractAsyncContextManager[None]]
    traced: "_Traced"


class _Traced(msgspec.Struct, frozen=True):
    """What is made otherwise where tracing is configured."""

    pipeline: Callable[..., Pipeline] = Pipeline
    transport: type[MeasuredTransport] = MeasuredTransport
    event: TraceEvent = not_traced
    close: Callable[[], None] | None = None


def _traced(settings: Settings) -> _Traced:
    tracing = settings.telemetry.tracing
    if tracing.otlp is None:
        return _Traced()
    # OpenTelemetry is loaded where it is used.
    from gateway.observability.spans import Spans  # noqa: PLC0415
    from gateway.pipeline.traced import (  # noqa: PLC0415
        EventSpans,
        TracedPipeline,
        TracedTransport,
    )

    spans = Spans(
        tracing.otlp.endpoint,
        tracing.otlp.headers,
        service_name=tracing.service_name,
        sample=tracing.sample,
    )
    transport = type("TracedTransport", (TracedTransport,), {"spans": spans})
    pipeline = partial(TracedPipeline, spans=spans)
    return _Traced(pipeline, transport, EventSpans(spans), spans.close)


def _admin(
    settings: Settings, pipeline: Pipeline, metrics: GatewayMetrics
) -> Callable[[], AbstractAsyncContextManager[None]]:
    if settings.admin is None:
        return nullcontext
    from gateway.server.admin import serving_admin  # noqa: PLC0415

    report = partial(live_report, pipeline, metrics.live)
    return partial(serving_admin, settings.admin, report, metrics)


def _lifespan(parts: _Parts) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    pipeline, readiness = parts.pipeline, parts.readiness

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if parts.traced.close is not None:
                stack.push_async_callback(asyncio.to_thread, parts.traced.close)
            stack.callback(pipeline.close)
            stack.push_async_callback(parts.pool.close)
            await parts.pool.hold(pipeline.serving.transports)
            await stack.enter_async_context(parts.admin())
            async with asyncio.TaskGroup() as group:
                running = asyncio.Event()
                group.create_task(_run_live(parts.live, running, readiness.stopping))
                await running.wait()
                working = [group.create_task(parts.reloader.run())]
                working += [group.create_task(each.run()) for each in parts.reporters]
                readiness.started.set()
                try:
                    yield
                finally:
                    readiness.stopping.set()
                    for task in working:
                        task.cancel()

    return lifespan


async def _run_live(live: Live, running: asyncio.Event, stopping: asyncio.Event) -> None:
    """Live queries end when the server begins to stop: it waits for their connections."""
    async with live.running():
        running.set()
        await stopping.wait()
