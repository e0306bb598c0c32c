"""`fusion events` on the wallet's consumer, which cannot handle what is no settlement."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from fusion.cli import main
from subgraphs.shared.consumer import Consumer
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Row
from subgraphs.shared.follower import Pace
from subgraphs.wallet.settlements import SETTLEMENTS
from tests.support.postgres import Server

TOPIC = "fc.groupbuy.event.v1"


@pytest.fixture
def database_url(postgres_server: Server, monkeypatch) -> Iterator[str]:
    url = asyncio.run(postgres_server.migrated("cart", "wallet", "groupbuy", "livestream"))
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    asyncio.run(postgres_server.drop(url))


def row(sequence: int, settlement: Any) -> Row:
    event = (
        f'{{"id": "g:{sequence}", "type": "t", "time": "2026-11-22T15:00:00Z",'
        f' "data": {{"settlement": {settlement}}}}}'
    )
    return Row(topic=TOPIC, key="g", sequence=sequence, type="t", event=event)


async def handle(url: str, *rows: Row) -> None:
    database = Database(url, "wallet")
    consumer = Consumer(database, SETTLEMENTS, pace=Pace(first_pause=0.001))
    for each in rows:
        await consumer.handle(each)
    await database.close()


async def mend(url: str) -> None:
    """What the faulty subgraph had meant."""
    database = Database(url, "wallet")
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "update wallet.inbox_parked set event = jsonb_set(event, '{data}',"
                """ '{"settlement": null}') where sequence = 1"""
            )
        )
    await database.close()


def test_parked_events_are_listed_retried_and_given_up(database_url: str, capsys):
    assert main(["events", "parked"]) == 0
    assert capsys.readouterr().out == "No consumer waits.\n"

    asyncio.run(handle(database_url, row(1, '"nonsense"'), row(2, "null")))
    assert main(["events", "parked"]) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"wallet.settlements  {TOPIC}  g  since 2")
    assert "number 1, and 1 behind it: ValidationError(" in told

    assert main(["events", "retry", "wallet.settlements"]) == 1
    assert "The next one fails still: ValidationError(" in capsys.readouterr().err
    asyncio.run(mend(database_url))
    assert main(["events", "retry", "wallet.settlements", "g"]) == 0
    assert capsys.readouterr().out == f"{TOPIC}  g: 2 handled\n"

    asyncio.run(handle(database_url, row(3, '"nonsense"'), row(4, "null")))
    assert main(["events", "drop", "wallet.settlements", "g"]) == 0
    assert capsys.readouterr().out == f"{TOPIC}  g: number 3 is given up, 1 wait still\n"
    assert main(["events", "retry", "wallet.settlements"]) == 0
    assert main(["events", "parked"]) == 0


def test_unknown_consumers_and_keys_are_told_of(database_url: str, capsys):
    assert main(["events", "retry", "nobody"]) == 2
    assert "There is no consumer 'nobody'; there are:" in capsys.readouterr().err
    assert main(["events", "drop", "wallet.settlements", "nothing"]) == 1
    assert capsys.readouterr().err == "Nothing of that is parked.\n"


def test_without_a_database_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["events", "parked", "--home", str(tmp_path)]) == 2
    assert "no database runs from" in capsys.readouterr().err
