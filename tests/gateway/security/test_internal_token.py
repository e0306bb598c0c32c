import json

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey, RSAKey

from gateway.config.identity import InternalIdentity
from gateway.errors import ConfigurationError
from gateway.security.identity import ANONYMOUS, Identity
from gateway.security.internal_token import TokenMinter, body_hash, load_minter

KEY = OKPKey.generate_key("Ed25519", {"kid": "gateway"})
NOW = 1_800_000_000.9


def minter() -> TokenMinter:
    return TokenMinter(KEY, 30, lambda: NOW)


def read(token: str, minted_by: TokenMinter) -> jwt.Token:
    keys = KeySet.import_key_set({"keys": minted_by.jwks()["keys"]})
    return jwt.decode(token, keys, algorithms=["Ed25519"])


def test_a_token_says_who_asks_whom_with_which_body():
    ours = minter()
    identity = Identity("usr_1", frozenset({"b", "a"}))
    token = read(ours.mint("cart", identity, b'{"query":"{ a }"}'), ours)
    assert token.claims == {
        "iss": "gateway",
        "aud": "cart",
        "sub": "usr_1",
        "scope": "a b",
        "iat": 1_800_000_000,
        "exp": 1_800_000_030,
        "bh": "4jTxpZy__eGVlJHm9IWlpFKqOLvuiz8ce0H8_LQOpyg",
    }
    assert token.header["alg"] == "Ed25519"
    assert token.header["kid"] == "gateway"


def test_an_anonymous_client_has_no_subject():
    ours = minter()
    claims = read(ours.mint("cart", ANONYMOUS, b""), ours).claims
    assert "sub" not in claims
    assert claims["scope"] == ""


def test_another_gateway_s_key_does_not_verify_it():
    other = OKPKey.generate_key("Ed25519", {"kid": "gateway"})
    with pytest.raises(BadSignatureError):
        read(minter().mint("cart", ANONYMOUS, b""), TokenMinter(other, 30))


def test_the_published_key_is_public():
    (key,) = minter().jwks()["keys"]
    assert "d" not in key
    assert key["kid"] == "gateway"


def test_a_body_s_hash_is_base64url_without_padding():
    assert body_hash(b"") == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


@pytest.mark.parametrize("form", ["jwk", "pem"])
def test_a_key_is_read_from_a_file(tmp_path, form):
    file = tmp_path / "key"
    text = (
        json.dumps(KEY.as_dict(private=True)).encode()
        if form == "jwk"
        else KEY.as_pem(private=True)
    )
    file.write_bytes(text)
    first, second = (load_minter(InternalIdentity(private_key=file)) for _ in range(2))
    assert first.jwks() == second.jwks()
    assert first.jwks()["keys"][0]["x"] == KEY.as_dict(private=False)["x"]


@pytest.mark.parametrize(
    "content",
    [
        b"nothing",
        b"{}",
        b"\xff",
        json.dumps(KEY.as_dict(private=False)).encode(),
        RSAKey.generate_key(2048).as_pem(private=True),
        OKPKey.generate_key("X25519").as_pem(private=True),
    ],
)
def test_what_is_no_private_ed25519_key_is_refused_by_the_file_s_name(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"/key: "):
        load_minter(InternalIdentity(private_key=file))


def test_without_a_file_a_key_is_made():
    assert load_minter(InternalIdentity()).jwks() != load_minter(InternalIdentity()).jwks()
