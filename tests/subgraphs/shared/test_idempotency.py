import asyncio
from functools import partial

import msgspec
import pytest
from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.events import Event
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.unit_of_work import UnitOfWork


class Note(msgspec.Struct, frozen=True):
    id: int
    body: str


def asked(body: str = "hello", key: str = "key", actor: str = "ann") -> Once:
    return Once(actor=actor, key=key, operation="noteAdd", input={"body": body})


async def add(database: Database, request: Once, refuse: bool = False) -> Outcome[Note]:
    async with UnitOfWork(database) as unit:

        async def work() -> Note:
            insert = text(
                "insert into probe.note select count(*) + 1, :body from probe.note returning id"
            )
            body = request.input["body"]
            number = (await unit.session.execute(insert, {"body": body})).scalar_one()
            unit.record(Event(type="fc.probe.v1", topic="t", key="k", data={"n": number}))
            if refuse:
                raise BusinessError("CONFLICT", "No.", ["body"])
            return Note(number, body)

        return await once(unit, request, work, Note)


async def count(database: Database, table: str) -> int:
    async with database.session() as session:
        found = await session.execute(text(f"select count(*) from probe.{table}"))
        return int(found.scalar_one())


async def test_the_second_time_gets_the_first_answer(probe: Database):
    assert await add(probe, asked()) == Outcome(Note(1, "hello"), replayed=False)
    assert await add(probe, asked()) == Outcome(Note(1, "hello"), replayed=True)
    assert await count(probe, "note") == 1
    assert await count(probe, "outbox") == 1


async def test_a_key_is_one_viewers_own(probe: Database):
    await add(probe, asked())
    assert not (await add(probe, asked(actor="bob"))).replayed


async def test_another_input_with_the_key_is_refused(probe: Database):
    await add(probe, asked())
    with pytest.raises(BusinessError) as refusal:
        await add(probe, asked("other"))
    assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert await count(probe, "note") == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_1_to_255_characters(probe: Database, key: str):
    with pytest.raises(BusinessError) as refusal:
        await add(probe, asked(key=key))
    assert refusal.value.code == "INVALID"


async def test_a_refusal_is_remembered_and_leaves_nothing_else(probe: Database):
    with pytest.raises(BusinessError):
        await add(probe, asked(), refuse=True)
    with pytest.raises(BusinessError) as again:
        await add(probe, asked())
    assert (again.value.code, again.value.message, again.value.field) == (
        "CONFLICT",
        "No.",
        ["body"],
    )
    assert await count(probe, "note") == 0
    assert await count(probe, "outbox") == 0


async def test_a_refusal_gives_back_the_sequence_that_was_reserved(probe: Database):
    async def refuse(unit: UnitOfWork) -> Note:
        await unit.reserve("t", "k")
        raise BusinessError("CONFLICT", "No.", ["body"])

    for _ in range(2):
        with pytest.raises(BusinessError) as refusal:
            async with UnitOfWork(probe) as unit:
                await once(unit, asked(), partial(refuse, unit), Note)
        assert refusal.value.code == "CONFLICT"
    await add(probe, asked(key="other"))
    async with probe.session() as session:
        found = await session.execute(text("select sequence from probe.outbox"))
        assert found.scalars().all() == [1]


async def test_50_at_once_with_one_key_have_one_effect(probe: Database):
    outcomes: list[Outcome[Note]] = []

    async def send() -> None:
        outcomes.append(await add(probe, asked()))

    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(send())
    assert {outcome.result for outcome in outcomes} == {Note(1, "hello")}
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert await count(probe, "note") == 1
    assert await count(probe, "outbox") == 1


async def test_a_key_whose_transaction_failed_is_free_again(probe: Database):
    async def fail() -> None:
        async with UnitOfWork(probe) as unit:

            async def work() -> Note:
                raise RuntimeError

            await once(unit, asked(), work, Note)

    with pytest.raises(RuntimeError):
        await fail()
    assert not (await add(probe, asked())).replayed
