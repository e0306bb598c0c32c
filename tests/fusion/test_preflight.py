from pathlib import Path

import pytest

from fusion.cli import main
from fusion.home import Home
from fusion.preflight import CannotStart, check_database, check_home


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, path: str):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="cannot be made"):
        check_home(Home(tmp_path / path))


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u:hunter2@127.0.0.1:1/x"])
async def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str):
    with pytest.raises(CannotStart, match="DATABASE_URL") as told:
        await check_database(url)
    assert "hunter2" not in str(told.value)


async def test_a_database_that_answers_is_fine(database_url: str):
    await check_database(database_url)


@pytest.mark.parametrize("options", [["--port", "99999"], ["--port", "0"], ["--pins", "-1"]])
def test_a_number_that_cannot_be_is_a_wrong_command_line(options: list[str], capsys):
    with pytest.raises(SystemExit) as ended:
        main(["up", *options])
    assert ended.value.code == 2
    assert options[1] in capsys.readouterr().err
