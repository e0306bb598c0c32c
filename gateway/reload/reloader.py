"""Looks for a newer supergraph, and puts it in the place of the one that is served.

Everything that can fail is done before anything is exchanged: what a start of the gateway would
refuse is refused here too, and the old supergraph stays.
"""

import asyncio
import contextlib
import logging
from hashlib import sha256

from gateway.config.settings import Settings
from gateway.errors import ConfigurationError, RequestError, RequestErrors
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.engine import Engine
from gateway.pipeline.heap import settle_again
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.s3 import SourceUnreachable
from gateway.pipeline.serving import Serving, make_engine
from gateway.pipeline.transports import TransportPool
from gateway.reload.renewal import Renewal
from gateway.reload.source import Watched
from gateway.reload.status import Status

_log = logging.getLogger(__name__)
_SETTLING = 0.5


class Reloader:
    """Keeps a pipeline on the newest supergraph that can be served."""

    def __init__(
        self,
        pipeline: Pipeline,
        pool: TransportPool,
        watched: Watched,
        settings: Settings,
        metrics: GatewayMetrics,
    ) -> None:
        """The pipeline serves a supergraph already, whose transports the pool holds."""
        self.status = Status(metrics)
        self._pipeline = pipeline
        self._pool = pool
        self._watched = watched
        self._settings = settings
        self._metrics = metrics
        self._known = pipeline.serving.engine.supergraph_hash
        self._asked = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None
        self._renewal: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """Look at once, and read the supergraph even if it seems to be as it was."""
        self._asked.set()

    async def run(self) -> None:
        """Look in intervals, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._interval()):
                        await self._asked.wait()
                force = self._asked.is_set()
                self._asked.clear()
                await self.check(force=force)

    async def check(self, *, force: bool = False) -> None:
        """Look once; a newer supergraph that is in order is served when this returns."""
        try:
            sdl = await asyncio.to_thread(self._watched.look, force=force)
            self.status.reached()
            if sdl is not None:
                await self._consider(sdl, force=force)
        except SourceUnreachable as error:
            if self.status.unreachable(str(error)):
                _log.warning("the supergraph cannot be looked at: %s", error)
        except ConfigurationError as error:
            self.status.reached()
            if self.status.refused(str(error)):
                _log.error("a new supergraph is refused, the old one stays: %s", error)
        except Exception:
            self.status.refused("something went wrong in the gateway: see its log")
            _log.exception("a new supergraph is refused, the old one stays")

    def _interval(self) -> float:
        interval = self._settings.supergraph.poll_interval
        return min(interval, _SETTLING) if self._watched.is_settling else interval

    async def _consider(self, sdl: str, *, force: bool) -> None:
        """Build it unless it is served already, or was refused and nobody insists."""
        found = sha256(sdl.encode()).hexdigest()
        if found == self._pipeline.serving.engine.supergraph_hash:
            self._known = found
            self.status.current()
        elif force or found != self._known:
            self._known = found
            await self._replace(await self._build(sdl))

    async def _build(self, sdl: str) -> Serving:
        """The new supergraph, ready to serve and warmed up."""
        engine = await asyncio.to_thread(make_engine, sdl, self._settings, self._metrics)
        try:
            transports = self._pool.make(engine.supergraph)
            await self._pool.hold(transports)
        except BaseException:
            engine.close()
            raise
        await self._warm_up(engine)
        return Serving(engine, transports)

    async def _warm_up(self, engine: Engine) -> None:
        """Plan what is asked most, so that the swap is not followed by a rush on the planner."""
        used = self._pipeline.serving.engine.most_used(self._settings.query_planner.cache.warm_up)
        warmed = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.reload.warm_up_timeout):
                for each in used:
                    # what is no longer valid is told to who asks it next
                    with contextlib.suppress(RequestError, RequestErrors):
                        await engine.warm(each)
                        warmed += 1
        _log.info("warmed up", extra={"operations": warmed, "of": len(used)})

    async def _replace(self, new: Serving) -> None:
        old, self._pipeline.serving = self._pipeline.serving, new
        self.status.swapped()
        _log.info("a new supergraph is served", extra={"hash": new.engine.supergraph_hash[:16]})
        if self._renewal is not None:
            self._renewal.cancel()
        if self._group is None:
            raise AssertionError("the reloader does not run")
        spread = self._settings.reload.spread
        renewal = Renewal(self._pipeline, spread, self._metrics, asyncio.sleep)
        self._renewal = self._group.create_task(renewal.run())
        _ = self._group.create_task(self._retire(old))

    async def _retire(self, old: Serving) -> None:
        """Let go of what a supergraph holds, after the last that uses it."""
        try:
            await old.unused()
        finally:
            old.engine.close()
        try:
            await self._pool.release(old.transports)
        except Exception:
            _log.exception("a transport could not be closed")
        del old
        settle_again()
