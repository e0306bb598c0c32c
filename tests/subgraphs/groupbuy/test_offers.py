"""Offers that merchants make: for what is sold, for less than it costs, once for each key."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from subgraphs.groupbuy.prices import take_over
from subgraphs.shared.consumer import Received
from subgraphs.shared.database import Database
from subgraphs.shared.origin import UNKNOWN
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.subgraphs import Caller

CREATE = """mutation ($in: GroupBuyOfferCreateInput!) { groupBuyOfferCreate(input: $in) {
    offer { id size quota soldGroups perCustomerLimit windowSeconds variant { id }
        groupPrice { amount currency } soloPrice { amount } }
    idempotentReplay userErrors { code field } } }"""
OPEN = """mutation ($in: GroupBuyOpenInput!) { groupBuyOpen(input: $in) {
    groupBuy { id state } userErrors { code } } }"""
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
async def catalog(database: Database) -> None:
    await hear(database, 1)


async def hear(
    database: Database, sequence: int, status: str = "ACTIVE", rupees: int = 100
) -> None:
    """The catalog tells of a variant that is sold in two channels."""
    prices = [
        {"channel": "in", "amount": rupees * 100, "currency": "INR"},
        {"channel": "jp", "amount": 200, "currency": "JPY"},
    ]
    data = {"variantId": "var_1", "productId": "prod_1", "status": status, "prices": prices}
    event = Received(
        id=f"var_1:{sequence}",
        type="fc.catalog.price.changed.v1",
        topic="fc.catalog.price.v1",
        key="var_1",
        sequence=sequence,
        time=NOW,
        data=data,
        origin=UNKNOWN,
    )
    async with UnitOfWork(database) as unit:
        await take_over(unit, event)


async def create(
    call: Caller, key: str = "k", scopes: tuple[str, ...] = ("promotion:write",), **changes: Any
) -> dict[str, Any]:
    asked = {
        "variantId": "var_1",
        "size": 3,
        "groupPrice": {"amount": 8_000, "currency": "INR"},
        "windowSeconds": 3_600,
        "quota": 2,
        "startsAt": (NOW - timedelta(hours=1)).isoformat(),
        "endsAt": (NOW + timedelta(days=1)).isoformat(),
        "idempotencyKey": key,
    }
    return await call(CREATE, {"in": asked | changes}, viewer="merchant", scopes=scopes)


async def made(call: Caller, **changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await create(call, **changes))["data"]["groupBuyOfferCreate"]
    return payload


async def test_an_offer_is_made_told_of_and_its_quota_and_limit_hold(
    call: Caller, database: Database
):
    payload = await made(call, perCustomerLimit=1)
    assert payload["userErrors"] == []
    offer = payload["offer"]
    assert offer | {"id": ""} == {
        "id": "",
        "size": 3,
        "quota": 2,
        "soldGroups": 0,
        "perCustomerLimit": 1,
        "windowSeconds": 3_600,
        "variant": {"id": "var_1"},
        "groupPrice": {"amount": 8_000, "currency": "INR"},
        "soloPrice": {"amount": 10_000},
    }
    async with database.session() as session:
        rows = await session.execute(text("select topic, key, type, event from groupbuy.outbox"))
        [told] = rows.all()
    assert (told.topic, told.key) == ("fc.groupbuy.offer.v1", offer["id"])
    assert told.event["data"]["soloPrice"]["formatted"] == "₹100.00"
    codes: list[list[str]] = []
    for customer in ("ann", "ann", "bob", "cat"):
        asked = {
            "offerId": offer["id"],
            "payment": {"cardToken": "tok_visa"},
            "idempotencyKey": str(len(codes)),
        }
        answer = await call.data(OPEN, {"in": asked}, viewer=customer)
        codes.append([error["code"] for error in answer["groupBuyOpen"]["userErrors"]])
    assert codes == [[], ["PURCHASE_LIMIT"], [], ["OFFER_QUOTA_EXHAUSTED"]]


async def test_ten_clicks_with_one_key_make_one_offer(call: Caller, database: Database):
    async with asyncio.TaskGroup() as clicks:
        tasks = [clicks.create_task(made(call)) for _ in range(10)]
    payloads = [task.result() for task in tasks]
    assert len({payload["offer"]["id"] for payload in payloads}) == 1
    assert [payload["idempotentReplay"] for payload in payloads].count(False) == 1
    other = await made(call, size=4)
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"variantId": "var_none"}, "NOT_FOUND", ["variantId"]),
        ({"groupPrice": {"amount": 10_000, "currency": "INR"}}, "INVALID", ["groupPrice"]),
        ({"groupPrice": {"amount": 0, "currency": "INR"}}, "INVALID", ["groupPrice"]),
        (
            {"groupPrice": {"amount": 10, "currency": "EUR"}},
            "INVALID",
            ["groupPrice", "currency"],
        ),
        ({"size": 1}, "INVALID", ["size"]),
        ({"size": 101}, "INVALID", ["size"]),
        ({"windowSeconds": 59}, "INVALID", ["windowSeconds"]),
        ({"quota": 0}, "INVALID", ["quota"]),
        ({"perCustomerLimit": 0}, "INVALID", ["perCustomerLimit"]),
        ({"endsAt": (NOW - timedelta(hours=2)).isoformat()}, "INVALID", ["endsAt"]),
        ({"endsAt": (NOW - timedelta(seconds=1)).isoformat()}, "INVALID", ["endsAt"]),
    ],
)
async def test_an_offer_that_makes_no_sense_is_refused(
    call: Caller, changes: dict[str, Any], code: str, field: list[str]
):
    payload = await made(call, **changes)
    assert payload["offer"] is None
    assert payload["userErrors"] == [{"code": code, "field": field}]


async def test_an_offer_is_held_against_the_newest_price(call: Caller, database: Database):
    await hear(database, 2, rupees=70)
    assert (await made(call))["userErrors"][0]["field"] == ["groupPrice"]
    await hear(database, 3, status="ARCHIVED")
    assert (await made(call, key="another"))["userErrors"][0]["code"] == "NOT_FOUND"
    await hear(database, 4)
    assert (await made(call, key="third"))["userErrors"] == []


async def test_only_those_who_make_promotions_make_offers(call: Caller):
    answer = await create(call, scopes=("stream:host",))
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
