"""The endpoints: WHIP (RFC 9725) to publish a stream, WHEP (draft-ietf-wish-whep) to play it.

Both are one exchange: an SDP offer is posted, the answer comes back with the session's own URL,
which whoever knows it may DELETE. Candidates may be sent later (PATCH) and are not needed: the
client reaches the media server. ICE restarts are not supported.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from subgraphs.livestream.video.metrics import Metrics
from subgraphs.livestream.video.problems import REFUSALS, Problem, problem_of, respond
from subgraphs.livestream.video.stage import Stage
from subgraphs.shared.follower import DATABASE_FAILURES

Way = Literal["whip", "whep"]
SDP = "application/sdp"
TRICKLE = "application/trickle-ice-sdpfrag"
MAX_OFFER = 64 * 1024
_BODY_SECONDS = 10.0
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Location, ETag, Accept-Post, Accept-Patch, Retry-After",
}
_PREFLIGHT = _CORS | {
    "access-control-allow-methods": "POST, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, If-Match",
    "access-control-max-age": "600",
}
_log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """The routes of both ways, below `address`; the application's state has the stage."""

    def __init__(self, metrics: Metrics, address: str) -> None:
        self._metrics = metrics
        self._address = address

    def routes(self) -> list[Route]:
        """WHIP's and WHEP's."""
        return [route for way in ("whip", "whep") for route in self._routes(way)]

    def _routes(self, way: Way) -> list[Route]:
        begin, session = f"/{way}/{{stream}}", f"/{way}/{{stream}}/{{session}}"
        return [
            Route(begin, self._guarded(way, lambda it: self._begin(way, it)), methods=["POST"]),
            Route(session, self._guarded(way, self._trickle), methods=["PATCH"]),
            Route(session, self._guarded(way, self._end), methods=["DELETE"]),
            Route(begin, _options(SDP), methods=["OPTIONS"]),
            Route(session, _options(SDP), methods=["OPTIONS"]),
        ]

    def _guarded(self, way: Way, handler: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            try:
                response = await handler(request)
            except Problem as problem:
                response = respond(problem)
            except REFUSALS as error:
                refused = problem_of(error)
                self._metrics.refused(way, refused.code)
                response = respond(refused)
            except DATABASE_FAILURES:
                _log.exception("A request for live video failed.")
                response = respond(
                    Problem(503, "UNAVAILABLE", "This cannot be answered now.", retry_after="5")
                )
            response.headers.update(_CORS)
            return response

        return handle

    async def _begin(self, way: Way, request: Request) -> Response:
        stream = request.path_params["stream"]
        offer = await _offer(request)
        if way == "whip":
            authorization = request.headers.get("authorization", "")
            joined = await _stage(request).publish(stream, authorization, offer)
        else:
            joined = await _stage(request).play(stream, offer)
        self._metrics.began(way)
        location = f"{self._address}/{way}/{stream}/{joined.session}"
        headers = {"location": location, "etag": _etag(joined.session), "accept-patch": TRICKLE}
        return Response(joined.answer, 201, headers, media_type=SDP)

    async def _trickle(self, request: Request) -> Response:
        """Later candidates, RFC 9725 section 4.3.2; a restart of ICE is told apart by `*`."""
        _check_type(request, TRICKLE)
        stream, session = request.path_params["stream"], request.path_params["session"]
        match request.headers.get("if-match", ""):
            case "":
                raise Problem(428, "PRECONDITION_REQUIRED", "Send If-Match with the ETag.")
            case "*":
                raise Problem(501, "NOT_IMPLEMENTED", "ICE cannot be restarted; begin anew.")
            case etag if etag != _etag(session):
                raise Problem(412, "PRECONDITION_FAILED", "If-Match names another ICE session.")
        await _body(request)
        if not await _stage(request).has(stream, session):
            raise _no_session()
        return Response(status_code=204)

    async def _end(self, request: Request) -> Response:
        stream, session = request.path_params["stream"], request.path_params["session"]
        if not await _stage(request).leave(stream, session):
            raise _no_session()
        return Response(status_code=200)


def _stage(request: Request) -> Stage:
    stage: Stage = request.app.state.stage
    return stage


def _options(accepted: str) -> Handler:
    async def handle(_: Request) -> Response:
        return Response(status_code=204, headers=_PREFLIGHT | {"accept-post": accepted})

    return handle


async def _offer(request: Request) -> str:
    _check_type(request, SDP)
    try:
        return (await _body(request)).decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "OFFER_REFUSED", "The body is not UTF-8.") from error


async def _body(request: Request) -> bytes:
    """The whole body, if it is small and comes soon."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_OFFER:
                    raise Problem(
                        413, "PAYLOAD_TOO_LARGE", f"A body has up to {MAX_OFFER // 1024} KiB."
                    )
    except (TimeoutError, ClientDisconnect) as error:
        raise Problem(408, "REQUEST_TIMEOUT", "The body did not come in time.") from error
    return bytes(body)


def _check_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"Send {wanted}.", accept_post=wanted)


def _etag(session: str) -> str:
    """Strong, and the same as long as the session, whose ICE is never restarted."""
    return f'"{session}"'


def _no_session() -> Problem:
    return Problem(404, "NOT_FOUND", "There is no such session; it may have ended.")
