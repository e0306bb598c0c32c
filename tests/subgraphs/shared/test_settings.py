"""What a subgraph is told by its environment, and what it says of what it cannot use."""

from pathlib import Path

import pytest

from fusion.home import Home
from subgraphs.shared.serve import main
from subgraphs.shared.settings import Settings, SettingUnusable


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x",
        "GATEWAY_JWKS": str(Home(tmp_path).public_keys("gateway")),
        "CURSOR_KEY": "k",
    }


def test_keys_come_as_a_file_or_as_text(environment: dict[str, str]):
    by_file = Settings.from_environment("cart", environment)
    text = Path(environment["GATEWAY_JWKS"]).read_text()
    assert by_file.gateway_jwks == text
    assert Settings.from_environment("cart", environment | {"GATEWAY_JWKS": text}) == by_file


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://u:hunter2@h/x"),
        ("GATEWAY_JWKS", ""),
        ("GATEWAY_JWKS", "/nowhere"),
        ("GATEWAY_JWKS", "{"),
        ("GATEWAY_JWKS", "{}"),
        ("GATEWAY_JWKS", '{"keys": 1}'),
        ("CURSOR_KEY", ""),
        ("DATABASE_POOL_SIZE", "many"),
        ("DATABASE_POOL_SIZE", "0"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_no_secret_told(
    environment: dict[str, str], name: str, value: str
):
    with pytest.raises(SettingUnusable, match=name) as told:
        Settings.from_environment("cart", environment | {name: value})
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("command", ["serve", "migrate", "seed"])
def test_a_command_that_lacks_its_environment_ends_with_2(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", "elsewhere")
    assert main("cart", [command]) == 2
    assert capsys.readouterr().err == "DATABASE_URL is not like postgresql://user@host:5432/name.\n"
