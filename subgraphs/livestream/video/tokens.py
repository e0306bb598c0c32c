"""Ingest tokens: what a host's broadcaster shows to publish one stream, for a while.

`streamStart` gives them; asked again on air, it gives a fresh one. They are checked when a session
begins: one that runs goes on when its token expires.
"""

import time
from collections.abc import Callable

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LIFETIME = 3600
_ALGORITHM = "HS256"
_AUDIENCE = "whip"


class IngestRefused(Exception):
    """The token is not ours, not for this, or not valid any more."""


class Ingest(msgspec.Struct, frozen=True):
    """Who may publish what."""

    stream_id: str
    host_id: str


def mint(key: bytes, ingest: Ingest, clock: Callable[[], float] = time.time) -> str:
    """A token that is good for an hour."""
    now = int(clock())
    claims = {
        "aud": _AUDIENCE,
        "sub": ingest.host_id,
        "stream": ingest.stream_id,
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, OctKey.import_key(key), algorithms=[_ALGORITHM])


def verify(
    key: bytes, authorization: str, stream_id: str, clock: Callable[[], float] = time.time
) -> Ingest:
    """Who an `Authorization` header lets publish this stream.

    Raises:
        IngestRefused: nobody.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise IngestRefused("The ingest token is missing.")
    try:
        decoded = jwt.decode(token.strip(), OctKey.import_key(key), algorithms=[_ALGORITHM])
    except (JoseError, ValueError) as error:
        raise IngestRefused("The ingest token is not valid.") from error
    claims = decoded.claims
    expires = claims.get("exp")
    if claims.get("aud") != _AUDIENCE or not isinstance(expires, int):
        raise IngestRefused("The ingest token is not valid.")
    if clock() >= expires:
        raise IngestRefused("The ingest token has expired; starting the stream again gives one.")
    if claims.get("stream") != stream_id:
        raise IngestRefused("The ingest token is for another stream.")
    return Ingest(stream_id, str(claims.get("sub", "")))
