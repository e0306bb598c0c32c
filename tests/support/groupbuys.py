"""Makes offers and groups for tests, and checks what must always hold of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import text

from subgraphs.groupbuy.models import Group, Offer
from subgraphs.groupbuy.repository import groups_by_ids, insert_offer, offers_by_ids
from subgraphs.groupbuy.service import GroupBuying, GroupPayment, Joining, Opening
from subgraphs.shared.database import Database
from subgraphs.shared.idempotency import Outcome
from subgraphs.shared.identity import Viewer
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork

CARD = GroupPayment(None, "tok_visa")
_OFFER = Offer(
    id="offer",
    product_id="prod_1",
    variant_id="var_1",
    size=3,
    group_price=Money(800, "INR"),
    solo_price=Money(1000, "INR"),
    window_seconds=3600,
    starts_at=datetime.now(UTC) - timedelta(days=1),
    ends_at=datetime.now(UTC) + timedelta(days=1),
    quota=10,
    active_groups=0,
    sold_groups=0,
    per_customer_limit=None,
)


class Shop:
    """Shortcuts over the use cases."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def offer(self, **changes: Any) -> str:
        offer = msgspec.structs.replace(_OFFER, **changes)
        async with UnitOfWork(self.database) as unit:
            await insert_offer(unit.session, offer)
        return offer.id

    async def open(
        self,
        leader: str = "lea",
        offer: str = "offer",
        key: str | None = None,
        quantity: int = 1,
        wallet: str | None = None,
    ) -> Group:
        asked = Opening(offer_id=offer, quantity=quantity, payment=_payment(wallet))
        buying = GroupBuying(self.database, Viewer(leader))
        return (await buying.open(asked, key or uuid4().hex)).result

    async def join(
        self,
        group: str,
        customer: str,
        key: str | None = None,
        quantity: int = 1,
        wallet: str | None = None,
    ) -> Outcome[Group]:
        asked = Joining(group_id=group, quantity=quantity, payment=_payment(wallet))
        return await GroupBuying(self.database, Viewer(customer)).join(asked, key or uuid4().hex)

    async def leave(self, group: str, customer: str) -> Outcome[Group]:
        return await GroupBuying(self.database, Viewer(customer)).leave(group)

    async def group(self, id_: str) -> Group:
        async with self.database.session() as session:
            return (await groups_by_ids(session, [id_]))[0]

    async def offer_now(self, id_: str = "offer") -> Offer:
        async with self.database.session() as session:
            return (await offers_by_ids(session, [id_]))[0]

    async def let_time_pass(self, group: str, seconds: float) -> None:
        """Move the group back in time: the database's clock cannot be set."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text("set local session_replication_role = replica"))
            await connection.execute(
                text("""
                    update groupbuy.group_buy
                    set opens_at = opens_at - make_interval(secs => :seconds),
                        expires_at = expires_at - make_interval(secs => :seconds)
                    where id = :id"""),
                {"id": group, "seconds": seconds},
            )

    async def hold_too_long(self) -> None:
        """Move the deadline of all held seats into the past."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text("set local session_replication_role = replica"))
            await connection.execute(
                text("update groupbuy.member set held_until = now() where state = 'HELD'")
            )

    async def seats(self, group: str) -> dict[str, str]:
        """The state of each customer's last seat in the group."""
        query = text(
            "select customer_id, state from groupbuy.member where group_id = :id order by joined_at"
        )
        async with self.database.session() as session:
            rows = await session.execute(query, {"id": group})
            return {row.customer_id: row.state for row in rows}

    async def events(self, group: str) -> list[tuple[str, dict[str, Any]]]:
        """Type (its last words) and data of the group's events in order."""
        query = text("""
            select type, event->'data' as data from groupbuy.outbox
            where key = :key and topic = 'fc.groupbuy.event.v1' order by sequence""")
        async with self.database.session() as session:
            rows = await session.execute(query, {"key": group})
            return [(row.type.removeprefix("fc.groupbuy."), row.data) for row in rows]

    async def audit(self) -> None:
        """Assert the invariants."""
        for fault, query in _FAULTS.items():
            async with self.database.session() as session:
                found = (await session.execute(text(query))).all()
            assert not found, (fault, found)


def _payment(wallet: str | None) -> GroupPayment:
    return CARD if wallet is None else GroupPayment(wallet, None)


_FAULTS = {
    "G1: a group's counts are not those of its members": """
        select g.id, g.state, g.paid_count, g.held_count, count(m.id) from groupbuy.group_buy as g
        left join groupbuy.member as m on m.group_id = g.id and m.state <> 'RELEASED'
        group by g.id having g.held_count <> count(m.id) filter (where m.state = 'HELD')
            or g.paid_count + g.held_count <> count(m.id) or count(m.id) > g.size""",
    "G1: a seat outside of the group": """
        select m.id from groupbuy.member as m join groupbuy.group_buy as g on g.id = m.group_id
        where m.seat > g.size""",
    "G2, G5: captured is not filled": """
        select g.id from groupbuy.group_buy as g join groupbuy.member as m on m.group_id = g.id
        where (m.state = 'CAPTURED') <> (g.state = 'FILLED') and m.state <> 'RELEASED'
            and not (g.state = 'FILLED' and m.state = 'PAID' and m.wallet_id is not null)""",
    "G4: a refunded group keeps money": """
        select g.id from groupbuy.group_buy as g join groupbuy.member as m on m.group_id = g.id
        where (g.state = 'REFUNDED') <> (m.state = 'REFUNDED') and m.state <> 'RELEASED'
            and not (g.state in ('EXPIRED', 'CANCELLED', 'REFUNDING') and m.state = 'REFUNDED')""",
    "a group pending or open without its leader": """
        select g.id, g.state, m.state from groupbuy.group_buy as g
        left join groupbuy.member as m on m.group_id = g.id and m.customer_id = g.leader_id
            and m.state <> 'RELEASED'
        where (g.state = 'PENDING_LEADER' and m.state is distinct from 'HELD')
            or (g.state = 'OPEN' and m.state is distinct from 'PAID')""",
    "G8: a version without its event": """
        select g.id, g.version, count(o.id) from groupbuy.group_buy as g
        left join groupbuy.outbox as o on o.key = g.id
        group by g.id having g.version <> count(o.id) or g.version <> max(o.sequence)
            or bool_or(o.sequence <> (o.event->'data'->>'version')::int)""",
    "an offer's counts are not those of its groups": """
        select o.id from groupbuy.offer as o left join groupbuy.group_buy as g
            on g.offer_id = o.id and g.state in ('PENDING_LEADER', 'OPEN', 'FILLED')
        group by o.id having o.active_groups <> count(g.id)
            or o.sold_groups <> count(g.id) filter (where g.state = 'FILLED')""",
}
