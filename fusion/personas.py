"""Access tokens of the demo personas, signed with a key that only this store's folder holds."""

import time
from datetime import timedelta

from joserfc import jwt

from fusion.home import Home
from subgraphs.shared.demo import PERSONAS

ISSUER = "https://demo.fusioncommerce.example"
AUDIENCE = "fusioncommerce"
LIFETIME = timedelta(days=7)


class UnknownPersona(Exception):
    """There is no persona of that name."""


def token(home: Home, name: str) -> str:
    """A JWT that is good for a week.

    Raises:
        UnknownPersona: `name` is none of `PERSONAS`.
    """
    if name not in PERSONAS:
        raise UnknownPersona(f"There is no persona {name!r}; there are: {', '.join(PERSONAS)}.")
    persona = PERSONAS[name]
    return sign(home, persona.sub, persona.scopes)


def sign(home: Home, subject: str, scopes: tuple[str, ...] = ()) -> str:
    """A JWT for any customer of the demo store."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + int(LIFETIME.total_seconds()),
    }
    key = home.key("personas")
    header = {"alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])
