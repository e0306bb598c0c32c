"""Batches the reads of one request: one statement a kind, whatever the number of objects."""

from subgraphs.groupbuy import repository
from subgraphs.groupbuy.models import Group, Member, Offer
from subgraphs.shared.connections import PageRequest
from subgraphs.shared.context import Request
from subgraphs.shared.loader import Loader


class Loaders:
    """The loaders of one request; see `forget` for what comes after a mutation."""

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._viewer = request.viewer.sub if request.viewer else None
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on: a mutation is about to change it."""
        self.offer = Loader(self._offers)
        self.group = Loader(self._groups)
        self.seconds_left = Loader(self._seconds_left)
        self.members = Loader(self._members)
        self.membership = Loader(self._memberships)
        self.offers_of_product = Loader(self._offers_of_products)
        self.open_groups = Loader(self._open_groups)
        self.groups_of_customer = Loader(self._groups_of_customers)

    async def _offers(self, ids: list[str]) -> list[Offer | None]:
        async with self._database.session() as session:
            found = {offer.id: offer for offer in await repository.offers_by_ids(session, ids)}
        return [found.get(id_) for id_ in ids]

    async def _groups(self, ids: list[str]) -> list[Group | None]:
        async with self._database.session() as session:
            found = {group.id: group for group in await repository.groups_by_ids(session, ids)}
        return [found.get(id_) for id_ in ids]

    async def _seconds_left(self, group_ids: list[str]) -> list[int | None]:
        async with self._database.session() as session:
            found = await repository.seconds_left(session, group_ids)
        return [found.get(id_) for id_ in group_ids]

    async def _members(self, group_ids: list[str]) -> list[list[Member]]:
        found: dict[str, list[Member]] = {id_: [] for id_ in group_ids}
        async with self._database.session() as session:
            for member in await repository.members_of(session, group_ids):
                found[member.group_id].append(member)
        return [found[id_] for id_ in group_ids]

    async def _memberships(self, group_ids: list[str]) -> list[Member | None]:
        if self._viewer is None:
            return [None] * len(group_ids)
        async with self._database.session() as session:
            mine = await repository.last_memberships(session, self._viewer, group_ids)
        found = {member.group_id: member for member in mine}
        return [found.get(id_) for id_ in group_ids]

    async def _offers_of_products(self, product_ids: list[str]) -> list[list[Offer]]:
        found: dict[str, list[Offer]] = {id_: [] for id_ in product_ids}
        async with self._database.session() as session:
            for offer in await repository.offers_of_products(session, product_ids):
                found[offer.product_id].append(offer)
        return [found[id_] for id_ in product_ids]

    async def _groups_of_customers(
        self, keys: list[tuple[str, PageRequest]]
    ) -> list[list[tuple[Member, Group]]]:
        """Keys are (customer, page). The viewer's own groups; there are none of others."""
        mine: dict[PageRequest, list[tuple[Member, Group]]] = {}
        for request in {page for customer, page in keys if customer == self._viewer}:
            async with self._database.session() as session:
                mine[request] = await repository.groups_of_customer(
                    session, self._viewer or "", request
                )
        return [mine.get(page, []) if owner == self._viewer else [] for owner, page in keys]

    async def _open_groups(self, keys: list[tuple[str, int]]) -> list[list[Group]]:
        """Keys are (product, how many)."""
        found: dict[tuple[str, int], list[Group]] = {}
        async with self._database.session() as session:
            for first in {key[1] for key in keys}:
                ids = [id_ for id_, asked in keys if asked == first]
                for id_, groups in (await repository.open_groups(session, ids, first)).items():
                    found[id_, first] = groups
        return [found[key] for key in keys]
