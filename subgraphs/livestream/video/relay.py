"""Rooms in this process, on aiortc: a publisher's encoded frames are passed to each viewer.

Every session is one task that ends it: when the other side goes (a BYE, a closed connection, or no
answer to ICE's consent checks for half a minute, RFC 7675), when it never comes, when it is told
to. A viewer's end is its own; the publisher's ends the room.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec
from aiortc import RTCPeerConnection

from subgraphs.livestream.video import peers
from subgraphs.livestream.video.forwarding import Feed, ViewerTrack
from subgraphs.livestream.video.offers import Offer, chosen_codecs, read_offer
from subgraphs.livestream.video.rooms import (
    AlreadyPublished,
    AtCapacity,
    NotOnAir,
    OfferRefused,
    RoomState,
)

_CLOCK_RATES = {"audio": 48_000, "video": 90_000}
_GONE = {"closed", "failed"}
_log = logging.getLogger(__name__)


class RelayLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one process takes on; seconds."""

    rooms: int = 8
    viewers: int = 32
    connect: float = 15.0
    key_frame_pause: float = 0.3


class _Session:
    """One connection, from its offer until it is closed."""

    def __init__(self) -> None:
        self.connection = peers.new_connection()
        self.connected = asyncio.Event()
        self.ended = asyncio.Event()
        self.connection.on("connectionstatechange", self._changed)

    def _changed(self) -> None:
        if self.connection.connectionState == "connected":
            self.connected.set()
        elif self.connection.connectionState in _GONE:
            self.ended.set()

    async def live(self, connect: float) -> None:
        """Return when it is over."""
        async with asyncio.TaskGroup() as group:
            ended = group.create_task(self.ended.wait())
            connected = group.create_task(self.connected.wait())
            await asyncio.wait((ended, connected), timeout=connect, return_when="FIRST_COMPLETED")
            if self.connected.is_set():
                await ended
            ended.cancel()
            connected.cancel()


class _Publisher(_Session):
    """The session whose frames make the room."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: dict[str, Feed] = {}
        self.key_wanted = asyncio.Event()

    def take(self, codecs: Mapping[str, str]) -> None:
        """Make a feed of each track that was offered; before media flow."""
        for transceiver in self.connection.getTransceivers():
            kind = transceiver.kind
            feed = Feed(kind, codecs[kind], _CLOCK_RATES[kind], self.key_wanted.set)
            peers.tap(transceiver.receiver, feed.push, self.ended.set)
            self.feeds[kind] = feed

    async def ask_for_keys(self, pause: float) -> None:
        """Pass on that a viewer needs a key frame, once for all who ask within a moment."""
        while True:
            await self.key_wanted.wait()
            for transceiver in self.connection.getTransceivers():
                if transceiver.kind == "video":
                    await peers.ask_for_key(transceiver.receiver)
            await asyncio.sleep(pause)
            self.key_wanted.clear()


class _Viewer(_Session):
    """A session that receives."""

    def __init__(self) -> None:
        super().__init__()
        self.tracks: list[tuple[Feed, ViewerTrack]] = []

    def give(self, feed: Feed, codecs: Sequence[str]) -> None:
        """Have a feed sent; before the offer is taken.

        Raises:
            OfferRefused: the viewer cannot decode it.
        """
        if feed.codec not in codecs:
            raise OfferRefused(f"The {feed.kind} is sent in {feed.codec}, which is not offered.")
        track = feed.open()
        self.tracks.append((feed, track))
        transceiver = self.connection.addTransceiver(track, "sendonly")
        transceiver.setCodecPreferences(peers.capabilities(feed.kind, feed.codec))
        if feed.kind == "video":
            peers.on_key_wanted(transceiver.sender, feed.ask_for_key)


class _Room:
    """A publisher and its viewers, by session; None while the publisher's offer is answered."""

    def __init__(self, publisher: str) -> None:
        self.publisher = publisher
        self.sessions: dict[str, _Session] = {}

    @property
    def feeds(self) -> Mapping[str, Feed]:
        session = self.sessions.get(self.publisher)
        return session.feeds if isinstance(session, _Publisher) else {}

    @property
    def on_air(self) -> bool:
        return any(feed.frames for feed in self.feeds.values())

    @property
    def viewers(self) -> int:
        return sum(isinstance(each, _Viewer) for each in self.sessions.values())


