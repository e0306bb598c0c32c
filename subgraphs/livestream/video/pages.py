"""Two pages to look at live video without further software: one publishes, one plays.

They are examples of a storefront's code as well: WHIP and WHEP in a few lines, no library.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_FOLDER = Path(__file__).with_name("assets")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "camera=(self), microphone=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
_ASSETS = ("video.css", "publish.js", "watch.js", "webrtc.js")


def _file(name: str) -> FileResponse:
    return FileResponse(_FOLDER / name, headers=_HEADERS)


async def _publish(_: Request) -> Response:
    return _file("publish.html")


async def _watch(_: Request) -> Response:
    return _file("watch.html")


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    return _file(name) if name in _ASSETS else Response(status_code=404)


ROUTES = (
    Route("/publish/{stream}", _publish),
    Route("/watch/{stream}", _watch),
    Route("/assets/{name}", _asset),
)
