"""What went wrong, as `application/problem+json` (RFC 9457) with a code for programs."""

from http import HTTPStatus

import msgspec
import orjson
from starlette.responses import Response

from subgraphs.livestream.video.rooms import (
    AlreadyPublished,
    AtCapacity,
    MediaServerAway,
    NotOnAir,
    OfferRefused,
)
from subgraphs.livestream.video.stage import StreamNotLive, StreamUnknown
from subgraphs.livestream.video.tokens import IngestRefused


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}


class _Known(msgspec.Struct, frozen=True):
    status: int
    code: str
    retry_after: str | None = None


_KNOWN: dict[type[Exception], _Known] = {
    IngestRefused: _Known(401, "UNAUTHENTICATED"),
    StreamUnknown: _Known(404, "NOT_FOUND"),
    StreamNotLive: _Known(409, "STREAM_NOT_LIVE"),
    AlreadyPublished: _Known(409, "ALREADY_PUBLISHED"),
    NotOnAir: _Known(409, "NOT_ON_AIR", "2"),
    AtCapacity: _Known(503, "AT_CAPACITY", "30"),
    MediaServerAway: _Known(503, "MEDIA_SERVER_AWAY", "5"),
    OfferRefused: _Known(422, "OFFER_REFUSED"),
}
REFUSALS = tuple(_KNOWN)


def problem_of(error: Exception) -> Problem:
    """The problem that a refusal of `stage` is to a client."""
    known = _KNOWN[type(error)]
    status = 400 if isinstance(error, OfferRefused) and error.malformed else known.status
    headers = {"retry_after": known.retry_after} if known.retry_after else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www_authenticate"] = 'Bearer realm="ingest"'
    return Problem(status, known.code, str(error), **headers)


def respond(problem: Problem) -> Response:
    """The problem as a response."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    return Response(
        orjson.dumps(body), problem.status, problem.headers, media_type="application/problem+json"
    )
