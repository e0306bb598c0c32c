"""A field `title` that moves from the subgraph `old` to `new`; each answers with its own name."""

from collections.abc import Awaitable, Callable
from typing import Any

from gateway.composition.compose import Composed, SubgraphSource, compose

Application = Callable[[Any, Any, Any], Awaitable[None]]

_LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
"""
_OLD = "type Query { title: String slug: String }"


def supergraph(label: str) -> str:
    """The supergraph's SDL; `title` moves by this label, `slug` not at all."""
    new = f'type Query {{ title: String @override(from: "old", label: "{label}") }}'
    sources = {"old": _OLD, "new": new}
    composed = compose(
        [SubgraphSource(name, f"http://{name}", _LINK + sdl) for name, sdl in sources.items()]
    )
    assert isinstance(composed, Composed)
    return composed.supergraph_sdl


def _answering(value: bytes) -> Application:
    async def application(_scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"data":{"title":"%s"}}' % value})

    return application


old = _answering(b"old")
new = _answering(b"new")
