"""One request's batched reads: however long a list, each kind of thing in it is one statement."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream import gift_rows, presence, reads
from subgraphs.livestream.models import (
    ChatMessage,
    Gift,
    GiftSending,
    Pin,
    Presence,
    ShelfItem,
    StreamSnapshot,
)
from subgraphs.livestream.video import broadcasts
from subgraphs.shared.context import Request
from subgraphs.shared.loader import Loader

K = TypeVar("K")
V = TypeVar("V")
Place = tuple[str, int]
"""A stream and the head of the snapshot it is read with."""


class Loaders:
    """Made anew for each request, and by `forget` after a mutation changed what they hold."""

    streams: Loader[str, StreamSnapshot | None]
    shelves: Loader[Place, list[ShelfItem]]
    pins: Loader[Place, Pin | None]
    chat: Loader[tuple[Place, int], list[ChatMessage]]
    live_by_product: Loader[str, list[StreamSnapshot]]
    by_host: Loader[tuple[str, int], list[StreamSnapshot]]
    all_pins: Loader[str, list[Pin]]
    presences: Loader[str, Presence]
    playback: Loader[str, str | None]
    gifts: Loader[str, Gift | None]
    gift_sendings: Loader[str, GiftSending | None]

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._viewer = request.viewer.sub if request.viewer else None
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self.streams = Loader(self._streams)
        self.shelves = Loader(self._shelves)
        self.pins = Loader(self._pins)
        self.chat = Loader(self._chat)
        self.live_by_product = Loader(self._live_by_product)
        self.by_host = Loader(self._by_host)
        self.all_pins = Loader(self._all_pins)
        self.presences = Loader(self._presences)
        self.playback = Loader(self._playback)
        self.gifts = Loader(self._gifts)
        self.gift_sendings = Loader(self._gift_sendings)

    async def _streams(self, ids: list[str]) -> list[StreamSnapshot | None]:
        found = await self._read(lambda session: reads.streams_by_id(session, ids))
        return [found.get(id_) for id_ in ids]

    async def _shelves(self, places: list[Place]) -> list[list[ShelfItem]]:
        ids = {stream_id for stream_id, _ in places}
        found = await self._read(lambda session: reads.shelves(session, ids))
        return [found.get(stream_id, []) for stream_id, _ in places]

    async def _pins(self, places: list[Place]) -> list[Pin | None]:
        found = await self._read(lambda session: reads.current_pins(session, places))
        return [found.get(place) for place in places]

    async def _chat(self, keys: list[tuple[Place, int]]) -> list[list[ChatMessage]]:
        async def read(places: Collection[Place], last: int) -> Mapping[Place, list[ChatMessage]]:
            return await self._read(lambda session: reads.latest_chat(session, places, last))

        return await _by_argument(keys, read)

    async def _live_by_product(self, ids: list[str]) -> list[list[StreamSnapshot]]:
        found = await self._read(lambda session: reads.live_streams_of_products(session, ids))
        return [found.get(id_, []) for id_ in ids]

    async def _by_host(self, keys: list[tuple[str, int]]) -> list[list[StreamSnapshot]]:
        async def read(hosts: Collection[str], first: int) -> Mapping[str, list[StreamSnapshot]]:
            return await self._read(lambda session: reads.streams_of_hosts(session, hosts, first))

        return await _by_argument(keys, read)

    async def _all_pins(self, ids: list[str]) -> list[list[Pin]]:
        found = await self._read(lambda session: reads.pins_in_order(session, ids))
        return [found.get(id_, []) for id_ in ids]

    async def _presences(self, ids: list[str]) -> list[Presence]:
        found = await self._read(lambda session: presence.presences(session, ids))
        return [found.get(id_, Presence()) for id_ in ids]

    async def _playback(self, ids: list[str]) -> list[str | None]:
        found = await self._read(lambda session: broadcasts.addresses(session, ids))
        return [found.get(id_) for id_ in ids]

    async def _gifts(self, ids: list[str]) -> list[Gift | None]:
        found = await self._read(lambda session: gift_rows.gifts_by_id(session, ids))
        return [found.get(id_) for id_ in ids]

    async def _gift_sendings(self, ids: list[str]) -> list[GiftSending | None]:
        """The viewer's own: what is another's is as if it were not there."""
        viewer = self._viewer
        if viewer is None:
            return [None] * len(ids)
        found = await self._read(lambda session: gift_rows.sendings_of(session, viewer, ids))
        return [found.get(id_) for id_ in ids]

    async def _read(self, read: Callable[[AsyncSession], Awaitable[V]]) -> V:
        async with self._database.session() as session:
            return await read(session)


async def _by_argument(
    keys: list[tuple[K, int]],
    read: Callable[[Collection[K], int], Awaitable[Mapping[K, list[V]]]],
) -> list[list[V]]:
    """Read lists for keys with an argument: one statement for each value that the argument has."""
    found: dict[tuple[K, int], list[V]] = {}
    for argument in {argument for _, argument in keys}:
        owners = [owner for owner, own in keys if own == argument]
        for owner, items in (await read(owners, argument)).items():
            found[owner, argument] = items
    return [found.get(key, []) for key in keys]
