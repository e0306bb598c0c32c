"""Who may publish and play a stream's video, and for how long.

A host publishes a stream that is LIVE, with the token that starting it gave; anybody plays what is
on air. `keep` is the one loop that brings rooms and streams into step, each second: it renews the
leases of those who publish, which also tells whether their streams are still LIVE. It asks rather
than follows events: each process that has rooms must come to know, while a consumer's events go to
one of them, and the lease is to be renewed as often anyway.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from subgraphs.livestream.models import StreamState
from subgraphs.livestream.video import broadcasts
from subgraphs.livestream.video.rooms import (
    AlreadyPublished,
    MediaServerAway,
    RoomState,
    VideoRooms,
)
from subgraphs.livestream.video.settings import VideoSettings
from subgraphs.livestream.video.tokens import IngestRefused, verify
from subgraphs.shared.database import Database
from subgraphs.shared.follower import DATABASE_FAILURES

_log = logging.getLogger(__name__)
BEAT = 1.0
"""Seconds between two looks; a lease lives eight times as long."""


class StreamUnknown(Exception):
    """There is no such stream."""


class StreamNotLive(Exception):
    """The stream is not on air by its host's word."""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A session that has begun. Whoever knows its id may end it: nobody else is told."""

    session: str
    answer: str


class Stage:
    """What the endpoints do."""

    def __init__(self, database: Database, rooms: VideoRooms, settings: VideoSettings) -> None:
        self._database = database
        self._rooms = rooms
        self._settings = settings
        self._publishing: dict[str, str] = {}  # stream by session
        self.states: Mapping[str, RoomState] = {}

    async def publish(self, stream_id: str, authorization: str, offer: str) -> Joined:
        """Let a host's broadcaster publish.

        Raises:
            IngestRefused, StreamUnknown, StreamNotLive, RoomsError.
        """
        ingest = verify(self._settings.key, authorization, stream_id)
        session = _new_session()
        async with self._database.session() as transaction, transaction.begin():
            found = await broadcasts.state_and_host(transaction, stream_id)
            _check_live(stream_id, found)
            if found is None or found[1] != ingest.host_id:
                raise IngestRefused("The ingest token is not the host's.")
            address = self._settings.address
            if not await broadcasts.claim(transaction, stream_id, session, address):
                raise AlreadyPublished("Somebody publishes to this stream already.")
        try:
            answer = await self._rooms.publish(stream_id, session, offer)
        except BaseException:
            await self._release([session])
            raise
        self._publishing[session] = stream_id
        return Joined(session=session, answer=answer)

    async def play(self, stream_id: str, offer: str) -> Joined:
        """Let somebody watch.

        Raises:
            StreamUnknown, StreamNotLive, RoomsError.
        """
        async with self._database.session() as reading:
            _check_live(stream_id, await broadcasts.state_and_host(reading, stream_id))
        session = _new_session()
        answer = await self._rooms.play(stream_id, session, offer)
        return Joined(session=session, answer=answer)

    async def has(self, stream_id: str, session: str) -> bool:
        """Whether the session is there."""
        return await self._rooms.has(stream_id, session)

    async def leave(self, stream_id: str, session: str) -> bool:
        """End a session; whether it was there."""
        left = await self._rooms.leave(stream_id, session)
        if self._publishing.pop(session, None) is not None:
            await self._release([session])
        return left

    async def keep(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Keep rooms and streams in step until cancelled."""
        while True:
            await sleep(BEAT)
            try:
                await self.beat()
            except MediaServerAway as error:
                _log.warning("Live video waits for its media server: %s", error)
            except DATABASE_FAILURES as error:
                _log.warning("Live video waits for its database: %s", error)
            except Exception:  # without further beats all who publish would lose their leases
                _log.exception("Live video has missed a beat.")

    async def beat(self) -> None:
        """Renew the leases of those who publish; end what has ended.

        Raises:
            MediaServerAway: nothing is renewed then, and the leases run out.
        """
        known = dict(self._publishing)
        self.states = states = await self._rooms.states()
        here = {id_: states[stream].on_air for id_, stream in known.items() if stream in states}
        kept = await self._renew(here) if here else set()
        over = [session for session in known if session not in kept]
        for session in over:
            if session in here:
                await self._rooms.close(known[session])
            self._publishing.pop(session, None)
        if over:
            await self._release(over)

    async def end(self) -> None:
        """Give up all leases, for the process ends."""
        sessions = list(self._publishing)
        self._publishing.clear()
        if sessions:
            await self._release(sessions)

    async def _renew(self, on_air: Mapping[str, bool]) -> set[str]:
        async with self._database.session() as session, session.begin():
            return await broadcasts.renew(session, on_air)

    async def _release(self, sessions: list[str]) -> None:
        try:
            async with self._database.session() as session, session.begin():
                await broadcasts.release(session, sessions)
        except DATABASE_FAILURES as error:
            _log.warning("Leases of live video run out by themselves: %s", error)


def _new_session() -> str:
    return secrets.token_urlsafe(16)


def _check_live(stream_id: str, found: tuple[StreamState, str] | None) -> None:
    if found is None:
        raise StreamUnknown(f"There is no stream {stream_id!r}.")
    if found[0] is not StreamState.LIVE:
        raise StreamNotLive(f"The stream is not live: it is {found[0].value}.")
