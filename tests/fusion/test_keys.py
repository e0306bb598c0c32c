"""`fusion keys`: what a cluster's demo needs, made once."""

import re
from pathlib import Path

from fusion.cli import main
from fusion.home import Home


def run(folder: Path) -> None:
    arguments = ["keys", "--home", str(folder / "home"), "--env", str(folder / ".env")]
    assert main(arguments) == 0


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_keys_are_made_once_and_stay(tmp_path: Path, capsys):
    run(tmp_path)
    assert "gateway.jwk" in capsys.readouterr().out
    made = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    run(tmp_path)
    assert capsys.readouterr().out == ""
    assert {path: path.read_bytes() for path in made} == made


def test_a_folder_in_the_place_of_the_variables_is_told(tmp_path: Path, capsys):
    (tmp_path / ".env").mkdir()
    assert main(["keys", "--home", str(tmp_path / "home"), "--env", str(tmp_path / ".env")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / '.env'}: File exists\n"


def test_containers_can_read_the_files_and_others_on_this_machine_cannot(tmp_path: Path):
    run(tmp_path)
    keys = tmp_path / "home" / "keys"
    assert mode(keys) == 0o700
    assert mode(keys / "gateway.jwk") == 0o444
    assert mode(keys / "personas.jwk") == 0o600  # signs clients' tokens: no container needs it
    assert mode(tmp_path / ".env") == 0o600


def test_the_secrets_are_long_and_fit_into_a_url(tmp_path: Path):
    run(tmp_path)
    lines = (tmp_path / ".env").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines)
    assert set(values) == {"POSTGRES_PASSWORD", "CURSOR_KEY", "VIDEO_KEY", "LIVEKIT_API_SECRET"}
    for value in values.values():
        assert re.fullmatch(r"[\w-]{40,}", value, re.ASCII)


def test_the_private_key_is_not_among_the_public_ones(tmp_path: Path):
    run(tmp_path)
    public = Home(tmp_path / "home").public_keys("gateway").read_text()
    assert '"x"' in public
    assert '"d"' not in public
