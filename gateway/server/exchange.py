"""One HTTP request to the GraphQL endpoint and what becomes of it."""

import time
from collections.abc import Sequence

import orjson
from starlette.types import Send

from gateway.errors import RequestError, RequestErrors
from gateway.observability.tracing import Trace
from gateway.pipeline.request import Record
from gateway.security.errors import PreflightRequired, Unauthenticated
from gateway.server.callers import trace_of
from gateway.server.live import told
from gateway.server.negotiate import Form


class Exchange:
    """A request's headers, the form that its answer takes, and the record of both."""

    def __init__(self, given: Sequence[tuple[bytes, bytes]], send: Send) -> None:
        self.started = time.perf_counter()
        self.headers = headers = _joined(given)
        self.send = send
        self.trace: Trace = trace_of(headers)
        self.record = Record()
        self.form = Form.JSON
        self.status = 0
        self.allow = b"GET, POST"
        self.is_running = False

    def header(self, name: bytes) -> str | None:
        """A header's value, by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def common_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What every answer has."""
        return ((b"x-request-id", self.trace.request_id.encode()),)

    async def refuse(self, error: RequestError | RequestErrors) -> None:
        """Answer with errors alone: nothing was run, so there is no `data`."""
        status = error.http_status
        is_document_fault = self.is_running and not isinstance(error, PreflightRequired)
        if status == 400 and is_document_fault and self.form is Form.JSON:
            status = 200
        extra: list[tuple[bytes, bytes]] = []
        if status == 405:
            extra.append((b"allow", b"POST" if self.is_running else self.allow))
        if isinstance(error, Unauthenticated):
            challenge = b"" if error.reason == "missing" else b' error="invalid_token"'
            extra.append((b"www-authenticate", b"Bearer" + challenge))
        if status in (408, 413):
            extra.append((b"connection", b"close"))
        await self.answer(status, orjson.dumps({"errors": told(error)}), extra)

    async def answer(
        self, status: int, body: bytes, extra: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        """Answer with JSON in the client's form."""
        form = Form.JSON if self.form is Form.EVENT_STREAM else self.form
        headers = [(b"vary", b"accept"), *(extra or ())]
        await self._answer(status, form.content_type, body, headers)

    async def answer_text(self, status: int, text: str) -> None:
        """Answer with plain text, or with nothing."""
        await self._answer(status, b"text/plain; charset=utf-8", text.encode(), [])

    async def _answer(
        self, status: int, content_type: bytes, body: bytes, extra: list[tuple[bytes, bytes]]
    ) -> None:
        self.status = status
        await self.send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", content_type),
                    (b"content-length", str(len(body)).encode()),
                    (b"cache-control", b"no-store"),
                    (b"x-content-type-options", b"nosniff"),
                    *self.common_headers(),
                    *extra,
                ],
            }
        )
        await self.send({"type": "http.response.body", "body": body})


def _joined(given: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; lines of one name are one list (RFC 9110 section 5.3)."""
    headers = dict(given)
    if len(headers) == len(given):
        return headers
    joined: dict[bytes, bytes] = {}
    for name, value in given:
        joined[name] = b"%s, %s" % (joined[name], value) if name in joined else value
    return joined
