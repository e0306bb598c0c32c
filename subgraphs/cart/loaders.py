"""Batches the reads of one request: one statement a kind, whatever the number of objects."""

from subgraphs.cart import repository
from subgraphs.cart.models import Cart, Line
from subgraphs.shared.context import Request
from subgraphs.shared.loader import Loader

MAX_ACTIVE_CARTS = 50


class Loaders:
    """The loaders of one request; see `forget` for what comes after a mutation."""

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._viewer = request.viewer.sub if request.viewer else None
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on: a mutation is about to change it."""
        self.cart = Loader(self._carts)
        self.lines = Loader(self._lines)
        self.carts_of = Loader(self._carts_of)

    async def _carts(self, ids: list[str]) -> list[Cart | None]:
        """Those that the viewer may see: another's cart looks like a missing one."""
        async with self._database.session() as session:
            found = {cart.id: cart for cart in await repository.carts_by_ids(session, ids)}
        seen = {id_: cart for id_, cart in found.items() if cart.visible_to(self._viewer)}
        return [seen.get(id_) for id_ in ids]

    async def _carts_of(self, owners: list[str]) -> list[list[Cart]]:
        """The viewer's own carts; there are none of others."""
        mine: list[Cart] = []
        if self._viewer is not None and self._viewer in owners:
            async with self._database.session() as session:
                mine = await repository.carts_of_customer(session, self._viewer, MAX_ACTIVE_CARTS)
        return [mine if owner == self._viewer else [] for owner in owners]

    async def _lines(self, cart_ids: list[str]) -> list[list[Line]]:
        found: dict[str, list[Line]] = {id_: [] for id_ in cart_ids}
        async with self._database.session() as session:
            for line in await repository.lines_of(session, cart_ids):
                found[line.cart_id].append(line)
        return [found[id_] for id_ in cart_ids]
