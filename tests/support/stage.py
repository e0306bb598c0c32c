"""A live room and wallets in one database, with what runs between them: gifts and their payment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import text

from subgraphs.livestream import gift_rows, gifts, service
from subgraphs.livestream.gifts import PAYMENTS, SendGift
from subgraphs.livestream.models import Gift, GiftSending
from subgraphs.livestream.service import ScheduleStream
from subgraphs.shared.consumer import Consumer
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Row
from subgraphs.shared.follower import Pace
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.instants import now
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from subgraphs.wallet.repository import accounts_of
from subgraphs.wallet.settlements import SETTLEMENTS
from tests.support.handing_on import everything, hand_on
from tests.support.postgres import Server
from tests.support.wallets import Bank

_PACE = Pace(first_pause=0.005, longest_pause=0.05)
GIFT_TOPIC = "fc.livestream.gift.v1"
PAYMENT_TOPIC = "fc.wallet.payment.v1"
HOST = "cust_host"
ROSE = Gift(id="gift_rose", name="Rose", price=Money(1_000, "INR"), icon_url=None)


class Stage:
    """A host's room with one gift to give, a bank, and the consumers in between."""

    def __init__(self, url: str, stream: str, kafka: str | None = None) -> None:
        self.url = url
        self.stream = stream
        self.database = Database(url, "livestream", pool_size=20)
        self.bank = Bank(Database(url, "wallet", pool_size=20))
        self.wallet = Consumer(self.bank.database, SETTLEMENTS, kafka, _PACE)
        self.livestream = Consumer(self.database, PAYMENTS, kafka, _PACE)

    async def prepare(self) -> None:
        """Fill the catalogue, and go on air."""

        async def open_room(unit: UnitOfWork) -> str:
            await gift_rows.add_gift(unit.session, ROSE, 1)
            room = ScheduleStream(title="Gifts", scheduled_at=now(), product_ids=())
            return await service.schedule(unit, HOST, room)

        self.stream = await transact(self.database, open_room)
        await transact(self.database, lambda unit: service.start(unit, HOST, self.stream))

    async def end(self) -> None:
        """Go off air."""
        await transact(self.database, lambda unit: service.end(unit, HOST, self.stream))

    async def give(
        self, viewer: str, wallet: str, count: int = 1, key: str | None = None
    ) -> Outcome[str]:
        """Send roses; gives the sending's id."""
        command = SendGift(stream_id=self.stream, gift_id=ROSE.id, count=count, wallet_id=wallet)
        request = Once(actor=viewer, key=key or uuid4().hex, operation="giftSend", input=command)

        async def work(unit: UnitOfWork) -> Outcome[str]:
            return await once(unit, request, lambda: gifts.send(unit, viewer, command), str)

        return await transact(self.database, work)

    async def sending(self, viewer: str, id_: str) -> GiftSending:
        """The gift as it is now."""
        async with self.database.session() as session:
            return (await gift_rows.sendings_of(session, viewer, [id_]))[id_]

    async def shown(self) -> list[tuple[str, int]]:
        """Who gave how many, as the room's log shows it."""
        query = text("""
            select event->'data'->'from'->>'id' as who, (event->'data'->>'count')::int as roses
            from livestream.outbox where topic = 'fc.livestream.event.v1'
              and key = :id and type = 'fc.livestream.gift.sent.v1' order by sequence""")
        async with self.database.session() as session:
            rows = await session.execute(query, {"id": self.stream})
            return [(row.who, row.roses) for row in rows]

    async def earned(self) -> int:
        """What the host has, in paise."""
        async with self.bank.database.session() as session:
            return sum(account.posted for account in await accounts_of(session, HOST))

    async def to_wallet(self) -> int:
        """Have the wallet do what was asked so far; gives the number of events."""
        return await hand_on(self.url, self.wallet, "livestream", GIFT_TOPIC)

    async def to_livestream(self) -> int:
        """Have the room hear what the wallet has told so far; gives the number of events."""
        return await hand_on(self.url, self.livestream, "wallet", PAYMENT_TOPIC)

    async def settle(self) -> None:
        """Hand on all events until nothing more comes of it."""
        while await self.to_wallet() + await self.to_livestream():
            pass

    async def told(self, source: str) -> list[Row]:
        """All that livestream asked, or the wallet answered."""
        topic = GIFT_TOPIC if source == "livestream" else PAYMENT_TOPIC
        return await everything(self.url, source, topic)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Both consumers at work, as beside the applications."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each.run()) for each in (self.wallet, self.livestream)]
            yield
            for task in tasks:
                task.cancel()

    async def audit(self) -> None:
        """Assert what must hold at any time: the books, and a gift shown is a gift paid, once."""
        await self.bank.audit()
        for fault, query in _FAULTS.items():
            async with self.database.session() as session:
                found = (await session.execute(text(query))).all()
            assert not found, (fault, found)

    async def agree(self) -> None:
        """Assert that each gift is settled, now that all is handed on."""
        await self.audit()
        async with self.database.session() as session:
            query = text("select id from livestream.gift_sendings where state = 'PENDING'")
            waiting = (await session.execute(query)).all()
        assert not waiting, waiting

    async def close(self) -> None:
        await self.database.close()
        await self.bank.database.close()


_FAULTS = {
    "a gift is shown without its payment, or more than one is made for it": """
        select s.id, s.state, count(t.id) from livestream.gift_sendings as s
        left join wallet.transfer as t on t.ref_id = s.id and t.reason = 'GIFT'
        group by s.id having (s.state = 'SENT' and count(t.id) <> 1)
            or (s.state = 'REFUSED' and count(t.id) <> 0) or count(t.id) > 1""",
    "a payment is of another amount than its gift, or goes elsewhere": """
        select s.id from livestream.gift_sendings as s
        join livestream.streams as r on r.id = s.stream_id
        join wallet.transfer as t on t.ref_id = s.id
        join wallet.entry as e on e.transfer_id = t.id
        join wallet.account as a on a.id = e.account_id
        where a.currency <> s.currency or abs(e.amount) <> s.amount
            or a.owner_id <> case when e.amount < 0 then s.customer_id else r.host_id end
            or (e.amount < 0 and a.id <> s.wallet_id)""",
    "a gift is not shown as often as it was sent": """
        select s.id, count(o.id) from livestream.gift_sendings as s
        left join livestream.outbox as o on o.topic = 'fc.livestream.event.v1'
            and o.key = s.stream_id and o.sequence = s.sequence
            and o.type = 'fc.livestream.gift.sent.v1'
        group by s.id having count(o.id) <> case s.state when 'SENT' then 1 else 0 end""",
    "something is parked": """
        select consumer, key, error from livestream.inbox_parked
        union all select consumer, key, error from wallet.inbox_parked""",
}


@asynccontextmanager
async def stage(server: Server, kafka: str | None = None) -> AsyncIterator[Stage]:
    """A room on air, in a fresh database."""
    url = await server.migrated("wallet", "livestream")
    found = Stage(url, "", kafka)
    try:
        await found.prepare()
        yield found
    finally:
        await found.close()
        await server.drop(url)
