"""Asks a subgraph that lives in the gateway's process: its ASGI app is called without a socket."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final
from urllib.parse import urlsplit

from gateway.executor.errors import (
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
)
from gateway.executor.transport.asgi import ASGI, AsgiApp, Message, Scope, load_app
from gateway.executor.transport.base import (
    ACCEPT,
    CONTENT_TYPE,
    MAX_ANSWER_BYTES,
    is_graphql_refusal,
)
from gateway.executor.transport.in_process_stream import InProcessStream, in_process_stream
from gateway.executor.transport.lifespan import Lifespan

_BASE_HEADERS: Final = {"content-type": CONTENT_TYPE, "accept": ACCEPT}

logger = logging.getLogger(__name__)


class InProcessTransport:
    """One subgraph's ASGI app, given as an object or as "package.module:attribute".

    `timeout` (seconds) and `max_answer_bytes` bound each request. `startup` and `shutdown` run the
    app's lifespan; an app without one is fine.
    """

    def __init__(
        self,
        app: AsgiApp | str,
        *,
        path: str = "/graphql",
        timeout: float | None = 5.0,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._app = load_app(app) if isinstance(app, str) else app
        self._path = urlsplit(path).path or "/"
        self._timeout = timeout
        self._max_answer_bytes = max_answer_bytes
        self._lifespan = Lifespan(self._app)

    async def startup(self) -> None:
        """Run the app's startup.

        Raises:
            ConfigurationError: the app says that it cannot start.
        """
        await self._lifespan.startup()

    async def close(self) -> None:
        """Run the app's shutdown."""
        await self._lifespan.shutdown()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Call the app and return its answer's bytes.

        Raises:
            SubgraphTimeout: no whole answer in time.
            SubgraphHttpError: an error status without a GraphQL answer.
            SubgraphAnswerTooLarge: the answer has more bytes than allowed.
            SubgraphError: the app failed.
        """
        exchange = _Exchange(body, self._max_answer_bytes)
        scope = self._scope(self._path, body, {**_BASE_HEADERS, **headers})
        try:
            async with asyncio.timeout(self._timeout):
                await self._app(scope, exchange.receive, exchange.send)
        except TimeoutError:
            raise SubgraphTimeout from None
        except SubgraphError:
            raise
        except Exception:
            logger.exception("a subgraph in the gateway's process failed")
            raise SubgraphError("The subgraph failed") from None
        return exchange.answer()

    def stream(
        self, path: str | None, body: bytes, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[InProcessStream]:
        """Call the app for an answer that is read while it grows, of any size.

        `path` is where the app serves it, if not where it serves queries. Leaving the context ends
        the call.

        Raises:
            SubgraphTimeout: the answer did not begin in time.
            SubgraphUnreachable: the app failed before that.
        """
        scope = self._scope(path or self._path, body, headers)
        return in_process_stream(self._app, scope, body, self._timeout)

    def _scope(self, path: str, body: bytes, headers: Mapping[str, str]) -> Scope:
        return {
            "type": "http",
            "asgi": ASGI,
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", b"subgraph"),
                (b"content-length", str(len(body)).encode()),
                *(
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in headers.items()
                ),
            ],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
            "state": dict(self._lifespan.state),
        }


class _Exchange:
    """One request and its answer."""

    def __init__(self, body: bytes, max_answer_bytes: int) -> None:
        self._body: bytes | None = body
        self._room = max_answer_bytes
        self._status: int | None = None
        self._chunks: list[bytes] = []
        self._whole = asyncio.Event()

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._whole.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body":
            chunk = message.get("body", b"")
            self._room -= len(chunk)
            if self._room < 0:
                raise SubgraphAnswerTooLarge
            self._chunks.append(chunk)
            if not message.get("more_body", False):
                self._whole.set()

    def answer(self) -> bytes:
        if self._status is None or not self._whole.is_set():
            raise SubgraphError("The subgraph did not finish its answer")
        answer = b"".join(self._chunks)
        if not 200 <= self._status < 300 and not is_graphql_refusal(self._status, answer):
            raise SubgraphHttpError(self._status)
        return answer
