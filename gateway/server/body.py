"""Reads a request's body, bounded in size and time."""

import asyncio
from collections.abc import Mapping

from starlette.types import Receive

from gateway.server.errors import BodyTimeout, BodyTooLarge


class Disconnected(Exception):
    """The client went away before its request was complete."""


async def read_body(
    receive: Receive, headers: Mapping[bytes, bytes], limit: int, seconds: float
) -> bytes:
    """The whole body; `limit` is in bytes, `seconds` the time it may take.

    Raises:
        BodyTooLarge: It has, or announces, more bytes.
        BodyTimeout: It has not arrived in time.
        Disconnected: The client went away.
    """
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge(f"The body has more than {limit} bytes.")
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit)
    except TimeoutError as error:
        raise BodyTimeout("The body did not arrive in time.") from error


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(f"The body has more than {limit} bytes.")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
