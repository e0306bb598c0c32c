"""Serves the playground from the package's own files: nothing is loaded from other hosts.

Files with a hash in their name may be cached for ever; `index.html`, which names them, is checked
each time. The Content-Security-Policy allows what the editor needs and nothing else: workers from
blobs, styles set by scripts, and connections to this gateway.
"""

from pathlib import Path

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.config.http import Playground, Tab
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError

ASSETS = Path(__file__).parent / "assets"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: https: http:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def playground_routes(settings: Settings) -> list[BaseRoute]:
    """The page, its files and `playground.json`; none where it is switched off or not built.

    Raises:
        ConfigurationError: A tab's file cannot be read.
    """
    playground = settings.playground
    index = ASSETS / "index.html"
    if not playground.enabled or not index.is_file():
        return []
    root = playground.path.rstrip("/")
    content = _content(playground, settings.http.graphql_endpoint)

    async def page(_request: Request) -> Response:
        return FileResponse(index, headers={**_HEADERS, "cache-control": "no-cache"})

    async def settings_json(_request: Request) -> Response:
        headers = {**_HEADERS, "cache-control": "no-store"}
        return Response(content, headers=headers, media_type="application/json")

    async def asset(request: Request) -> Response:
        file = _asset(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        headers = {**_HEADERS, "cache-control": "public, max-age=31536000, immutable"}
        return FileResponse(file, headers=headers)

    async def with_slash(_request: Request) -> Response:
        return RedirectResponse(f"{root}/", 308)

    routes: list[BaseRoute] = [
        Route(f"{root}/", page),
        Route(f"{root}/playground.json", settings_json),
        Route(f"{root}/assets/{{name:path}}", asset),
    ]
    if root:
        routes.append(Route(root, with_slash))
    return routes


def _asset(name: str) -> Path | None:
    """The file of this name, if it is one of the playground's."""
    try:
        file = (ASSETS / "assets" / name).resolve()
        return file if file.is_relative_to(ASSETS) and file.is_file() else None
    except (OSError, ValueError):  # a name that no file can have: too long, or with U+0000
        return None


def _content(playground: Playground, endpoint: str) -> bytes:
    """What `playground.json` says; read once, at start."""
    return orjson.dumps(
        {
            "endpoint": endpoint,
            "tabs": [_tab(tab) for tab in playground.tabs],
            "personas": [persona.model_dump() for persona in playground.personas],
        }
    )


def _tab(tab: Tab) -> dict[str, object]:
    query, name = tab.query, tab.name
    if tab.file is not None:
        try:
            query = tab.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{tab.file}: cannot be read: {error}") from error
        name = name or tab.file.stem
    return {"name": name or "", "query": query, "variables": tab.variables}
