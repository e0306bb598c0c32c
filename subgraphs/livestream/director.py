"""Plays the hosts of the demo's rooms, so that a live subscription has something to show.

It goes the way of every host: through `service` and `chat`, with their checks, events and sequence.
A room that its host has ended is left alone. Pins have a window: they close if the director stops.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from subgraphs.livestream import chat, coupons, gifts, presence, reads, service
from subgraphs.livestream.demo_texts import CHAT, HOST_LINES
from subgraphs.livestream.models import PIN_SECONDS, Stream, StreamState
from subgraphs.livestream.settings import DirectorSettings, SettingInvalid
from subgraphs.shared.database import Database
from subgraphs.shared.demo import CUSTOMERS, PRODUCTS, customer_id, demo_id, product_id, variant_id
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.identity import Viewer
from subgraphs.shared.settings import Settings
from subgraphs.shared.unit_of_work import UnitOfWork, transact

ROOMS = tuple(demo_id("strm", n) for n in (1, 2, 3))
"""The rooms that the demo data puts on air."""

FIRST_VARIANTS = {product_id(n): variant_id(n, 0) for n in range(1, PRODUCTS + 1)}
"""The choice of each demo product that is held up."""

BEATS = 5
"""Parts of the time between two pins of a room; in each, somebody may say something."""

PINS_A_DROP = 15
"""How many pins of a room are between two coupon drops."""

GIVERS = tuple(range(12, CUSTOMERS + 1, 6))
"""Demo customers whose first wallet is in rupees, as the prices of gifts are."""

_log = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[None]]


class Director:
    """Knows the rooms and how far each has come; `beat` is one step of all of them."""

    def __init__(
        self,
        database: Database,
        seconds: float,
        rooms: Sequence[str] = ROOMS,
        random_source: random.Random | None = None,
    ) -> None:
        self._database = database
        self._seconds = seconds
        self._rooms = rooms
        # Texts and turns, nothing secret.
        self._random = random_source or random.Random()  # noqa: S311
        self._beats = 0

    async def run(self, sleep: Sleep = asyncio.sleep) -> None:
        """Direct until cancelled."""
        while True:
            await self.beat()
            await sleep(self._seconds / BEATS)

    async def beat(self) -> None:
        """Let each room on air do what is due: a pin every `BEATS` beats, the rooms in turn."""
        async with self._database.session() as session:
            snapshots = await reads.streams_by_id(session, self._rooms)
        for index, room in enumerate(self._rooms):
            snapshot = snapshots.get(room)
            if snapshot is not None and snapshot.stream.state is StreamState.LIVE:
                await self._turn(snapshot.stream, self._beats - index)
        self._beats += 1

    async def _turn(self, stream: Stream, beat: int) -> None:
        if beat % BEATS == 0:
            await self._pin(stream, beat // BEATS)
            if beat % (BEATS * PINS_A_DROP) == BEATS:
                await self._drop(stream)
        elif self._random.random() < 0.3:
            author, line = self._line(stream)
            command = chat.SendChat(stream_id=stream.id, body=line)
            await self._attempt(author, lambda unit: chat.send(unit, author, command))
        elif self._random.random() < 0.15:
            await self._give(stream)
        else:
            await self._like(stream)

    async def _pin(self, stream: Stream, turn: int) -> None:
        async with self._database.session() as session:
            shelf = (await reads.shelves(session, [stream.id])).get(stream.id, [])
        if not shelf:
            return
        item = shelf[turn % len(shelf)]
        window = min(max(PIN_SECONDS.start, round(self._seconds * 4)), PIN_SECONDS.stop - 1)
        command = service.PinProduct(
            stream_id=stream.id,
            product_id=item.product_id,
            variant_id=FIRST_VARIANTS.get(item.product_id),
            seconds=window,
        )
        host = stream.host_id
        await self._attempt(host, lambda unit: service.pin_product(unit, host, command))

    async def _drop(self, stream: Stream) -> None:
        command = coupons.DropCoupons(
            stream_id=stream.id,
            title="Ten off for the fastest",
            percent=10,
            quantity=20,
            seconds=60,
        )
        host = stream.host_id
        await self._attempt(host, lambda unit: coupons.drop(unit, host, command))

    async def _give(self, stream: Stream) -> None:
        giver = self._random.choice(GIVERS)
        command = gifts.SendGift(
            stream_id=stream.id,
            gift_id=demo_id("gift", self._random.randint(1, 4)),
            count=self._random.choice((1, 1, 1, 3)),
            wallet_id=demo_id("wal", giver),
        )
        who = customer_id(giver)
        await self._attempt(who, lambda unit: gifts.send(unit, who, command))

    async def _like(self, stream: Stream) -> None:
        command = presence.Like(stream_id=stream.id, count=self._random.randint(1, 20))
        who = customer_id(self._random.randint(1, CUSTOMERS))
        await self._attempt(who, lambda unit: presence.like(unit, who, command))

    def _line(self, stream: Stream) -> tuple[str, str]:
        if self._random.random() < 0.25:
            return stream.host_id, self._random.choice(HOST_LINES)
        return customer_id(self._random.randint(1, CUSTOMERS)), self._random.choice(CHAT)

    async def _attempt(self, who: str, work: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        try:
            await transact(self._database, work, Viewer(who))
        except BusinessError as error:
            # The host may have ended the room or changed its shelf meanwhile.
            _log.info("The director was refused: %s", error.message)


async def direct(database: Database, settings: Settings) -> None:
    """Run the director if the environment asks for it; as a background task of the application."""
    del settings
    try:
        pace = DirectorSettings.from_environment()
    except SettingInvalid as error:
        # Starting again would not mend it, and the shop sells without a director.
        _log.error("The demo's rooms are not directed: %s", error)
        pace = DirectorSettings()
    await direct_with(database, pace)


async def direct_with(database: Database, settings: DirectorSettings) -> None:
    """Direct the demo's rooms until cancelled; without being asked to, only wait for that."""
    if settings.seconds is None:
        await asyncio.Event().wait()
    else:
        await Director(database, settings.seconds).run()
