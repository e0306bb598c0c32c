from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.groupbuy.models import GroupBuyState, MemberState
from subgraphs.groupbuy.repository import members_of
from subgraphs.groupbuy.service import GroupBuying, GroupPayment, Joining, Opening
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.identity import Viewer
from tests.support.groupbuys import Shop


async def refused(awaitable) -> str:
    with pytest.raises(BusinessError) as refusal:
        await awaitable
    return refusal.value.code


async def test_a_group_fills_seat_by_seat_and_is_captured_once(shop: Shop):
    await shop.offer()
    group = await shop.open("lea")
    assert (group.state, group.paid_count, group.seats_left, group.version) == ("OPEN", 1, 2, 1)
    assert (await shop.join(group.id, "max")).result.state is GroupBuyState.OPEN
    filled = (await shop.join(group.id, "mia")).result
    assert (filled.state, filled.paid_count, filled.version) == ("FILLED", 3, 3)
    assert filled.filled_at is not None
    async with shop.database.session() as session:
        members = await members_of(session, [group.id])
    assert [(member.customer_id, member.seat) for member in members] == [
        ("lea", 1),
        ("max", 2),
        ("mia", 3),
    ]
    assert {member.state for member in members} == {MemberState.CAPTURED}
    assert (await shop.offer_now()).sold_groups == 1
    events = await shop.events(group.id)
    kinds = [kind for kind, _ in events]
    assert kinds == ["group.opened.v1", "seat.paid.v1", "group.filled.v1"]
    last = events[-1][1]
    assert last["groupBuy"] == {"id": group.id}
    assert (last["paidCount"], last["size"], last["state"], last["version"]) == (3, 3, "FILLED", 3)
    assert last["member"].pop("id") == members[-1].id
    assert last["member"] == {"customerId": "mia", "seat": 3, "quantity": 1, "refusal": None}
    assert last["settlement"] == {"hold": None, "capture": [], "release": []}
    assert 3600 - 120 <= last["secondsLeft"] <= 3600  # the time-out of a test is 120 s
    assert await refused(shop.join(group.id, "eve")) == "GROUP_FULL"
    assert await refused(shop.leave(group.id, "max")) == "GROUP_CLOSED"
    await shop.audit()


async def test_a_member_has_one_seat(shop: Shop):
    await shop.offer()
    group = await shop.open("lea")
    assert await refused(shop.join(group.id, "lea")) == "ALREADY_MEMBER"
    await shop.audit()


async def test_who_leaves_may_come_back_and_the_seat_is_free_meanwhile(shop: Shop):
    await shop.offer()
    group = await shop.open("lea")
    await shop.join(group.id, "max")
    assert (await shop.leave(group.id, "max")).result.paid_count == 1
    again = await shop.leave(group.id, "max")
    assert (again.replayed, again.result.paid_count) == (True, 1)
    assert await refused(shop.leave(group.id, "eve")) == "NOT_FOUND"
    assert await refused(shop.leave("nowhere", "max")) == "NOT_FOUND"
    await shop.join(group.id, "mia")
    assert (await shop.join(group.id, "max")).result.state is GroupBuyState.FILLED
    async with shop.database.session() as session:
        members = await members_of(session, [group.id])
    assert [member.customer_id for member in members] == ["lea", "mia", "max"]
    await shop.audit()


async def test_the_leaders_going_calls_the_group_off_and_refunds_it(shop: Shop):
    await shop.offer(quota=1)
    group = await shop.open("lea")
    await shop.join(group.id, "max")
    assert (await shop.leave(group.id, "lea")).result.state is GroupBuyState.CANCELLED
    assert await refused(shop.join(group.id, "mia")) == "GROUP_CLOSED"
    await sweep(shop.database)
    assert (await shop.group(group.id)).state is GroupBuyState.REFUNDED
    kinds = [kind for kind, _ in await shop.events(group.id)]
    assert kinds[-2:] == ["group.cancelled.v1", "group.refunded.v1"]
    await shop.open("max")  # the quota is free again
    await shop.audit()


async def test_a_group_whose_time_is_up_is_refunded(shop: Shop):
    await shop.offer(quota=1)
    group = await shop.open("lea")
    await shop.join(group.id, "max")
    assert await sweep(shop.database) == 0
    await shop.let_time_pass(group.id, 3600)
    # Before any sweep: the seat is refused by the clock, not by the state.
    assert await refused(shop.join(group.id, "mia")) == "GROUP_CLOSED"
    assert await refused(shop.leave(group.id, "max")) == "GROUP_CLOSED"
    assert await sweep(shop.database) == 1
    assert await sweep(shop.database) == 0
    assert (await shop.group(group.id)).state is GroupBuyState.REFUNDED
    async with shop.database.session() as session:
        states = {member.state for member in await members_of(session, [group.id])}
    assert states == {MemberState.REFUNDED}
    events = await shop.events(group.id)
    assert [kind for kind, _ in events[-2:]] == ["group.expired.v1", "group.refunded.v1"]
    assert events[-1][1]["secondsLeft"] == 0
    await shop.open("max")
    await shop.audit()


