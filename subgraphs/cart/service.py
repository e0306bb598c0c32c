"""The use cases of the cart, each one transaction in which the cart's row is locked."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from subgraphs.cart import errors, repository
from subgraphs.cart.events import cart_updated
from subgraphs.cart.models import MAX_LINES, MAX_QUANTITY, Cart, Line, LineSource
from subgraphs.shared.database import Database
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.identity import Viewer
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.money import MAX_AMOUNT
from subgraphs.shared.origin import UNKNOWN, Origin
from subgraphs.shared.unit_of_work import UnitOfWork, transact

# A key that nobody else comes up with: it is all that tells one anonymous client from another.
SHORTEST_ANONYMOUS_KEY = 16
_ANONYMOUS = "anonymous"


class NewLine(msgspec.Struct, frozen=True):
    """So many of a variant to add."""

    variant_id: str
    quantity: int
    source: LineSource | None = None


class NewCart(msgspec.Struct, frozen=True):
    """A cart to make, with its first lines."""

    channel: str
    lines: tuple[NewLine, ...] = ()


class Quantity(msgspec.Struct, frozen=True):
    """How many a line shall have; zero removes it."""

    line_id: str
    quantity: int


Change = Callable[[UnitOfWork, Cart, list[Line]], Awaitable[list[Line]]]


class Carts:
    """Use cases on behalf of a viewer, or of nobody; all raise `BusinessError`."""

    def __init__(self, database: Database, viewer: Viewer | None, origin: Origin = UNKNOWN) -> None:
        self._database = database
        self._viewer = viewer
        self._origin = origin

    @property
    def _customer(self) -> str | None:
        return self._viewer.sub if self._viewer else None

    async def create(self, asked: NewCart, key: str | None) -> Outcome[Cart]:
        """Make a cart; it is the viewer's, or unclaimed where nobody is signed in.

        With a key that was used, the cart as it is by now, if the viewer may still see it.
        """

        async def work(unit: UnitOfWork) -> Cart:
            currency = await repository.currency_of(unit.session, asked.channel)
            if currency is None:
                raise errors.no_channel()
            cart = await repository.insert_cart(
                unit.session, new_id("cart"), asked.channel, currency, self._customer
            )
            lines = await _added(unit, cart, [], asked.lines)
            await _write(unit, cart, [], lines)
            unit.record(cart_updated(cart))
            return cart

        async def attempt(unit: UnitOfWork) -> Outcome[Cart]:
            if key is None:
                return Outcome(await work(unit), replayed=False)
            actor = self._customer or _ANONYMOUS
            if self._customer is None and len(key) < SHORTEST_ANONYMOUS_KEY:
                raise errors.weak_key(SHORTEST_ANONYMOUS_KEY)
            request = Once(actor=actor, key=key, operation="cartCreate", input=asked)
            return await once(unit, request, lambda: work(unit), Cart)

        outcome = await transact(self._database, attempt, self._viewer, self._origin)
        if not outcome.replayed:
            return outcome
        return Outcome(await self._as_it_is(outcome.result.id), replayed=True)

    async def add(self, cart_id: str, new: Sequence[NewLine]) -> Cart:
        """Add lines; what is there from the same source grows instead."""

        async def change(unit: UnitOfWork, cart: Cart, lines: list[Line]) -> list[Line]:
            return await _added(unit, cart, lines, new)

        return await self._change(cart_id, change)

    async def set_quantities(
        self, cart_id: str, wanted: Sequence[Quantity], expected_version: int | None
    ) -> Cart:
        """Set the quantities of lines, at today's price; zero removes a line."""

        async def change(unit: UnitOfWork, cart: Cart, lines: list[Line]) -> list[Line]:
            if expected_version is not None and expected_version != cart.version:
                raise errors.changed_meanwhile(cart.version)
            found = {line.id: line for line in lines}
            for index, asked in enumerate(wanted):
                if asked.line_id not in found:
                    raise errors.no_line(index)
                if not 0 <= asked.quantity <= MAX_QUANTITY:
                    raise errors.bad_quantity(index)
                line = found[asked.line_id]
                found[line.id] = msgspec.structs.replace(line, quantity=asked.quantity)
            remaining = [line for line in found.values() if line.quantity > 0]
            return await _repriced(unit, cart, remaining, {asked.line_id for asked in wanted})

        return await self._change(cart_id, change)

    async def remove(self, cart_id: str, line_ids: Sequence[str]) -> Cart:
        """Remove lines; those that are gone already are no error."""

        async def change(_: UnitOfWork, __: Cart, lines: list[Line]) -> list[Line]:
            return [line for line in lines if line.id not in line_ids]

        return await self._change(cart_id, change)

    async def claim(self, cart_id: str, viewer: Viewer) -> Cart:
        """Make an unclaimed cart the viewer's; doing it again changes nothing."""

        async def work(unit: UnitOfWork) -> Cart:
            cart = await self._locked(unit, cart_id)
            if cart.customer_id == viewer.sub:
                return cart
            claimed = msgspec.structs.replace(cart, customer_id=viewer.sub)
            return await _saved(unit, claimed)

        return await transact(self._database, work, self._viewer, self._origin)

    async def _change(self, cart_id: str, change: Change) -> Cart:
        async def work(unit: UnitOfWork) -> Cart:
            cart = await self._locked(unit, cart_id)
            before = await repository.lines_of(unit.session, [cart.id])
            after = await change(unit, cart, before)
            if after == before:
                return cart
            await _write(unit, cart, before, after)
            return await _saved(unit, cart)

        return await transact(self._database, work, self._viewer, self._origin)

    async def _as_it_is(self, cart_id: str) -> Cart:
        async with self._database.session() as session:
            for cart in await repository.carts_by_ids(session, [cart_id]):
                if cart.visible_to(self._customer):
                    return cart
        raise errors.no_cart("idempotencyKey")

    async def _locked(self, unit: UnitOfWork, cart_id: str) -> Cart:
        cart = await repository.lock_cart(unit.session, cart_id)
        if cart is None or not cart.visible_to(self._customer):
            raise errors.no_cart("cartId")
        return cart


