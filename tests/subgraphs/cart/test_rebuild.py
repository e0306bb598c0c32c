"""The cart's prices are rebuilt from the catalog's outbox, while the catalog goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from fusion.cli import main
from subgraphs.cart.prices import PRICES, TOPIC
from subgraphs.shared.consumer import BeingRebuilt, Consumer
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.events import Event
from subgraphs.shared.follower import Pace, connected
from subgraphs.shared.inbox import Inbox
from subgraphs.shared.rebuild import rebuild
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.postgres import Server

PACE = Pace(first_pause=0.005, longest_pause=0.05)
PRICE_TYPE = "fc.catalog.price.changed.v1"
Rows = list[tuple[Any, ...]]


class Shops:
    def __init__(self, url: str) -> None:
        self.catalog = Database(url, "catalog")
        self.cart = Database(url, "cart")

    async def price(self, variant: int, amount: int) -> None:
        """The catalog sets a price."""
        money = {"amount": amount, "currency": "INR", "exponent": 2, "formatted": "x"}
        data = {
            "variant": {"id": f"var_{variant}"},
            "channel": "in",
            "price": {
                "price": money,
                "listPrice": money,
                "reason": "LIST",
                "endsAt": None,
                "sourceId": None,
            },
            "version": 1,
            "variantId": f"var_{variant}",
            "sku": "S",
            "productId": "prod_1",
            "title": "A thing",
            "status": "ACTIVE",
            "prices": [{"channel": "in", "amount": amount, "currency": "INR", "compareAt": None}],
        }
        async with UnitOfWork(self.catalog) as unit:
            unit.record(Event(type=PRICE_TYPE, topic=TOPIC, key=f"var_{variant}", data=data))

    async def copy(self) -> Rows:
        query = text("select variant_id, channel, currency, amount from cart.price order by 1, 2")
        async with self.cart.session() as session:
            return [tuple(row) for row in await session.execute(query)]

    async def until(self, variant: int, amount: int) -> None:
        """Until the cart knows of that price."""
        async with asyncio.timeout(60):
            known = (f"var_{variant}", "in", "INR", amount)
            while known not in await self.copy():  # noqa: ASYNC110 (rows give no sign)
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(Consumer(self.cart, PRICES, pace=PACE).run())
            yield
            running.cancel()


@pytest.fixture
async def shops(postgres_server: Server) -> AsyncIterator[Shops]:
    url = await postgres_server.migrated("catalog", "cart")
    shops = Shops(url)
    yield shops
    await shops.cart.close()
    await shops.catalog.close()
    await postgres_server.drop(url)


async def test_a_rebuilt_projection_is_as_before(shops: Shops):
    async with shops.following():
        for n in range(40):
            await shops.price(n % 7, 100 + n)
        await shops.until(4, 139)
        before = await shops.copy()
        async with UnitOfWork(shops.cart) as unit:
            await unit.session.execute(text("truncate cart.price, cart.variant"))
        assert await rebuild(shops.cart, PRICES) == 40
        assert await shops.copy() == before
        await shops.price(0, 1)  # and live events go on
        await shops.until(0, 1)


async def test_prices_that_change_during_a_rebuild_are_the_last_word(shops: Shops):
    async with shops.following():
        for n in range(30):
            await shops.price(n % 3, n)
        async with asyncio.TaskGroup() as group:
            again = group.create_task(rebuild(shops.cart, PRICES))
            for n in range(30, 60):
                await shops.price(n % 3, n)
        assert again.result() >= 30
        for variant in range(3):
            await shops.until(variant, 57 + variant)
    assert [row[3] for row in await shops.copy()] == [57, 58, 59]


async def test_the_consumer_waits_for_a_rebuild_that_was_killed(shops: Shops):
    await shops.price(1, 10)
    async with shops.following():
        await shops.until(1, 10)
        async with UnitOfWork(shops.cart) as unit:  # all that a rebuild did before it was killed
            inbox = Inbox("cart", PRICES.name)
            await inbox.stop(unit.session)
            await inbox.forget(unit.session)
        await shops.price(1, 20)
        await shops.price(2, 5)
        async with connected(shops.catalog.url, "test") as connection:
            rows = (await read_page(connection, "catalog", Position(), (TOPIC,))).rows
        for row in rows:
            with pytest.raises(BeingRebuilt):
                await Consumer(shops.cart, PRICES, pace=PACE).handle(row)
        assert await shops.copy() == [("var_1", "in", "INR", 10)]
        await rebuild(shops.cart, PRICES)
        await shops.until(2, 5)
    assert await shops.copy() == [("var_1", "in", "INR", 20), ("var_2", "in", "INR", 5)]


async def test_the_command_rebuilds_projections_and_nothing_else(shops: Shops, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", shops.cart.url)
    await shops.price(1, 10)
    assert await asyncio.to_thread(main, ["events", "rebuild", "cart.prices"]) == 0
    assert capsys.readouterr().out == "cart.prices: rebuilt from 1 events\n"
    assert await shops.copy() == [("var_1", "in", "INR", 10)]
    assert await asyncio.to_thread(main, ["events", "rebuild", "wallet.settlements"]) == 2
    assert capsys.readouterr().err == "wallet.settlements is no projection.\n"