async def test_an_offer_has_a_quota_of_groups(shop: Shop):
    await shop.offer(quota=1)
    await shop.open("lea")
    assert await refused(shop.open("max")) == "OFFER_QUOTA_EXHAUSTED"
    await shop.audit()


async def test_an_offer_is_open_for_a_time(shop: Shop):
    now = datetime.now(UTC)
    await shop.offer(id="early", starts_at=now + timedelta(hours=1))
    await shop.offer(id="late", ends_at=now - timedelta(hours=1))
    assert await refused(shop.open(offer="early")) == "GROUP_CLOSED"
    assert await refused(shop.open(offer="late")) == "GROUP_CLOSED"
    assert await refused(shop.open(offer="nowhere")) == "NOT_FOUND"
    assert await refused(shop.join("nowhere", "max")) == "NOT_FOUND"


async def test_a_customer_buys_no_more_than_the_offers_limit(shop: Shop):
    await shop.offer(per_customer_limit=3)
    group = await shop.open("lea", quantity=2)
    other = await shop.open("max")
    assert await refused(shop.join(other.id, "lea", quantity=2)) == "PURCHASE_LIMIT"
    await shop.join(other.id, "lea", quantity=1)
    assert await refused(shop.open("lea")) == "PURCHASE_LIMIT"
    await shop.leave(group.id, "lea")
    await shop.open("lea", quantity=2)
    await shop.audit()


@pytest.mark.parametrize(
    ("payment", "quantity", "code"),
    [
        (GroupPayment("wal_1", "tok_visa"), 1, "INVALID"),
        (GroupPayment(None, None), 1, "INVALID"),
        (GroupPayment(None, "tok_declined"), 1, "CARD_DECLINED"),
        (GroupPayment(None, "tok_visa"), 0, "INVALID"),
        (GroupPayment(None, "tok_visa"), 11, "INVALID"),
    ],
)
async def test_a_seat_that_is_not_paid_is_not_taken(
    shop: Shop, payment: GroupPayment, quantity: int, code: str
):
    await shop.offer()
    group = await shop.open("lea")
    max_ = GroupBuying(shop.database, Viewer("max"))
    opening = Opening(offer_id="offer", quantity=quantity, payment=payment)
    joining = Joining(group_id=group.id, quantity=quantity, payment=payment)
    assert await refused(max_.open(opening, "a")) == code
    assert await refused(max_.join(joining, "b")) == code
    assert (await shop.group(group.id)).paid_count == 1
    await shop.audit()


async def test_a_key_joins_once(shop: Shop):
    await shop.offer()
    group = await shop.open("lea")
    first = await shop.join(group.id, "max", key="k")
    again = await shop.join(group.id, "max", key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert first.result == again.result
    assert (await shop.group(group.id)).paid_count == 2


@pytest.mark.parametrize(
    "statement",
    [
        "update groupbuy.group_buy set paid_count = 4, version = version + 1",
        "update groupbuy.group_buy set state = 'FILLED', filled_at = now(), version = version + 1",
        "update groupbuy.group_buy set paid_count = 2",
        "update groupbuy.offer set active_groups = 11",
        "insert into groupbuy.member select 'm2', group_id, 'max', seat, 1, 'PAID', card_token,"
        " now() from groupbuy.member",
        "insert into groupbuy.member select 'm2', group_id, customer_id, 2, 1, 'PAID', card_token,"
        " now() from groupbuy.member",
        "insert into groupbuy.member select 'm2', group_id, 'max', 2, 1, 'PAID', card_token,"
        " now(), 'wal_1' from groupbuy.member",
        "update groupbuy.group_buy set state = 'REFUNDED', version = version + 1",
        "update groupbuy.group_buy set state = 'PENDING_LEADER', version = version + 1",
        "update groupbuy.member set state = 'HELD'",
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(shop: Shop, statement: str):
    await shop.offer()
    await shop.open("lea")
    with pytest.raises(DBAPIError, match=r"violates|skips a version|does not go"):
        async with shop.database.engine.begin() as connection:
            await connection.execute(text(statement))
    await shop.audit()
