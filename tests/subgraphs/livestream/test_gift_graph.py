"""Gifts by the graph: who may, and what a stranger sees."""

from typing import Any

import pytest

from subgraphs.livestream import gift_rows
from subgraphs.livestream.models import Gift
from subgraphs.shared.database import Database
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.subgraphs.livestream.acts import ERRORS, HOST, VIEWER, Room, do, key, refusal, room
from tests.support.subgraphs import Caller

CATALOGUE = "{ giftCatalogue { id name price { amount currency formatted } iconUrl } }"
SEND = f"""mutation ($in: GiftSendInput!) {{
    giftSend(input: $in) {{
        giftSending {{ id state count total {{ amount }} gift {{ name }} refusal }}
        idempotentReplay {ERRORS}
    }} }}"""
SENDING = """query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on GiftSending { state gift { name } } } }"""


@pytest.fixture(autouse=True)
async def catalogue(database: Database) -> None:
    async with UnitOfWork(database) as unit:
        for position, (name, rupees) in enumerate((("Rose", 10), ("Drum", 200)), start=1):
            price = Money(rupees * 100, "INR")
            gift = Gift(id=f"gift_{name.lower()}", name=name, price=price, icon_url=None)
            await gift_rows.add_gift(unit.session, gift, position)


async def send(made: Room, viewer: str = VIEWER, **others: Any) -> dict[str, Any]:
    asked = {
        "streamId": made.id,
        "giftId": "gift_rose",
        "walletId": "wal_1",
        "idempotencyKey": key(),
    }
    return await do(made.call, SEND, {"in": asked | others}, viewer, [])


async def test_the_catalogue_is_anybodys(call: Caller):
    gifts = (await call.data(CATALOGUE))["giftCatalogue"]
    assert [gift["name"] for gift in gifts] == ["Rose", "Drum"]
    assert gifts[0]["price"] == {"amount": 1000, "currency": "INR", "formatted": "₹10.00"}


async def test_a_gift_is_pending_until_the_wallet_has_answered(call: Caller):
    made = await room(call)
    payload = await send(made, giftId="gift_drum", count=3, idempotencyKey="k")
    assert payload["userErrors"] == []
    assert not payload["idempotentReplay"]
    sending = payload["giftSending"]
    assert (sending["state"], sending["count"], sending["refusal"]) == ("PENDING", 3, None)
    assert (sending["gift"], sending["total"]) == ({"name": "Drum"}, {"amount": 60_000})
    again = await send(made, giftId="gift_drum", count=3, idempotencyKey="k")
    assert again["idempotentReplay"]
    assert again["giftSending"] == sending
    other = await send(made, giftId="gift_drum", count=4, idempotencyKey="k")
    assert refusal(other)[0] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"count": 0}, ("INVALID", ["count"])),
        ({"count": 100}, ("INVALID", ["count"])),
        ({"walletId": ""}, ("INVALID", ["walletId"])),
        ({"walletId": "w" * 256}, ("INVALID", ["walletId"])),
        ({"giftId": "gift_none"}, ("NOT_FOUND", ["giftId"])),
        ({"streamId": "strm_none"}, ("NOT_FOUND", ["streamId"])),
    ],
)
async def test_what_makes_no_sense_is_refused(
    call: Caller, asked: dict[str, Any], expected: tuple[str, list[str]]
):
    made = await room(call)
    assert refusal(await send(made, **asked)) == expected


async def test_gifts_are_for_streams_on_air_and_not_for_oneself(call: Caller):
    announced, live = await room(call, live=False), await room(call)
    assert refusal(await send(announced)) == ("STREAM_NOT_LIVE", ["streamId"])
    assert refusal(await send(live, viewer=HOST)) == ("FORBIDDEN", ["streamId"])
    await live.end()
    assert refusal(await send(live)) == ("STREAM_NOT_LIVE", ["streamId"])


async def test_only_who_sends_a_gift_sees_what_becomes_of_it(call: Caller):
    made = await room(call)
    sent = (await send(made))["giftSending"]["id"]
    of = [{"__typename": "GiftSending", "id": sent}]
    mine = await call.data(SENDING, {"of": of}, viewer=VIEWER)
    assert mine["_entities"] == [{"state": "PENDING", "gift": {"name": "Rose"}}]
    for stranger in (HOST, None):
        assert (await call.data(SENDING, {"of": of}, viewer=stranger))["_entities"] == [None]
    asked = {"streamId": made.id, "giftId": "gift_rose", "walletId": "w", "idempotencyKey": key()}
    answer = await call(SEND, {"in": asked})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
