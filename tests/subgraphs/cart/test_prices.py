"""The cart's copy of the catalog's prices."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st

from subgraphs.cart import models, repository
from subgraphs.cart.prices import take_over
from subgraphs.shared.consumer import Received
from subgraphs.shared.database import Database
from subgraphs.shared.money import Money
from subgraphs.shared.origin import UNKNOWN
from subgraphs.shared.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def event(sequence: int, status: str, **amounts: int) -> Received:
    prices = [{"channel": name, "amount": n, "currency": "INR"} for name, n in amounts.items()]
    data: dict[str, Any] = {
        "variantId": "var_1",
        "productId": "prod_1",
        "status": status,
        "prices": prices,
    }
    return Received(
        id=f"var_1:{sequence}",
        type="fc.catalog.price.changed.v1",
        topic="fc.catalog.price.v1",
        key="var_1",
        sequence=sequence,
        time=NOW,
        data=data,
        origin=UNKNOWN,
    )


async def hear(database: Database, heard: Received) -> dict[str, Money]:
    async with UnitOfWork(database) as unit:
        await take_over(unit, heard)
    async with database.session() as session:
        return await repository.current_prices(session, "in", ["var_1"])


async def test_a_new_price_replaces_the_old_one(database: Database):
    assert await hear(database, event(1, "ACTIVE", **{"in": 100})) == {"var_1": Money(100, "INR")}
    assert await hear(database, event(2, "ACTIVE", **{"in": 90})) == {"var_1": Money(90, "INR")}


async def test_what_is_no_longer_sold_has_no_price(database: Database):
    assert await hear(database, event(1, "ACTIVE", **{"in": 100}))
    assert await hear(database, event(2, "ARCHIVED", **{"in": 100})) == {}
    assert await hear(database, event(3, "ACTIVE", us=100)) == {}


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 999)), max_size=100))
def test_totals_are_the_sum_of_the_lines(drawn: list[tuple[int, int]]):
    cart = models.Cart(
        id="cart_1",
        channel="in",
        currency="INR",
        customer_id=None,
        version=1,
        created_at=NOW,
        expires_at=NOW,
    )
    lines = [
        models.Line(
            id=f"line_{n}",
            cart_id="cart_1",
            position=n,
            variant_id=f"var_{n}",
            quantity=quantity,
            unit_price=Money(amount, "INR"),
            source=None,
        )
        for n, (amount, quantity) in enumerate(drawn)
    ]
    totals = models.totals(cart, lines)
    assert totals.subtotal == totals.total == sum((line.total for line in lines), Money(0, "INR"))
    assert totals.total.amount == sum(amount * quantity for amount, quantity in drawn)
