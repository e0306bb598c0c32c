"""A request whose answer is read while it grows: over a socket, or to an app in this process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Protocol

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
)
from gateway.executor.transport.base import is_graphql_refusal
from gateway.subscriptions.upstream.errors import Refused
from gateway.subscriptions.upstream.protocol import (
    JSON_HEADERS,
    Bounds,
    Subscribe,
    read_message,
    refused,
)


class HttpStream(Protocol):
    """An answer whose head has come."""

    @property
    def status(self) -> int: ...

    @property
    def content_type(self) -> str:
        """The header's value, with its parameters."""
        ...

    def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes, to its end.

        Raises:
            SubgraphUnreachable: It broke off.
        """
        ...


class StreamClient(Protocol):
    """Posts to one URL of a subgraph."""

    def post(
        self, body: bytes, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[HttpStream]:
        """Send a request; leaving the context ends the answer.

        Raises:
            SubgraphUnreachable: No connection, or it broke.
            SubgraphTimeout: The head of the answer did not come in time.
        """
        ...


@asynccontextmanager
async def subscribed(
    client: StreamClient, subscribe: Subscribe, accept: str, bounds: Bounds
) -> AsyncIterator[HttpStream]:
    """The answer of a subscription that stands: events in the first media type of `accept`.

    Raises:
        Refused: The subgraph answered with errors.
        SubgraphError: It did not answer, or not as GraphQL.
    """
    own = {**JSON_HEADERS, "accept": accept}
    headers = {**subscribe.headers(subscribe.body), **own}
    async with client.post(subscribe.body, headers) as stream:
        if not _is_event_answer(stream, _media_type(accept)):
            raise await read_refusal(stream, bounds.answer_timeout, bounds.max_event_size)
        yield stream


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _is_event_answer(stream: HttpStream, media_type: str) -> bool:
    return 200 <= stream.status < 300 and _media_type(stream.content_type) == media_type


async def heard(stream: HttpStream, silence: float | None) -> AsyncGenerator[bytes]:
    """The chunks of an answer.

    Raises:
        SubgraphTimeout: Nothing was heard for so many seconds.
        SubgraphUnreachable: It broke off.
    """
    async with aclosing(stream.chunks()) as chunks:
        while True:
            try:
                async with asyncio.timeout(silence):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                raise SubgraphTimeout("The subgraph fell silent") from None
            if chunk is None:
                return
            yield chunk


async def read_refusal(stream: HttpStream, seconds: float, limit: int) -> Refused | SubgraphError:
    """Why a subgraph answers a subscription with something else than events."""
    try:
        body = await read_whole(stream, seconds, limit)
    except SubgraphError as error:
        return error
    if is_graphql_refusal(stream.status, body) or 200 <= stream.status < 300:
        try:
            return Refused(refused(read_message(body).get("errors")))
        except SubgraphError:
            return SubgraphAnswerMalformed("The subgraph answered without events")
    return SubgraphHttpError(stream.status)


async def read_whole(stream: HttpStream, seconds: float, limit: int) -> bytes:
    """The body of an answer that ends.

    Raises:
        SubgraphTimeout: It does not end in time.
        SubgraphAnswerTooLarge: It has more bytes than the limit.
        SubgraphUnreachable: It broke off.
    """
    content = bytearray()
    try:
        async with asyncio.timeout(seconds), aclosing(stream.chunks()) as chunks:
            async for chunk in chunks:
                content += chunk
                if len(content) > limit:
                    raise SubgraphAnswerTooLarge
    except TimeoutError:
        raise SubgraphTimeout from None
    return bytes(content)
