"""Live video as an ASGI application; see the package for what it is made of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from subgraphs.livestream.video import pages
from subgraphs.livestream.video.http import Endpoints
from subgraphs.livestream.video.metrics import Metrics
from subgraphs.livestream.video.rooms import VideoRooms
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings
from subgraphs.livestream.video.stage import Stage
from subgraphs.shared.database import Database


def open_rooms(settings: RoomSettings) -> AbstractAsyncContextManager[VideoRooms]:
    """Rooms on the configured media server, whose libraries are loaded here: each has many."""
    if settings.livekit is not None:
        from subgraphs.livestream.video.livekit import open_livekit  # noqa: PLC0415

        return open_livekit(settings.livekit, settings)
    from subgraphs.livestream.video.relay import RelayLimits, open_relay  # noqa: PLC0415

    limits = RelayLimits(rooms=settings.rooms, viewers=settings.viewers)
    return open_relay(limits, settings.addresses)


def create_app(database_url: str, video: VideoSettings, rooms: RoomSettings) -> Starlette:
    """The application: endpoints, pages, metrics and a health check."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        database = Database(database_url, "livestream", pool_size=4)
        try:
            async with open_rooms(rooms) as opened, asyncio.TaskGroup() as group:
                app.state.stage = stage = Stage(database, opened, video)
                keeping = group.create_task(stage.keep())
                try:
                    yield
                finally:
                    keeping.cancel()
                    await stage.end()
        finally:
            await database.close()

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def show_metrics(request: Request) -> Response:
        return metrics.respond(request.app.state.stage.states)

    return Starlette(
        routes=[
            *Endpoints(metrics, video.address).routes(),
            Route("/health", health),
            Route("/metrics", show_metrics),
            *pages.ROUTES,
        ],
        lifespan=lifespan,
    )
