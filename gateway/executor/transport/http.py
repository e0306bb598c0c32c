"""Asks a subgraph over HTTP (GraphQL over HTTP), by aiohttp: with TLS and compression."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from gateway.executor.errors import (
    SubgraphAnswerTooLarge,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.transport.base import (
    ACCEPT,
    CONTENT_TYPE,
    MAX_ANSWER_BYTES,
    Transport,
    is_graphql_refusal,
)
from gateway.executor.transport.http1 import Http1Transport

BASE_HEADERS: Final = {"content-type": CONTENT_TYPE, "accept": ACCEPT}


def http_transport(
    url: str, *, timeout: float, connect_timeout: float, max_answer_bytes: int
) -> Transport:
    """The transport for a subgraph's URL: the quickest that can reach it."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.username is None
    return (Http1Transport if plain else HttpTransport)(
        url,
        timeout=timeout,
        connect_timeout=connect_timeout,
        max_answer_bytes=max_answer_bytes,
    )


class HttpTransport:
    """One subgraph at one URL.

    `timeout` is for the whole request and `connect_timeout` for its connection, in seconds;
    `max_answer_bytes` bounds the answer after decompression. Redirects are never followed: they
    would lead the gateway, and the identity it vouches for, wherever a subgraph likes.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        connect_timeout: float = 1.0,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        connections: int = 256,
    ) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=connect_timeout)
        self._max_answer_bytes = max_answer_bytes
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def startup(self) -> None:
        """Nothing: connections are made when needed."""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Send a request and return the answer's bytes.

        An answer with an error status is one too if it is a GraphQL answer.

        Raises:
            SubgraphTimeout: no whole answer in time.
            SubgraphUnreachable: no connection, or it broke.
            SubgraphHttpError: an error status without a GraphQL answer, or a redirect.
            SubgraphAnswerTooLarge: the answer has more bytes than allowed.
        """
        session = self._session or self._open()
        try:
            async with session.post(
                self._url, data=body, headers={**BASE_HEADERS, **headers}, allow_redirects=False
            ) as response:
                answer = await self._read(response)
        except TimeoutError:
            raise SubgraphTimeout from None
        except (aiohttp.ClientError, OSError) as error:
            raise SubgraphUnreachable from error
        if 200 <= response.status < 300 or is_graphql_refusal(response.status, answer):
            return answer
        raise SubgraphHttpError(response.status)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made at the first request: it belongs to the running event loop."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self._session

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        length = response.content_length
        if length is not None and length > self._max_answer_bytes:
            response.close()
            raise SubgraphAnswerTooLarge
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > self._max_answer_bytes:
                response.close()
                raise SubgraphAnswerTooLarge
            chunks.append(chunk)
        return b"".join(chunks)
