"""Coupon drops: never more claims than coupons, one for each customer."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.shared.database import Database
from tests.subgraphs.livestream.acts import ERRORS, HOST, OTHER_HOST, Room, do, key, refusal, room
from tests.subgraphs.livestream.log import events_of
from tests.support.subgraphs import Caller

DROP = f"""mutation ($in: StreamCouponDropInput!) {{
    streamCouponDrop(input: $in) {{ stream {{ id }} {ERRORS} }} }}"""
CLAIM = f"""mutation ($drop: ID!, $key: String!) {{
    streamCouponClaim(dropId: $drop, idempotencyKey: $key) {{
        code idempotentReplay {ERRORS} }} }}"""


async def drop(made: Room, host: str = HOST, **others: Any) -> dict[str, Any]:
    asked = {
        "streamId": made.id,
        "title": "Ten off",
        "percent": 10,
        "quantity": 10,
        "seconds": 600,
        "idempotencyKey": key(),
    }
    return await do(made.call, DROP, {"in": asked | others}, host)


async def dropped(made: Room, database: Database, **others: Any) -> str:
    """The id of a new drop."""
    payload = await drop(made, **others)
    assert payload["userErrors"] == []
    drop_id: str = (await events_of(database, made.id))[-1]["data"]["dropId"]
    return drop_id


async def claim(call: Caller, drop_id: str, viewer: str, again: str = "") -> dict[str, Any]:
    return await do(call, CLAIM, {"drop": drop_id, "key": again or key()}, viewer, [])


async def test_50_racers_claim_10_coupons(call: Caller, database: Database):
    made = await room(call)
    drop_id = await dropped(made, database)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(claim(call, drop_id, f"cust_{n}")) for n in range(50)]
    codes = [task.result()["code"] for task in tasks if task.result()["code"]]
    assert len(codes) == len(set(codes)) == 10
    refused = Counter(refusal(task.result())[0] for task in tasks if not task.result()["code"])
    assert refused == {"COUPON_EXHAUSTED": 40}
    async with database.session() as session:
        query = text("""
            select (event->'data'->>'claimed')::int from livestream.outbox
            where topic = 'fc.livestream.coupon.v1' and key = :id order by sequence""")
        assert list(await session.scalars(query, {"id": drop_id})) == list(range(1, 11))


async def test_one_customer_who_clicks_20_times_has_one_coupon(call: Caller, database: Database):
    drop_id = await dropped(await room(call), database)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(claim(call, drop_id, "cust_1")) for _ in range(20)]
    assert len({task.result()["code"] for task in tasks}) == 1
    async with database.session() as session:
        query = text("select claimed from livestream.coupon_drops")
        assert (await session.execute(query)).scalar_one() == 1


async def test_a_claim_sent_again_gets_the_same_code(call: Caller, database: Database):
    drop_id = await dropped(await room(call), database)
    first = await claim(call, drop_id, "cust_1", "k")
    again = await claim(call, drop_id, "cust_1", "k")
    assert (first["idempotentReplay"], again["idempotentReplay"]) == (False, True)
    assert first["code"] == again["code"]


async def test_viewers_hear_of_a_drop_but_of_no_codes(call: Caller, database: Database):
    made = await room(call)
    drop_id = await dropped(made, database)
    code = (await claim(call, drop_id, "cust_1"))["code"]
    told = await events_of(database, made.id)
    event = told[-1]["data"]
    assert event.pop("endsAt") > told[-1]["time"]
    assert event == {
        "__typename": "CouponDropEvent",
        "type": "COUPON_DROP",
        "streamId": made.id,
        "dropId": drop_id,
        "title": "Ten off",
        "percent": 10,
        "quantity": 10,
    }
    async with database.session() as session:
        query = text("select count(*) from livestream.outbox where event::text like :code")
        assert (await session.execute(query, {"code": f"%{code}%"})).scalar_one() == 0


async def test_a_drop_ends_by_the_databases_clock(call: Caller, database: Database):
    drop_id = await dropped(await room(call), database)
    first = await claim(call, drop_id, "cust_1")
    async with database.engine.begin() as connection:
        await connection.execute(text("update livestream.coupon_drops set ends_at = now()"))
    assert refusal(await claim(call, drop_id, "cust_2")) == ("CONFLICT", ["dropId"])
    assert (await claim(call, drop_id, "cust_1"))["code"] == first["code"]


async def test_only_the_host_drops_and_only_on_air(call: Caller, database: Database):
    made = await room(call)
    assert refusal(await drop(made, OTHER_HOST)) == ("FORBIDDEN", ["streamId"])
    assert refusal(await drop(await room(call, live=False)))[0] == "STREAM_NOT_LIVE"
    assert refusal(await drop(made, streamId="strm_nowhere"))[0] == "NOT_FOUND"
    assert refusal(await claim(call, "drop_nowhere", "cust_1")) == ("NOT_FOUND", ["dropId"])
    assert len(await events_of(database, made.id)) == 2


@pytest.mark.parametrize(
    "asked", [{"title": " "}, {"percent": 0}, {"percent": 101}, {"quantity": 0}, {"seconds": 4}]
)
async def test_a_drop_that_makes_no_sense_is_refused(call: Caller, asked: dict[str, Any]):
    assert refusal(await drop(await room(call), **asked)) == ("INVALID", list(asked))


async def test_the_database_itself_counts_the_claims(call: Caller, database: Database):
    await dropped(await room(call), database)
    with pytest.raises(DBAPIError, match="coupon_drop_claims"):
        async with database.engine.begin() as connection:
            await connection.execute(text("update livestream.coupon_drops set claimed = 11"))
