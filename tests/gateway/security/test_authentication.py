import json
from collections.abc import Callable

import pytest

from gateway.config.identity import JwksProvider, Jwt
from gateway.security.authentication import Authenticator
from gateway.security.errors import Unauthenticated
from gateway.security.identity import ANONYMOUS, Identity
from gateway.security.jwks import FileKeys, UrlKeys
from tests.gateway.security.forge import (
    AUDIENCE,
    CLAIMS,
    EC,
    ISSUER,
    NOW,
    OURS,
    RSA,
    SHARED,
    THEIRS,
    claims,
    hmac_with_public_key,
    jwks,
    raw,
    sign,
    sign_by_hand,
)


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def authenticator(tmp_path) -> Callable[..., Authenticator]:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(jwks()))

    def make(clock: Clock | None = None, *, required: bool = False) -> Authenticator:
        settings = Jwt(
            jwks_providers=(JwksProvider(file=file),),
            issuer=ISSUER,
            audience=AUDIENCE,
            require_authentication=required,
        )
        return Authenticator(settings, [FileKeys(file)], clock or Clock())

    return make


async def refusal(authenticator: Authenticator, header: str | None) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as raised:
        await authenticator.authenticate(header)
    return raised.value


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(OURS, "Ed25519"), (OURS, "EdDSA"), (RSA, "RS256"), (RSA, "PS512"), (EC, "ES256")],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_a_good_token_tells_who_asks(authenticator, key, algorithm):
    token = sign(CLAIMS, key, algorithm)
    scopes = frozenset({"orders:read", "orders:write"})
    assert await authenticator().authenticate(f"Bearer {token}") == Identity(
        "usr_1", scopes, NOW + 300, (("scope", scopes), ("sub", frozenset({"usr_1"})))
    )


async def test_what_else_a_token_claims_is_told_as_text(authenticator):
    told = claims(tenant=7, groups=["a", 8, {"x": 1}], staff=True, address={"city": "x"}, none=None)
    identity = await authenticator().authenticate(f"Bearer {sign(told)}")
    assert (
        dict(identity.claims).items()
        >= {
            "tenant": frozenset({"7"}),
            "groups": frozenset({"a", "8"}),
            "staff": frozenset({"true"}),
        }.items()
    )
    assert {"address", "none", "exp", "iss"}.isdisjoint(dict(identity.claims))


async def test_a_token_without_key_id_is_tried_with_all_keys(authenticator):
    identity = await authenticator().authenticate(f"Bearer {sign(CLAIMS, RSA, 'RS256', kid=None)}")
    assert identity.subject == "usr_1"


async def test_an_audience_may_be_one_of_several(authenticator):
    token = sign(claims(aud=["other", AUDIENCE]))
    assert (await authenticator().authenticate(f"bearer {token}")).subject == "usr_1"


@pytest.mark.parametrize("header", [None, "", "  "])
async def test_without_a_token_a_client_is_anonymous(authenticator, header):
    assert await authenticator().authenticate(header) == ANONYMOUS


async def test_a_token_may_be_required(authenticator):
    error = await refusal(authenticator(required=True), None)
    assert error.extensions == {"code": "UNAUTHENTICATED", "reason": "missing"}
    assert error.http_status == 401


