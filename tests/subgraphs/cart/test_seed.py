"""What the seed of carts waits for: prices that the catalog tells, however slow the machine is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.cart import repository
from subgraphs.cart.seed import until_priced
from subgraphs.shared.database import Database
from subgraphs.shared.demo import CHANNELS, PRODUCTS, variant_id
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.held_up import HeldUp
from tests.support.postgres import Server


@pytest.fixture
async def empty(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("cart") as database:
        yield database


async def arrives(database: Database, variant: str) -> None:
    amounts = {CHANNELS[0].slug: Money(1, "INR")}
    async with UnitOfWork(database) as unit:
        await repository.write_prices(
            unit.session, variant, product_id="prod", on_sale=True, amounts=amounts
        )


async def test_prices_that_come_slowly_are_waited_for(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: asyncio.Queue[int] = asyncio.Queue()
    count = repository.count_variants

    async def counting(session: AsyncSession) -> int:
        found = await count(session)
        counted.put_nowait(found)
        return found

    monkeypatch.setattr(repository, "count_variants", counting)
    held_up = HeldUp(asyncio.get_running_loop())
    async with asyncio.timeout(60) as patience, asyncio.TaskGroup() as group:
        group.create_task(until_priced(empty, patience))
        for number in range(1, 4):
            await arrives(empty, f"var_{number}")
            while await counted.get() < number:
                pass
            await counted.get()
            held_up(40)
        await arrives(empty, variant_id(PRODUCTS, 0))


async def test_prices_that_do_not_come_are_given_up(empty: Database) -> None:
    held_up = HeldUp(asyncio.get_running_loop())

    async def wait_for_a_minute() -> None:
        async with asyncio.timeout(60) as patience:
            held_up(61)
            await until_priced(empty, patience)

    with pytest.raises(TimeoutError):
        await wait_for_a_minute()
