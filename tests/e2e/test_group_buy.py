"""The last seat goes to one of many, and everyone sees that it is gone."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from subgraphs.shared import cards
from subgraphs.shared.demo import CUSTOMERS, customer_id, demo_id
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.store import Store

OPERATIONS = Path(__file__).parents[2] / "clients" / "operations" / "merchant.graphql"

BUYERS = 20
OPEN = """
{
  groupBuys(state: OPEN, first: 50) {
    nodes { id seatsLeft size paidCount members { customer { id } } }
  }
}
"""
JOIN = """
mutation Join($input: GroupBuyJoinInput!) {
  groupBuyJoin(input: $input) { groupBuy { state seatsLeft } userErrors { code } }
}
"""
OPEN_GROUP = """
mutation Open($input: GroupBuyOpenInput!) {
  groupBuyOpen(input: $input) { groupBuy { id state } userErrors { code } }
}
"""
PROGRESS = """
subscription Progress($id: ID!) {
  groupBuyProgress(groupBuyId: $id) { state paidCount size version groupBuy { id seatsLeft } }
}
"""


async def test_the_last_seat_goes_to_one_of_twenty_and_progress_shows_it(any_store: Store):
    async with any_store.client() as nobody:
        groups = (await nobody.data(OPEN))["groupBuys"]["nodes"]
    group = next(group for group in groups if group["seatsLeft"] == 1)
    members = {member["customer"]["id"] for member in group["members"]}
    buyers = [customer_id(n) for n in range(1, CUSTOMERS + 1)]
    buyers = [buyer for buyer in buyers if buyer not in members][:BUYERS]
    assert len(buyers) == BUYERS

    async def join(buyer: str) -> list[str]:
        async with any_store.client(buyer) as client:
            command = {
                "groupBuyId": group["id"],
                "payment": {"cardToken": cards.GOOD},
                "idempotencyKey": str(uuid4()),
            }
            payload = (await client.data(JOIN, input=command))["groupBuyJoin"]
            return [error["code"] for error in payload["userErrors"]]

    async with (
        over_sse(any_store.url, PROGRESS, {"id": group["id"]}) as sse,
        over_websocket(any_store.url, PROGRESS, {"id": group["id"]}) as websocket,
    ):
        snapshots = [await progress(viewer) for viewer in (sse, websocket)]
        assert [snapshot["state"] for snapshot in snapshots] == ["OPEN", "OPEN"]
        async with asyncio.TaskGroup() as race:
            outcomes = [race.create_task(join(buyer)) for buyer in buyers]
        codes = [outcome.result() for outcome in outcomes]
        assert codes.count([]) == 1
        assert all(code in ([], ["GROUP_FULL"], ["GROUP_CLOSED"]) for code in codes)
        for viewer, snapshot in zip((sse, websocket), snapshots, strict=True):
            last = await progress(viewer)
            while last["state"] == "OPEN":
                last = await progress(viewer)
            assert last["paidCount"] == last["size"] == group["size"]
            assert last["version"] > snapshot["version"]
            assert last["groupBuy"]["seatsLeft"] == 0


async def test_a_merchants_offer_is_opened_and_paid_from_a_wallet(any_store: Store):
    """From the catalog's price to the wallet's hold: three subgraphs, two of them by events."""
    offers = OPERATIONS.read_text()
    async with any_store.client("merchant") as merchant, any_store.client("shopper") as shopper:
        async with asyncio.timeout(60):  # group-buying hears of prices a moment after the start
            while True:
                asked = {"query": offers, "operationName": "M1GroupOffer", "variables": {}}
                answer = (await merchant.http.post("/graphql", json=asked)).json()
                payload = answer["data"]["groupBuyOfferCreate"]
                if payload["offer"] is not None:
                    break
                # Remembered for its key: another intent, another key.
                offers = offers.replace("M1GroupOffer-", "M1GroupOffer-again-")
        command = {
            "offerId": payload["offer"]["id"],
            "payment": {"walletId": demo_id("wal", 1)},
            "idempotencyKey": str(uuid4()),
        }
        group = (await shopper.data(OPEN_GROUP, input=command))["groupBuyOpen"]["groupBuy"]
        assert group["state"] == "PENDING_LEADER"
        async with over_sse(any_store.url, PROGRESS, {"id": group["id"]}) as viewer:
            while (last := await progress(viewer))["state"] == "PENDING_LEADER":
                pass
        assert (last["state"], last["paidCount"], last["size"]) == ("OPEN", 1, 3)


async def progress(viewer: Payloads) -> dict[str, Any]:
    async with asyncio.timeout(60):
        payload = await anext(viewer)
    assert "errors" not in payload, payload
    update: dict[str, Any] = payload["data"]["groupBuyProgress"]
    return update
