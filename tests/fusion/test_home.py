"""What the store's folder keeps."""

from pathlib import Path

import pytest

from fusion.home import Home, SecretBroken


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path):
    home = Home(tmp_path)
    assert home.secret("cursor") == home.secret("cursor")
    assert home.key("gateway").as_dict(private=True) == home.key("gateway").as_dict(private=True)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes == {"cursor": 0o600, "gateway.jwk": 0o600}


@pytest.mark.parametrize("left", ["", "{", "{}", '{"kty": "OKP", "crv": "Ed25519", "x": "'])
def test_half_a_key_is_told_with_its_file(tmp_path: Path, left: str):
    home = Home(tmp_path)
    home.key("gateway")
    (tmp_path / "keys" / "gateway.jwk").write_text(left)
    with pytest.raises(SecretBroken, match=r"keys/gateway\.jwk holds no key"):
        home.key("gateway")


def test_a_secret_that_is_empty_is_told_with_its_file(tmp_path: Path):
    home = Home(tmp_path)
    home.secret("cursor")
    (tmp_path / "keys" / "cursor").write_text("")
    with pytest.raises(SecretBroken, match="keys/cursor holds no key"):
        home.secret("cursor")


def test_what_a_kill_left_of_a_secret_is_no_obstacle(tmp_path: Path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "cursor.new").write_text("half")
    assert len(Home(tmp_path).secret("cursor")) > 40
