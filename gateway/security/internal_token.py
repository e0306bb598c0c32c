"""Tells a subgraph whom a call is made for: a short-lived Ed25519 token bound to the call's body.

A subgraph that verifies it knows that the gateway made this very call (`bh` is the body's hash),
for this subgraph (`aud`), less than a minute ago (`exp`). The client's own token stays here.
"""

import base64
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from gateway.config.identity import InternalIdentity
from gateway.errors import ConfigurationError
from gateway.security.identity import Identity

ISSUER = "gateway"
_ALGORITHM = "Ed25519"


class TokenMinter:
    """Signs internal tokens with one key."""

    def __init__(
        self, key: OKPKey, lifetime: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`lifetime` is in seconds; `clock` gives seconds since the epoch."""
        self._key = key
        self._sign: Callable[[bytes], bytes] = cast(Any, key.private_key).sign
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": key.kid}
        self._start = _base64url(orjson.dumps(header)) + b"."
        self._lifetime = int(lifetime)
        self._clock = clock

    def mint(self, subgraph: str, identity: Identity, body: bytes) -> str:
        """A token for one call with this body to this subgraph.

        Written by hand (RFC 7515, section 7.1): a JWT library takes several times as long.
        """
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": subgraph,
            "scope": " ".join(sorted(identity.scopes)),
            "iat": now,
            "exp": now + self._lifetime,
            "bh": body_hash(body),
        }
        if identity.subject is not None:
            claims["sub"] = identity.subject
        signed = self._start + _base64url(orjson.dumps(claims))
        return (signed + b"." + _base64url(self._sign(signed))).decode()

    def jwks(self) -> dict[str, Any]:
        """The public key that verifies the tokens, as a JWKS."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "use": "sig", "alg": _ALGORITHM}]}


def body_hash(body: bytes) -> str:
    """base64url(sha256(body)) without padding."""
    return _base64url(hashlib.sha256(body).digest()).decode()


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def load_minter(settings: InternalIdentity) -> TokenMinter:
    """A minter with the configured key, or with one made for this process.

    Raises:
        ConfigurationError: The file does not hold an Ed25519 private key.
    """
    if settings.private_key is None:
        key = OKPKey.generate_key("Ed25519", private=True, auto_kid=True)
    else:
        key = _read_key(settings.private_key)
    return TokenMinter(key, settings.lifetime)


def _read_key(path: Path) -> OKPKey:
    try:
        content = path.read_bytes()
        material = orjson.loads(content) if content.lstrip().startswith(b"{") else content
        key = OKPKey.import_key(material)
    except (OSError, ValueError, JoseError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read as an Ed25519 key in JWK or PEM: {type(error).__name__}"
        ) from error
    if key.curve_name != "Ed25519" or not key.is_private:
        raise ConfigurationError(f"{path}: is not a private Ed25519 key")
    key.ensure_kid()
    return key
