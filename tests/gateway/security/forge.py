"""Signs tokens as an identity provider would, and as forgers do."""

import base64
import hashlib
import hmac
import json
import warnings
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

NOW = 1_800_000_000
ISSUER = "https://idp.example"
AUDIENCE = "shop"

OURS = OKPKey.generate_key("Ed25519", {"kid": "ours"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
THEIRS = OKPKey.generate_key("Ed25519", {"kid": "ours"})

CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "usr_1",
    "scope": "orders:read orders:write",
    "iat": NOW - 10,
    "exp": NOW + 300,
}


def jwks() -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in (OURS, RSA, EC)]}


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token with changes; None leaves a claim out."""
    return {name: value for name, value in (CLAIMS | changes).items() if value is not None}


def sign(
    payload: dict[str, Any], key: Key = OURS, algorithm: str = "Ed25519", **header: Any
) -> str:
    protected = {"alg": algorithm, "kid": key.kid, **header}
    protected = {name: value for name, value in protected.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        return jws.serialize_compact(protected, json.dumps(payload), key, registry=registry)


def raw(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def sign_by_hand(header: dict[str, Any]) -> str:
    """A good signature by our key over a header that libraries refuse to write."""
    unsigned = raw(header, CLAIMS).rpartition(".")[0]
    assert isinstance(OURS.private_key, Ed25519PrivateKey)
    signature = OURS.private_key.sign(unsigned.encode())
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def hmac_with_public_key() -> str:
    """The classic confusion: the public key as the secret of an HMAC."""
    secret = json.dumps(OURS.as_dict(private=False)).encode()
    unsigned = raw({"alg": "HS256", "kid": "ours"}, CLAIMS).rpartition(".")[0]
    signature = hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


SHARED = OctKey.generate_key(256, {"kid": "ours"})
