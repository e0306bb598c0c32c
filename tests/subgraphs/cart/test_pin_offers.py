"""P5: the price of a pin is honoured in its window, and in no other moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subgraphs.cart.pin_offers import take_over_pin
from subgraphs.shared.consumer import Received
from subgraphs.shared.database import Database
from subgraphs.shared.origin import UNKNOWN
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.subgraphs import Caller

LINES = "lines { variant { id } unitPrice { amount } catalogPrice { amount } offerEndsAt }"
CREATE = f"""mutation ($in: CartCreateInput!) {{
  cartCreate(input: $in) {{ cart {{ id totals {{ total {{ amount }} }} {LINES} }} }} }}"""
READ = f"query ($id: ID!) {{ cart(id: $id) {{ totals {{ total {{ amount }} }} {LINES} }} }}"
CATALOG, OFFER = 19_999, 15_000


class Stream:
    """Tells the cart what happens in a stream, with times around now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sequence = 0

    async def pin(
        self,
        pin: str,
        amount: int | None = OFFER,
        since: float = 60,
        until: float | None = None,
        **others: Any,
    ) -> None:
        """A pin that began `since` seconds ago and ends in `until` seconds."""
        price = None if amount is None else {"amount": amount, "currency": "INR"}
        data = {
            "id": pin,
            "product": {"id": "prod_lamp"},
            "variant": {"id": "lamp"},
            "offerPrice": price,
            "pinnedAt": instant(-since),
            "endsAt": None if until is None else instant(until),
        }
        await self.tell("fc.livestream.pin.set.v1", {"pin": data | others})

    async def tell(self, type_: str, data: dict[str, Any] | None = None, ago: float = 1) -> None:
        self._sequence += 1
        event = Received(
            id=f"strm_1:{self._sequence}",
            type=type_,
            topic="fc.livestream.event.v1",
            key="strm_1",
            sequence=self._sequence,
            time=datetime.now(UTC) - timedelta(seconds=ago),
            data=data or {},
            origin=UNKNOWN,
        )
        async with UnitOfWork(self._database) as unit:
            await take_over_pin(unit, event)


def instant(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def stream(database: Database) -> Stream:
    return Stream(database)


async def cart_with(
    call: Caller, ref: str, variant: str = "lamp", channel: str = "in", kind: str = "STREAM_PIN"
) -> tuple[str, int, int]:
    """A new cart with two of a variant from a pin: its id, the price of one, and the total."""
    line = {"variantId": variant, "quantity": 2, "source": {"kind": kind, "refId": ref}}
    asked = {"channel": channel, "lines": [line]}
    cart = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]
    return cart["id"], cart["lines"][0]["unitPrice"]["amount"], cart["totals"]["total"]["amount"]


async def price(call: Caller, cart: str) -> int:
    found: int = (await call.data(READ, {"id": cart}))["cart"]["lines"][0]["unitPrice"]["amount"]
    return found


async def test_p5_a_line_from_a_pin_costs_the_pins_price_while_it_stands(
    call: Caller, stream: Stream
):
    await stream.pin("pin_1", until=3600)
    cart, one, all_ = await cart_with(call, "pin_1")
    assert (one, all_) == (OFFER, 2 * OFFER)
    [line] = (await call.data(READ, {"id": cart}))["cart"]["lines"]
    assert line["catalogPrice"]["amount"] == CATALOG
    assert line["offerEndsAt"] is not None


@pytest.mark.parametrize(
    "ending", ["fc.livestream.pin.cleared.v1", "fc.livestream.stream.ended.v1", "next pin"]
)
async def test_p5_the_price_is_the_catalogs_again_when_the_window_closes(
    call: Caller, stream: Stream, ending: str
):
    await stream.pin("pin_1")
    cart, one, _ = await cart_with(call, "pin_1")
    assert one == OFFER
    if ending == "next pin":
        await stream.pin("pin_2", since=0, product={"id": "prod_chair"}, variant={"id": "chair"})
    else:
        await stream.tell(ending)
    assert await price(call, cart) == CATALOG
    assert (await cart_with(call, "pin_1"))[1] == CATALOG


@pytest.mark.parametrize(("since", "until"), [(60, -0.001), (-3600, 7200)])
async def test_p5_nothing_is_cheaper_before_or_after_the_window(
    call: Caller, stream: Stream, since: float, until: float
):
    await stream.pin("pin_1", since=since, until=until)
    assert (await cart_with(call, "pin_1"))[1] == CATALOG


async def test_p5_the_offer_is_for_what_was_pinned_and_where_it_was_told(
    call: Caller, stream: Stream
):
    await stream.pin("pin_1")
    assert (await cart_with(call, "pin_1", variant="chair"))[1] == 1_250_050
    assert (await cart_with(call, "pin_none"))[1] == CATALOG
    assert (await cart_with(call, "pin_1", kind="POST"))[1] == CATALOG
    assert (await cart_with(call, "pin_1", channel="jp"))[1] == 3_500


async def test_a_pin_of_a_product_is_for_each_choice_of_it(call: Caller, stream: Stream):
    await stream.pin("pin_1", variant=None)
    assert (await cart_with(call, "pin_1"))[1] == OFFER
    assert (await cart_with(call, "pin_1", variant="sock"))[1] == 1


async def test_a_pin_without_a_price_or_a_higher_one_changes_nothing(call: Caller, stream: Stream):
    await stream.pin("pin_1", amount=None)
    await stream.pin("pin_2", amount=CATALOG + 1)
    for pin in ("pin_1", "pin_2"):
        assert (await cart_with(call, pin))[1] == CATALOG


async def test_events_that_come_again_change_nothing(call: Caller, stream: Stream):
    await stream.pin("pin_1", since=60)
    await stream.tell("fc.livestream.pin.cleared.v1", ago=30)
    await stream.pin("pin_1", since=60)
    assert (await cart_with(call, "pin_1"))[1] == CATALOG
    await stream.tell("fc.livestream.chat.posted.v1")
    await stream.pin("pin_2", since=10)
    await stream.pin("pin_1", since=60)
    assert (await cart_with(call, "pin_2"))[1] == OFFER
