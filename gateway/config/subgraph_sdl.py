"""The SDL of a subgraph, asked of the subgraph itself (Federation's `_service { sdl }`)."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.errors import ConfigurationError

_TIMEOUT = 10.0
_MOST_BYTES = 16 * 1024 * 1024
_QUERY = json.dumps({"query": "{ _service { sdl } }"}).encode()


def ask_sdl(url: str, headers: Mapping[str, str]) -> str:
    """What the subgraph at `url` says that its SDL is.

    Raises:
        ConfigurationError: It does not answer, or not with its SDL.
    """
    status, body = _post(url, {"content-type": "application/json", **headers})
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    match answer:
        case {"data": {"_service": {"sdl": str(sdl)}}}:
            return sdl
        case {"errors": [{"message": str(message)}, *_]}:
            raise ConfigurationError(f"{url}: the subgraph does not tell its SDL: {message}")
        case _:
            raise ConfigurationError(
                f"{url}: the answer to {{ _service {{ sdl }} }} holds no SDL (HTTP status {status})"
            )


def _post(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind: Any = http.client.HTTPConnection
    if parts.scheme == "https":
        kind = http.client.HTTPSConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        connection.request("POST", target, _QUERY, dict(headers))
        response = connection.getresponse()
        answer = response.status, response.read(_MOST_BYTES)
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ConfigurationError(f"{url}: the subgraph does not answer: {error}") from error
    return answer
