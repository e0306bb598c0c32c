from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fusion.cli import main
from fusion.home import Home
from fusion.preflight import (
    CannotStart,
    check_database,
    check_home,
    check_kafka,
    database_lasts,
)
from subgraphs.shared.database import Database


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


@pytest.mark.parametrize("given", ["kafka", "10.0.0.1:9092", "a-b.example:1, [::1]:9092"])
def test_addresses_of_brokers_are_fine(given: str):
    check_kafka(given)


@pytest.mark.parametrize("given", ["a:b", "two words", "http://kafka:9092", "a:1,,b:1", ":9092"])
def test_what_is_no_address_of_a_broker_is_told_before_the_store_starts(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", given)
    monkeypatch.setattr("fusion.up._heed_signals", lambda: None)
    assert main(["up", "--home", str(tmp_path)]) == 1
    assert "KAFKA_BOOTSTRAP is not like host:9092" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("state", "expected"),
    [("53100", CannotStart), ("57P01", CannotStart), ("42601", DBAPIError)],
)
async def test_a_database_that_fails_meanwhile_is_told_unlike_a_bug(
    database_url: str, state: str, expected: type[Exception]
):
    fault = f"do $$ begin raise exception 'no room' using errcode = '{state}'; end $$"
    database = Database(database_url, "public")
    try:
        with pytest.raises(expected, match="no room"), database_lasts():
            async with database.session() as session:
                await session.execute(text(fault))
    finally:
        await database.close()


@pytest.mark.parametrize("home", ["file", "file/below"])
def test_what_the_system_refuses_is_told_without_a_stack_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: str
):
    (tmp_path / "file").touch()
    assert main(["token", "shopper", "--home", str(tmp_path / home)]) == 1
    assert capsys.readouterr().err == f"{tmp_path / home / 'keys'}: Not a directory\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "99999"],
        ["--port", "0"],
        ["--port", "abc"],
        ["--pins", "-1"],
        ["--pins", "often"],
    ],
)
def test_a_number_that_cannot_be_is_a_wrong_command_line(options: list[str], capsys):
    with pytest.raises(SystemExit) as ended:
        main(["up", *options])
    assert ended.value.code == 2
    assert f"{options[1]} is not a" in capsys.readouterr().err
