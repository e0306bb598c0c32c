"""Verifies the token of a client: signature, issuer, audience and times (RFC 7519, RFC 8725).

Only asymmetric algorithms are accepted, and only such as fit the key; keys come from the
configuration alone, never from the token. A request without a token is anonymous, unless
configured otherwise; a request with a wrong one is refused.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from gateway.config.identity import Jwt
from gateway.security.errors import Unauthenticated
from gateway.security.identity import ANONYMOUS, Identity
from gateway.security.jwks import Keys, KeysUnavailable

_ALGORITHMS: dict[str, tuple[str, ...]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("Ed25519", "EdDSA"),
}
_ALL = [name for names in _ALGORITHMS.values() for name in names]
_MAX_LENGTH = 8192
_CACHED = 2048
# Seconds for which a signature is trusted without another look at the provider's keys.
_REMEMBERED = 60.0
_RESERVED = "gateway:"
_OF_THE_TOKEN = frozenset({"scope", "iss", "aud", "exp", "nbf", "iat", "jti"})


class Authenticator:
    """Turns an Authorization header into an `Identity`."""

    def __init__(
        self, settings: Jwt, keys: Sequence[Keys], clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._verified: dict[str, tuple[Identity, float]] = {}

    async def authenticate(self, header: str | None) -> Identity:
        """The identity that `Bearer <token>` proves.

        Raises:
            Unauthenticated: The token is wrong in any way, or missing where one is required.
        """
        if header is None or not header.strip():
            if self._settings.require_authentication:
                raise Unauthenticated("A token is required.", "missing")
            return ANONYMOUS
        scheme, _, token = header.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _MAX_LENGTH:
            raise Unauthenticated("The Authorization header is not a bearer token.", "malformed")
        known = self._verified.get(token)
        if known is not None and known[1] > self._clock():
            self._check_expiry(known[0].expires_at)
            return known[0]
        identity = await self._verify(token)
        if len(self._verified) >= _CACHED:
            self._verified.clear()
        self._verified[token] = (identity, self._clock() + _REMEMBERED)
        return identity

    async def _verify(self, token: str) -> Identity:
        header = _header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in _ALL:
            raise Unauthenticated("The token's algorithm is not accepted.", "unsupported_algorithm")
        keys = await self._candidates(kid if isinstance(kid, str) else None)
        fitting = [key for key in keys if algorithm in _ALGORITHMS.get(key.key_type, ())]
        if not fitting:
            raise Unauthenticated("The token is signed with an unknown key.", "unknown_key")
        return self._identity(_payload(token, algorithm, fitting))

    async def _candidates(self, kid: str | None) -> list[Key]:
        found: list[Key] = []
        for keys in self._keys:
            try:
                found += await keys.find(kid)
            except KeysUnavailable as error:
                raise Unauthenticated(
                    "Tokens cannot be verified at the moment.", "keys_unavailable"
                ) from error
        return found

    def _identity(self, claims: dict[str, Any]) -> Identity:
        if claims.get("iss") != self._settings.issuer:
            raise Unauthenticated("The token was issued by someone else.", "wrong_claim")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self._settings.audience not in audiences:
            raise Unauthenticated("The token is meant for someone else.", "wrong_claim")
        subject, expiry = claims.get("sub"), claims.get("exp")
        if not isinstance(subject, str) or not subject:
            raise Unauthenticated("The token has no subject.", "wrong_claim")
        if isinstance(expiry, bool) or not isinstance(expiry, int | float):
            raise Unauthenticated("The token has no time of expiry.", "wrong_claim")
        self._check_expiry(expiry)
        for claim in ("nbf", "iat"):
            moment = claims.get(claim, 0)
            if isinstance(moment, bool) or not isinstance(moment, int | float):
                raise Unauthenticated(f"The token's {claim} is not a time.", "wrong_claim")
            if moment > self._clock() + self._settings.leeway:
                raise Unauthenticated("The token is not valid yet.", "not_yet_valid")
        scopes = _scopes(claims)
        told = (("scope", scopes), *_told(claims))
        return Identity(subject, scopes, float(expiry), told)

    def _check_expiry(self, expiry: float | None) -> None:
        if expiry is not None and expiry <= self._clock() - self._settings.leeway:
            raise Unauthenticated("The token has expired.", "expired")


def _header(token: str) -> dict[str, Any]:
    try:
        header = orjson.loads(urlsafe_b64decode(token.partition(".")[0].encode()))
    except ValueError as error:
        raise Unauthenticated("The token is not a signed JWT.", "malformed") from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise Unauthenticated("The token is not a signed JWT.", "malformed")
    return header


def _payload(token: str, algorithm: str, keys: Sequence[Key]) -> dict[str, Any]:
    """The claims, once one of the keys verifies the signature."""
    for key in keys:
        try:
            verified = jws.deserialize_compact(token, key, algorithms=[algorithm])
            claims = orjson.loads(verified.payload)
        except BadSignatureError:
            continue
        except (JoseError, ValueError) as error:
            raise Unauthenticated("The token is not a signed JWT.", "malformed") from error
        if not isinstance(claims, dict):
            raise Unauthenticated("The token's claims are not an object.", "malformed")
        return claims
    raise Unauthenticated("The token's signature is wrong.", "bad_signature")


def _told(claims: dict[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """What the token says of the client, apart from its scopes and its own validity."""
    for name, value in claims.items():
        if name in _OF_THE_TOKEN:
            continue
        values = value if isinstance(value, list) else [value]
        texts = frozenset(_text(each) for each in values if isinstance(each, str | int | float))
        if texts:
            yield name, texts


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """`scope` is a string with spaces between (RFC 8693 section 4.2); a list is taken too.

    Scopes that begin with `gateway:` are the gateway's own, and nobody gets them from a token.
    """
    scope = claims.get("scope", "")
    words = scope.split() if isinstance(scope, str) else scope
    if not isinstance(words, list):
        return frozenset()
    own = (word for word in words if isinstance(word, str))
    return frozenset(word for word in own if not word.startswith(_RESERVED))
