"""Group-buying and wallets in one database, with what runs between them.

`settle` hands on events one by one until nobody has anything left to say: tests decide when, and
see each state in between. `running` has the real consumers and sweeps do it by themselves.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from subgraphs.groupbuy.settling import HOLDS
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.consumer import Consumer
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Row
from subgraphs.shared.follower import Pace
from subgraphs.wallet.settlements import SETTLEMENTS
from tests.support.groupbuys import Shop
from tests.support.handing_on import everything, hand_on
from tests.support.postgres import Server
from tests.support.wallets import Bank

_PACE = Pace(first_pause=0.005, longest_pause=0.05)
GROUP_TOPIC = "fc.groupbuy.event.v1"
HOLD_TOPIC = "fc.wallet.hold.v1"


class Market:
    """A shop, a bank, and the consumers in between."""

    def __init__(self, url: str, kafka: str | None = None) -> None:
        self.url = url
        self.shop = Shop(Database(url, "groupbuy", pool_size=20))
        self.bank = Bank(Database(url, "wallet", pool_size=20))
        self.wallet = Consumer(self.bank.database, SETTLEMENTS, kafka, _PACE)
        self.groupbuy = Consumer(self.shop.database, HOLDS, kafka, _PACE)

    async def buyer(self, name: str, amount: int = 1000) -> str:
        """A customer with that much in a wallet; gives the wallet's id."""
        return await self.bank.open(name, amount)

    async def to_wallet(self) -> int:
        """Have the wallet do what group-buying has asked so far; gives the number of events."""
        return await hand_on(self.url, self.wallet, "groupbuy", GROUP_TOPIC)

    async def to_groupbuy(self) -> int:
        """Have group-buying hear what the wallet has told so far; gives the number of events."""
        return await hand_on(self.url, self.groupbuy, "wallet", HOLD_TOPIC)

    async def settle(self) -> None:
        """Hand on all events, and sweep, until nothing more comes of it."""
        while await self.to_wallet() + await self.to_groupbuy():
            await sweep(self.shop.database)

    async def everything(self, source: str, topic: str) -> list[Row]:
        """All that was ever told on a topic."""
        return await everything(self.url, source, topic)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consumers and sweep at work, as beside the applications."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.wallet.run()), group.create_task(self.groupbuy.run())]
            tasks.append(group.create_task(self._sweeping()))
            yield
            for task in tasks:
                task.cancel()

    async def audit(self) -> None:
        """Assert the invariants of both, and that nothing was parked."""
        await self.shop.audit()
        await self.bank.audit()
        async with self.bank.database.session() as session:
            for schema in ("wallet", "groupbuy"):
                query = text(f"select * from {schema}.inbox_parked")
                parked = (await session.execute(query)).all()
                assert not parked, parked

    async def agree(self) -> None:
        """Assert that each seat has the hold it should have, now that all is settled."""
        await self.audit()
        async with self.bank.database.session() as session:
            found = (await session.execute(text(_DISAGREEMENTS))).all()
        assert not found, found

    async def close(self) -> None:
        await self.shop.database.close()
        await self.bank.database.close()

    async def _sweeping(self) -> None:
        while True:
            await sweep(self.shop.database)
            await asyncio.sleep(0.02)


_DISAGREEMENTS = """
    select m.id, m.state, m.refusal, h.state as hold, r.code
    from groupbuy.member as m
    left join wallet.hold as h on h.ref_id = m.id
    left join wallet.hold_refusal as r on r.ref_id = m.id
    where m.wallet_id is not null and not case m.state
        when 'PAID' then h.state = 'ACTIVE'
        when 'CAPTURED' then h.state = 'CAPTURED' and h.captured = h.amount
        when 'REFUNDED' then h.state = 'RELEASED'
        when 'RELEASED' then coalesce(h.state = 'RELEASED', false) <> coalesce(r.code <> '', false)
        else false end"""


@asynccontextmanager
async def market(server: Server, kafka: str | None = None) -> AsyncIterator[Market]:
    """A market in a fresh database."""
    url = await server.migrated("wallet", "groupbuy")
    found = Market(url, kafka)
    try:
        yield found
    finally:
        await found.close()
        await server.drop(url)
