"""Reads and writes carts and lines. Each read of many is one statement."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.cart.models import Cart, Line, LineSource, LineSourceKind, PinOffer
from subgraphs.cart.tables import carts, lines, pin_offers, prices, variants
from subgraphs.shared.money import Money

LIFETIME = timedelta(days=30)
_NOW = func.statement_timestamp()


async def currency_of(session: AsyncSession, channel: str) -> str | None:
    """The currency in which a channel sells; None where nothing is sold."""
    query = select(prices.c.currency).where(prices.c.channel == channel).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def count_variants(session: AsyncSession) -> int:
    """How many variants the catalog has told of."""
    return (await session.execute(select(func.count()).select_from(variants))).scalar_one()


async def current_prices(
    session: AsyncSession, channel: str, variant_ids: Iterable[str]
) -> dict[str, Money]:
    """What these variants cost in a channel now; those that are not sold are left out."""
    query = (
        select(prices)
        .join(variants, variants.c.id == prices.c.variant_id)
        .where(
            prices.c.channel == channel,
            prices.c.variant_id.in_(list(variant_ids)),
            variants.c.on_sale,
        )
    )
    rows = await session.execute(query)
    return {row.variant_id: Money(row.amount, row.currency) for row in rows}


async def insert_cart(
    session: AsyncSession, id_: str, channel: str, currency: str, customer_id: str | None
) -> Cart:
    """Write a new cart at version 1."""
    values = {
        "id": id_,
        "channel": channel,
        "currency": currency,
        "customer_id": customer_id,
        "version": 1,
        "created_at": _NOW,
        "expires_at": _NOW + LIFETIME,
    }
    row = (await session.execute(insert(carts).values(values).returning(carts))).one()
    return _cart(row)


async def lock_cart(session: AsyncSession, id_: str) -> Cart | None:
    """The cart, which nobody else changes until the commit; None if missing or out of date."""
    query = select(carts).where(carts.c.id == id_, carts.c.expires_at > _NOW).with_for_update()
    row = (await session.execute(query)).one_or_none()
    return _cart(row) if row else None


async def save_cart(session: AsyncSession, cart: Cart) -> Cart:
    """Write owner and a next version; a cart that is used lives on."""
    values = {
        "customer_id": cart.customer_id,
        "version": carts.c.version + 1,
        "expires_at": _NOW + LIFETIME,
    }
    statement = update(carts).where(carts.c.id == cart.id).values(values).returning(carts)
    return _cart((await session.execute(statement)).one())


async def carts_by_ids(session: AsyncSession, ids: Sequence[str]) -> list[Cart]:
    """The carts of these ids that are not out of date."""
    query = select(carts).where(carts.c.id.in_(ids), carts.c.expires_at > _NOW)
    return [_cart(row) for row in await session.execute(query)]


async def carts_of_customer(session: AsyncSession, customer_id: str, limit: int) -> list[Cart]:
    """A customer's carts that are not out of date, newest first."""
    query = (
        select(carts)
        .where(carts.c.customer_id == customer_id, carts.c.expires_at > _NOW)
        .order_by(carts.c.created_at.desc(), carts.c.id.desc())
        .limit(limit)
    )
    return [_cart(row) for row in await session.execute(query)]


async def lines_of(session: AsyncSession, cart_ids: Sequence[str]) -> list[Line]:
    """The lines of these carts, in the order in which they were added."""
    query = (
        select(
            lines,
            carts.c.currency,
            pin_offers.c.amount.label("offer_amount"),
            pin_offers.c.closes_at.label("offer_ends_at"),
        )
        .join(carts, carts.c.id == lines.c.cart_id)
        .outerjoin(variants, variants.c.id == lines.c.variant_id)
        .outerjoin(pin_offers, _offer_in_force())
        .where(lines.c.cart_id.in_(cart_ids))
        .order_by(lines.c.cart_id, lines.c.position)
    )
    return [_line(row) for row in await session.execute(query)]


async def replace_lines(
    session: AsyncSession, cart_id: str, before: Sequence[Line], after: Sequence[Line]
) -> None:
    """Write the difference between what the cart held and what it shall hold."""
    kept = {line.id: line for line in before}
    gone = kept.keys() - {line.id for line in after}
    if gone:
        await session.execute(delete(lines).where(lines.c.id.in_(gone)))
    for line in after:
        if line.id in kept and line != kept[line.id]:
            values = {"quantity": line.quantity, "unit_amount": line.unit_price.amount}
            await session.execute(update(lines).where(lines.c.id == line.id).values(values))
    added = [line for line in after if line.id not in kept]
    if added:
        await session.execute(insert(lines), [_line_values(cart_id, line) for line in added])


async def write_prices(
    session: AsyncSession,
    variant_id: str,
    *,
    product_id: str,
    on_sale: bool,
    amounts: dict[str, Money],
) -> None:
    """Take over what the catalog says of a variant."""
    what = {"product_id": product_id, "on_sale": on_sale}
    variant = upsert(variants).values(id=variant_id, **what)
    await session.execute(variant.on_conflict_do_update(index_elements=["id"], set_=what))
    await session.execute(delete(prices).where(prices.c.variant_id == variant_id))
    rows = [
        {
            "variant_id": variant_id,
            "channel": channel,
            "currency": price.currency,
            "amount": price.amount,
        }
        for channel, price in amounts.items()
    ]
    if rows:
        await session.execute(insert(prices), rows)


async def forget_prices(session: AsyncSession) -> None:
    """Know of nothing that is sold: the catalog's events will tell anew."""
    await session.execute(delete(prices))
    await session.execute(delete(variants))


def _line_values(cart_id: str, line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "cart_id": cart_id,
        "position": line.position,
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "unit_amount": line.unit_price.amount,
        "source_kind": line.source.kind if line.source else None,
        "source_ref": line.source.ref_id if line.source else None,
    }


def _offer_in_force() -> ColumnElement[bool]:
    """The offer of the pin that led to a line, for what is on the line, lower, and open now."""
    return and_(
        lines.c.source_kind == LineSourceKind.STREAM_PIN,
        pin_offers.c.pin_id == lines.c.source_ref,
        pin_offers.c.currency == carts.c.currency,
        or_(
            pin_offers.c.variant_id == lines.c.variant_id,
            and_(
                pin_offers.c.variant_id.is_(None), pin_offers.c.product_id == variants.c.product_id
            ),
        ),
        pin_offers.c.amount < lines.c.unit_amount,
        pin_offers.c.opens_at <= func.clock_timestamp(),
        or_(pin_offers.c.closes_at.is_(None), pin_offers.c.closes_at > func.clock_timestamp()),
    )


def _cart(row: Any) -> Cart:
    return Cart(
        id=row.id,
        channel=row.channel,
        currency=row.currency,
        customer_id=row.customer_id,
        version=row.version,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _line(row: Any) -> Line:
    source = None
    if row.source_kind is not None:
        source = LineSource(LineSourceKind(row.source_kind), row.source_ref)
    offer = None
    if row.offer_amount is not None:
        price = Money(row.offer_amount, row.currency)
        offer = PinOffer(price=price, ends_at=row.offer_ends_at)
    return Line(
        id=row.id,
        cart_id=row.cart_id,
        position=row.position,
        variant_id=row.variant_id,
        quantity=row.quantity,
        unit_price=Money(row.unit_amount, row.currency),
        source=source,
        offer=offer,
    )