async def _write(
    unit: UnitOfWork, cart: Cart, before: Sequence[Line], after: Sequence[Line]
) -> None:
    # Of whole numbers, for their sum may be none that `Money` takes.
    if sum(line.unit_price.amount * line.quantity for line in after) > MAX_AMOUNT:
        raise errors.too_much()
    await repository.replace_lines(unit.session, cart.id, before, after)


async def _saved(unit: UnitOfWork, cart: Cart) -> Cart:
    saved = await repository.save_cart(unit.session, cart)
    unit.record(cart_updated(saved))
    return saved


async def _added(
    unit: UnitOfWork, cart: Cart, lines: Sequence[Line], new: Sequence[NewLine]
) -> list[Line]:
    if len(new) > MAX_LINES:
        raise errors.too_many_lines()
    wanted = {line.variant_id for line in new}
    prices = await repository.current_prices(unit.session, cart.channel, wanted)
    merged = {(line.variant_id, line.source): line for line in lines}
    position = max((line.position for line in lines), default=0)
    for index, asked in enumerate(new):
        price = prices.get(asked.variant_id)
        if price is None:
            raise errors.not_for_sale(index)
        if asked.source is not None and not is_id(asked.source.ref_id):
            raise errors.bad_source(index)
        place = (asked.variant_id, asked.source)
        there = merged.get(place)
        quantity = asked.quantity + (there.quantity if there else 0)
        if asked.quantity < 1 or quantity > MAX_QUANTITY:
            raise errors.bad_quantity(index)
        if there is None:
            position += 1
            there = Line(
                id=new_id("line"),
                cart_id=cart.id,
                position=position,
                variant_id=asked.variant_id,
                quantity=quantity,
                unit_price=price,
                source=asked.source,
            )
        merged[place] = msgspec.structs.replace(there, quantity=quantity, unit_price=price)
    if len(merged) > MAX_LINES:
        raise errors.too_many_lines()
    return list(merged.values())


async def _repriced(
    unit: UnitOfWork, cart: Cart, lines: Sequence[Line], touched: set[str]
) -> list[Line]:
    """Lines that were touched get today's price; a variant no longer sold keeps its last."""
    asked = {line.variant_id for line in lines if line.id in touched}
    prices = await repository.current_prices(unit.session, cart.channel, asked)
    return [
        msgspec.structs.replace(line, unit_price=prices.get(line.variant_id, line.unit_price))
        if line.id in touched
        else line
        for line in lines
    ]
