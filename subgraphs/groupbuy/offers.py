"""Offers: a merchant sells a variant for less to those who buy it together."""

from datetime import datetime

import msgspec
from sqlalchemy import func, select

from subgraphs.groupbuy import errors, prices, repository
from subgraphs.groupbuy.events import offer_created
from subgraphs.groupbuy.models import Offer
from subgraphs.shared.ids import new_id
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork

SIZE = range(2, 101)
WINDOW_SECONDS = range(60, 30 * 86_400 + 1)
QUOTA = range(1, 100_001)
LIMIT = range(1, 1_001)


class CreateOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Sell a variant at `group_price` to groups of `size`; at most `quota` of them."""

    variant_id: str
    size: int
    group_price: Money
    window_seconds: int
    quota: int
    starts_at: datetime
    ends_at: datetime
    per_customer_limit: int | None


async def create(unit: UnitOfWork, command: CreateOffer) -> str:
    """Write an offer of what the catalog sells, for less than it costs alone; give its id.

    What it costs alone is the lowest price in the currency, as the catalog has told it last.

    Raises:
        BusinessError: INVALID; NOT_FOUND when the variant is not sold.
    """
    now = (await unit.session.execute(select(func.clock_timestamp()))).scalar_one()
    _check(command, now)
    price = command.group_price
    sold = await prices.sold(unit.session, command.variant_id, price.currency)
    if sold is None:
        raise errors.not_sold()
    if sold.price is None:
        raise errors.invalid(
            f"The variant is not sold in {price.currency}.", "groupPrice", "currency"
        )
    if not 0 < price.amount < sold.price.amount:
        message = f"A group pays more than nothing, and less than {sold.price.formatted()}."
        raise errors.invalid(message, "groupPrice")
    offer = Offer(
        id=new_id("gbof"),
        product_id=sold.product_id,
        variant_id=command.variant_id,
        size=command.size,
        group_price=price,
        solo_price=sold.price,
        window_seconds=command.window_seconds,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        quota=command.quota,
        active_groups=0,
        sold_groups=0,
        per_customer_limit=command.per_customer_limit,
    )
    await repository.insert_offer(unit.session, offer)
    unit.record(offer_created(offer))
    return offer.id


def _check(command: CreateOffer, now: datetime) -> None:
    for value, bounds, field in (
        (command.size, SIZE, "size"),
        (command.window_seconds, WINDOW_SECONDS, "windowSeconds"),
        (command.quota, QUOTA, "quota"),
        (command.per_customer_limit, LIMIT, "perCustomerLimit"),
    ):
        if value is not None and value not in bounds:
            raise errors.invalid(f"Give {bounds.start} to {bounds.stop - 1}.", field)
    if command.ends_at <= command.starts_at:
        raise errors.invalid("An offer ends after it starts.", "endsAt")
    if command.ends_at <= now:
        raise errors.invalid("An offer that is over cannot be made.", "endsAt")
