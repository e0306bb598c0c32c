"""An answer in parts over HTTP: `multipart/mixed`, in the two forms that clients know.

`deferSpec=20220824`: `{data, hasNext}`, then `{incremental: [{data, path, label, errors}], …}`,
with all of a fragment at its path. `incrementalSpec=v0.2`: each fragment is announced (`pending`),
comes by its id (`incremental`) without what came before, and is `completed`.

A boundary is written right behind each part, so that clients need not wait for the next one to know
where a part ends. A client that goes away, or does not read, ends the execution.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import orjson
from starlette.types import Receive, Send

from gateway.executor.answer import Answer
from gateway.executor.parts import Announced, First, Outcome, Payload
from gateway.pipeline.request import Parts

_log = logging.getLogger(__name__)

_BOUNDARY = b"\r\n--graphql"
_PART = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
_END = b"--\r\n"


class PartsForm(Enum):
    """The form of an answer in parts; the value is its parameter of the media type."""

    DEFER_2022 = "deferSpec=20220824"
    INCREMENTAL_V02 = "incrementalSpec=v0.2"

    @property
    def content_type(self) -> bytes:
        """The value of the Content-Type header."""
        return f'multipart/mixed; boundary="graphql"; {self.value}'.encode()

    def write(self, payload: Payload) -> bytes:
        """A payload as JSON."""
        written = {} if payload.first is None else _first(payload.first)
        match self:
            case PartsForm.DEFER_2022:
                written |= _listed("incremental", [_by_path(one) for one in payload.outcomes])
            case PartsForm.INCREMENTAL_V02:
                records = [record for one in payload.outcomes for record in _by_id(one)]
                written |= _listed("pending", [_pending(one) for one in payload.announced])
                written |= _listed("incremental", records)
                written |= _listed("completed", [_completed(one) for one in payload.outcomes])
        return orjson.dumps({**written, "hasNext": payload.has_next})


class MultipartResponse:
    """Sends payloads to one client; the headers go out with the first of them."""

    def __init__(
        self,
        form: PartsForm,
        headers: tuple[tuple[bytes, bytes], ...],
        send: Send,
        write_timeout: float,
    ) -> None:
        """`headers` are sent besides the response's own; `write_timeout` is in seconds."""
        self._form = form
        self._headers = headers
        self._send = send
        self._write_timeout = write_timeout
        self.is_open = False
        self.is_left = False

    async def serve(
        self, execute: Callable[[Parts], Awaitable[Answer | None]], receive: Receive
    ) -> Answer | None:
        """Execute until all is sent, or the client `is_left`; an answer given whole is not sent.

        Raises:
            RequestError, RequestErrors: Nothing was run.
        """
        parts = Parts(self._write, whole=self._form is PartsForm.DEFER_2022)
        outcome: Answer | Exception | None = None

        async def work() -> None:
            nonlocal outcome
            try:
                outcome = await execute(parts)
            except Exception as error:  # told by the caller, or below
                if not self.is_left:
                    outcome = error
            watching.cancel()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self.is_left = True
            working.cancel()

        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch())
            working = group.create_task(work())
        if not self.is_open and isinstance(outcome, Exception):
            raise outcome
        if self.is_open and not self.is_left:
            await self._close(outcome)
        return None if isinstance(outcome, Exception) else outcome

    async def _close(self, outcome: Answer | Exception | None) -> None:
        """Without the last boundary, a client can tell that it lacks something."""
        if isinstance(outcome, Exception):
            _log.error("an operation failed unexpectedly", exc_info=outcome)
        end = b"" if isinstance(outcome, Exception) else _END
        try:
            async with asyncio.timeout(self._write_timeout):
                await self._send({"type": "http.response.body", "body": end, "more_body": False})
        except (OSError, TimeoutError):
            self.is_left = True

    async def _write(self, payload: Payload) -> None:
        chunk = _PART + self._form.write(payload) + _BOUNDARY
        try:
            async with asyncio.timeout(self._write_timeout):
                if not self.is_open:
                    await self._open()
                    chunk = _BOUNDARY + chunk
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except (OSError, TimeoutError):
            self.is_left = True
            raise

    async def _open(self) -> None:
        self.is_open = True
        headers = [
            (b"content-type", self._form.content_type),
            (b"cache-control", b"no-store, no-transform"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-accel-buffering", b"no"),  # nginx would hold parts back
            (b"vary", b"accept"),
            *self._headers,
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})


def _first(first: First) -> dict[str, Any]:
    written: dict[str, Any] = {"data": first.data}
    if first.errors:
        written["errors"] = first.errors
    if first.extensions:
        written["extensions"] = first.extensions
    return written


def _listed(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: items} if items else {}


def _by_path(outcome: Outcome) -> dict[str, Any]:
    (record,) = outcome.records or (None,)
    written: dict[str, Any] = {
        "data": None if record is None else record.data,
        "path": list(outcome.of.path),
    }
    if outcome.of.label is not None:
        written["label"] = outcome.of.label
    if outcome.errors:
        written["errors"] = outcome.errors
    return written


def _pending(announced: Announced) -> dict[str, Any]:
    written: dict[str, Any] = {"id": announced.id, "path": list(announced.path)}
    if announced.label is not None:
        written["label"] = announced.label
    return written


def _by_id(outcome: Outcome) -> list[dict[str, Any]]:
    """The records; errors that are not the end of the fragment stand at the first."""
    written: list[dict[str, Any]] = []
    for record in outcome.records:
        entry: dict[str, Any] = {"id": outcome.of.id, "data": record.data}
        if record.sub_path:
            entry["subPath"] = list(record.sub_path)
        written.append(entry)
    if outcome.errors and not outcome.failed:
        if not written:
            written.append({"id": outcome.of.id, "data": {}})
        written[0]["errors"] = outcome.errors
    return written


def _completed(outcome: Outcome) -> dict[str, Any]:
    if outcome.failed:
        return {"id": outcome.of.id, "errors": outcome.errors}
    return {"id": outcome.of.id}