FORGERIES = {
    "no bearer": ("Basic dXNlcjpwYXNz", "malformed"),
    "no token": ("Bearer ", "malformed"),
    "no JWT": ("Bearer abc", "malformed"),
    "five parts": ("Bearer a.b.c.d.e", "malformed"),
    "too long": (f"Bearer {'a' * 9000}", "malformed"),
    "alg none": (f"Bearer {raw({'alg': 'none'}, CLAIMS)}", "unsupported_algorithm"),
    "alg None": (f"Bearer {raw({'alg': 'None', 'kid': 'ours'}, CLAIMS)}", "unsupported_algorithm"),
    "no alg": (f"Bearer {raw({'kid': 'ours'}, CLAIMS)}", "unsupported_algorithm"),
    "HMAC by the public key": (f"Bearer {hmac_with_public_key()}", "unsupported_algorithm"),
    "HMAC": (f"Bearer {sign(CLAIMS, SHARED, 'HS256')}", "unsupported_algorithm"),
    "another's key": (f"Bearer {sign(CLAIMS, THEIRS)}", "bad_signature"),
    "an unknown key": (f"Bearer {sign(CLAIMS, OURS, kid='x')}", "unknown_key"),
    "a key of another kind": (
        f"Bearer {raw({'alg': 'RS256', 'kid': 'ours'}, CLAIMS, b'x' * 256)}",
        "unknown_key",
    ),
    "its own key": (
        f"Bearer {sign(CLAIMS, THEIRS, jwk=THEIRS.as_dict(private=False))}",
        "bad_signature",
    ),
    "no signature": (f"Bearer {raw({'alg': 'Ed25519', 'kid': 'ours'}, CLAIMS)}", "bad_signature"),
    "a critical extension": (
        f"Bearer {sign_by_hand({'alg': 'Ed25519', 'kid': 'ours', 'crit': ['x'], 'x': 1})}",
        "malformed",
    ),
    "expired": (f"Bearer {sign(claims(exp=NOW - 6))}", "expired"),
    "not yet valid": (f"Bearer {sign(claims(nbf=NOW + 6))}", "not_yet_valid"),
    "issued in the future": (f"Bearer {sign(claims(iat=NOW + 60))}", "not_yet_valid"),
    "no expiry": (f"Bearer {sign(claims(exp=None))}", "wrong_claim"),
    "expiry as text": (f"Bearer {sign(claims(exp='2100-01-01'))}", "wrong_claim"),
    "expiry true": (f"Bearer {sign(claims(exp=True))}", "wrong_claim"),
    "no issuer": (f"Bearer {sign(claims(iss=None))}", "wrong_claim"),
    "another issuer": (f"Bearer {sign(claims(iss='https://evil.example'))}", "wrong_claim"),
    "no audience": (f"Bearer {sign(claims(aud=None))}", "wrong_claim"),
    "another audience": (f"Bearer {sign(claims(aud='bank'))}", "wrong_claim"),
    "no subject": (f"Bearer {sign(claims(sub=None))}", "wrong_claim"),
    "an empty subject": (f"Bearer {sign(claims(sub=''))}", "wrong_claim"),
}


@pytest.mark.parametrize("what", FORGERIES)
async def test_a_wrong_token_is_refused_with_the_class_of_reason(authenticator, what):
    header, reason = FORGERIES[what]
    error = await refusal(authenticator(), header)
    assert error.extensions == {"code": "UNAUTHENTICATED", "reason": reason}


async def test_a_changed_claim_breaks_the_signature(authenticator):
    head, _, signature = sign(CLAIMS).split(".")
    payload = raw({}, claims(sub="usr_2")).split(".")[1]
    error = await refusal(authenticator(), f"Bearer {head}.{payload}.{signature}")
    assert error.reason == "bad_signature"


async def test_a_token_seen_before_expires_all_the_same(authenticator):
    clock = Clock()
    authenticate = authenticator(clock).authenticate
    token = f"Bearer {sign(claims(exp=NOW + 20))}"
    assert (await authenticate(token)).subject == "usr_1"
    clock.now = NOW + 26
    with pytest.raises(Unauthenticated) as raised:
        await authenticate(token)
    assert raised.value.reason == "expired"


async def test_the_error_tells_nothing_of_the_token(authenticator):
    error = await refusal(authenticator(), f"Bearer {sign(claims(iss='https://secret.example'))}")
    assert "secret" not in str(error.formatted())


async def test_while_no_keys_can_be_had_tokens_are_refused_as_such():
    async def unreachable(_url: str) -> bytes:
        raise OSError("no route")

    settings = Jwt(
        jwks_providers=(JwksProvider(url="http://idp/jwks"),), issuer=ISSUER, audience=AUDIENCE
    )
    keys = UrlKeys("http://idp/jwks", 300, unreachable)
    error = await refusal(Authenticator(settings, [keys], Clock()), f"Bearer {sign(CLAIMS)}")
    assert error.reason == "keys_unavailable"


async def test_no_token_gives_the_scopes_of_the_gateway_itself(authenticator):
    token = sign(claims(scope="gateway:audience orders:read gateway:"), OURS, "Ed25519")
    identity = await authenticator().authenticate(f"Bearer {token}")
    assert identity.scopes == {"orders:read"}
