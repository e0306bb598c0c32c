"""Who asks. The gateway says so by a token that only it can sign, made for this very request.

The token is bound to the subgraph (`aud`), to a minute (`exp`) and to the request's body (`bh`), so
that neither a captured token nor a header made up inside the network is worth anything.
"""

import base64
import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ISSUER = "gateway"
ALGORITHM = "Ed25519"
_LIFETIME = 60
_SKEW = 5
_OPEN = frozenset({"/health", "/metrics"})


class Viewer(msgspec.Struct, frozen=True):
    """The customer on whose behalf the gateway asks; `sub` is the customer's id."""

    sub: str
    scopes: frozenset[str] = frozenset()


class TokenRefused(Exception):
    """The request has no token of the gateway for it."""


class TokenVerifier:
    """Checks the gateway's tokens for one subgraph."""

    def __init__(self, jwks: str, subgraph: str, clock: Callable[[], float] = time.time) -> None:
        self._keys = KeySet.import_key_set(orjson.loads(jwks))
        self._subgraph = subgraph
        self._clock = clock

    def verify(self, authorization: str, body: bytes) -> Viewer | None:
        """The viewer, None for the anonymous.

        Raises:
            TokenRefused: no token, or one that is not the gateway's for this body, here and now.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefused("The gateway's token is missing.")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as error:
            raise TokenRefused("The token is not the gateway's.") from error
        self._check(decoded.claims, body)
        subject = decoded.claims.get("sub")
        if subject is None:
            return None
        return Viewer(str(subject), frozenset(str(decoded.claims.get("scope", "")).split()))

    def _check(self, claims: dict[str, Any], body: bytes) -> None:
        now = self._clock()
        issued, expires = claims.get("iat"), claims.get("exp")
        if claims.get("iss") != ISSUER or claims.get("aud") != self._subgraph:
            raise TokenRefused("The token is meant for another.")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise TokenRefused("The token has no times.")
        in_time = issued - _SKEW <= now < expires + _SKEW and expires - issued <= _LIFETIME
        if not in_time:
            raise TokenRefused("The token has expired.")
        if not hmac.compare_digest(str(claims.get("bh", "")), body_hash(body)):
            raise TokenRefused("The token is for another request.")


def body_hash(body: bytes) -> str:
    """The claim `bh`: base64url of SHA-256, without padding."""
    return base64.urlsafe_b64encode(sha256(body).digest()).rstrip(b"=").decode()


class IdentityMiddleware:
    """Lets requests with the gateway's token pass, with `scope["viewer"]` set; others get 401.

    Health and metrics are open: they tell nothing of customers, and subgraphs are private.
    """

    def __init__(self, app: ASGIApp, verifier: Callable[[], TokenVerifier], max_body: int) -> None:
        self._app = app
        self._verifier = verifier
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        body = await _read(receive, self._max_body)
        if body is None:
            await refuse(send, 413, "PAYLOAD_TOO_LARGE", "The request's body is too large.")
            return
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        try:
            scope["viewer"] = self._verifier().verify(authorization, body)
        except TokenRefused as error:
            await refuse(send, 401, "UNAUTHENTICATED", str(error))
            return
        await self._app(scope, _replay(body), send)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None if it is larger than the limit or the client went away."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    return receive


async def refuse(send: Send, status: int, code: str, message: str) -> None:
    """Answer with one GraphQL error."""
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
