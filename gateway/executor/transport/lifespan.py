"""The lifespan of an ASGI app: what a server does when it starts and stops.

It is one call of the app that lasts as long as the app is used, so it runs in a task of its own,
which the `Lifespan` owns from startup to shutdown.
"""

import asyncio
import logging
from typing import Any

from gateway.errors import ConfigurationError
from gateway.executor.transport.asgi import ASGI, AsgiApp, Message

logger = logging.getLogger(__name__)


class Lifespan:
    """Runs an app's lifespan protocol. `state` is what the app left for its requests."""

    def __init__(self, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._started = False

    async def startup(self) -> None:
        """Start the app, once; an app that knows no lifespan needs none.

        Raises:
            ConfigurationError: the app says that it cannot start.
        """
        if self._task is not None:
            return
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._to_app.put({"type": "lifespan.startup"})
        message = await self._from_app.get()
        if message is not None and message["type"] == "lifespan.startup.failed":
            raise ConfigurationError(f"A subgraph cannot start: {_last_line(message)}")
        self._started = message is not None

    async def shutdown(self) -> None:
        """Stop the app and wait until it has."""
        if self._task is None:
            return
        task, self._task = self._task, None
        if not task.done():
            await self._to_app.put({"type": "lifespan.shutdown"})
            message = await self._from_app.get()
            if message is not None and message["type"] == "lifespan.shutdown.failed":
                logger.error("a subgraph did not stop cleanly: %s", _last_line(message))
        await task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": ASGI, "state": self.state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        except Exception:
            if self._started:
                logger.exception("a subgraph's lifespan ended while it was used")
            else:  # how apps without a lifespan tell that they have none
                logger.debug("an app ended its lifespan with an exception", exc_info=True)
        finally:
            self._from_app.put_nowait(None)


def _last_line(message: Message) -> str:
    """What went wrong, without the traceback that frameworks put before it."""
    lines = str(message.get("message", "")).strip().splitlines()
    return lines[-1] if lines else "it does not say why"