class RelayRooms:
    """`VideoRooms` on aiortc. Made by `open_relay`, which also ends what is left."""

    def __init__(
        self, group: asyncio.TaskGroup, limits: RelayLimits, addresses: Sequence[str]
    ) -> None:
        self._group = group
        self._limits = limits
        self._addresses = addresses
        self._rooms: dict[str, _Room] = {}

    async def publish(self, room: str, session: str, offer: str) -> str:
        read = read_offer(offer, publishing=True)
        chosen = chosen_codecs(read)
        if room in self._rooms:
            raise AlreadyPublished("Somebody publishes to this stream already.")
        if len(self._rooms) >= self._limits.rooms:
            raise AtCapacity(f"This server has {self._limits.rooms} rooms, and no more.")
        publisher = _Publisher()
        opened = self._rooms[room] = _Room(session)
        opened.sessions[session] = publisher
        for kind, codec in chosen.items():
            transceiver = publisher.connection.addTransceiver(kind, "recvonly")
            transceiver.setCodecPreferences(peers.capabilities(kind, codec))
        return await self._begin(room, session, publisher, read, chosen)

    async def play(self, room: str, session: str, offer: str) -> str:
        read = read_offer(offer, publishing=False)
        opened = self._rooms.get(room)
        if opened is None or not opened.on_air:
            raise NotOnAir("Nothing is sent in this stream at the moment.")
        if opened.viewers >= self._limits.viewers:
            raise AtCapacity(f"This stream has {self._limits.viewers} viewers, and no more.")
        viewer = _Viewer()
        opened.sessions[session] = viewer
        return await self._begin(room, session, viewer, read, {})

    async def has(self, room: str, session: str) -> bool:
        opened = self._rooms.get(room)
        return opened is not None and session in opened.sessions

    async def leave(self, room: str, session: str) -> bool:
        opened = self._rooms.get(room)
        if opened is None or session not in opened.sessions:
            return False
        opened.sessions[session].ended.set()
        return True

    async def close(self, room: str) -> None:
        opened = self._rooms.get(room)
        for session in opened.sessions.values() if opened else ():
            session.ended.set()

    async def states(self) -> Mapping[str, RoomState]:
        return {
            name: RoomState(on_air=room.on_air, viewers=room.viewers)
            for name, room in self._rooms.items()
        }

    async def _begin(
        self, room: str, name: str, session: _Session, offer: Offer, chosen: Mapping[str, str]
    ) -> str:
        """Answer the offer; from here on the session ends by itself."""
        try:
            if isinstance(session, _Viewer):
                for kind, feed in self._rooms[room].feeds.items():
                    if kind in offer.codecs:
                        session.give(feed, offer.codecs[kind])
            await peers.take_offer(session.connection, offer.without_candidates())
            if isinstance(session, _Publisher):
                session.take(chosen)
            answered = await peers.answer(session.connection, self._addresses)
        except BaseException:
            await self._end(room, name, session)
            raise
        self._group.create_task(self._live(room, name, session))
        return answered

    async def _live(self, room: str, name: str, session: _Session) -> None:
        try:
            if isinstance(session, _Publisher):
                async with asyncio.TaskGroup() as group:
                    asking = group.create_task(session.ask_for_keys(self._limits.key_frame_pause))
                    await session.live(self._limits.connect)
                    asking.cancel()
            else:
                await session.live(self._limits.connect)
        except Exception:  # one session's, which must not end all others
            _log.exception("A session of live video has failed.")
        finally:
            await self._end(room, name, session)

    async def _end(self, room: str, name: str, session: _Session) -> None:
        opened = self._rooms.get(room)
        if opened is not None and opened.sessions.get(name) is session:
            del opened.sessions[name]
            if name == opened.publisher:
                del self._rooms[room]
                for viewer in opened.sessions.values():
                    viewer.ended.set()
        if isinstance(session, _Viewer):
            for feed, track in session.tracks:
                feed.drop(track)
        await _close(session.connection)


async def _close(connection: RTCPeerConnection) -> None:
    try:
        async with asyncio.timeout(5):
            await connection.close()
    except TimeoutError:
        _log.warning("A connection did not close in time.")
    except Exception:
        _log.exception("A connection could not be closed.")


@asynccontextmanager
async def open_relay(
    limits: RelayLimits | None = None, addresses: Sequence[str] = ()
) -> AsyncIterator[RelayRooms]:
    """Rooms that end with the block; they listen on `addresses`, without any on all there are."""
    async with asyncio.TaskGroup() as group:
        rooms = RelayRooms(group, limits or RelayLimits(), addresses)
        try:
            yield rooms
        finally:
            for name in await rooms.states():
                await rooms.close(name)
