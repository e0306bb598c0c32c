"""Leases and streams in step: kills, outages, several processes; on a real database."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa

from subgraphs.livestream.tables import broadcasts
from subgraphs.livestream.video import broadcasts as leases
from subgraphs.livestream.video.rooms import AlreadyPublished, MediaServerAway, RoomState
from subgraphs.livestream.video.settings import VideoSettings
from subgraphs.livestream.video.stage import Stage
from subgraphs.livestream.video.tokens import Ingest, mint
from subgraphs.shared.database import Database
from tests.subgraphs.livestream import acts
from tests.subgraphs.livestream.video.conftest import KEY
from tests.support.subgraphs import Caller


class Rooms:
    """A media server without media; `away` is what it fails with."""

    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}
        self.on_air = True
        self.away: Exception | None = None

    async def publish(self, room: str, session: str, offer: str) -> str:
        self._check()
        self.rooms[room] = session
        return f"answer to {offer}"

    async def play(self, room: str, session: str, offer: str) -> str:
        raise NotImplementedError

    async def has(self, room: str, session: str) -> bool:
        return self.rooms.get(room) == session

    async def leave(self, room: str, session: str) -> bool:
        return self.rooms.pop(room, None) is not None

    async def close(self, room: str) -> None:
        self.rooms.pop(room, None)

    async def states(self) -> Mapping[str, RoomState]:
        self._check()
        return {room: RoomState(on_air=self.on_air, viewers=0) for room in self.rooms}

    def _check(self) -> None:
        if self.away is not None:
            raise self.away


@pytest.fixture
async def room(call: Caller) -> acts.Room:
    """A room on air."""
    return await acts.room(call)


def make_stage(database: Database, rooms: Rooms, node: str = "one") -> Stage:
    return Stage(database, rooms, VideoSettings(address=f"http://{node}", key=KEY))


async def publish(stage: Stage, stream: str) -> str:
    token = mint(KEY, Ingest(stream, acts.HOST))
    return (await stage.publish(stream, f"Bearer {token}", "offer")).session


async def address(database: Database, stream: str) -> str | None:
    """Where the stream can be played, as the graph reads it."""
    async with database.session() as session:
        return (await leases.addresses(session, [stream])).get(stream)


async def pass_time(database: Database, seconds: float) -> None:
    """Have the leases be older."""
    older = sa.update(broadcasts).values(
        alive_until=broadcasts.c.alive_until - timedelta(seconds=seconds)
    )
    async with database.session() as session, session.begin():
        await session.execute(older)


async def test_a_stream_can_be_played_from_its_first_media_on(database: Database, room: acts.Room):
    rooms = Rooms()
    rooms.on_air = False
    stage = make_stage(database, rooms)
    await publish(stage, room.id)
    await stage.beat()
    assert await address(database, room.id) is None
    rooms.on_air = True
    await stage.beat()
    assert await address(database, room.id) == "http://one"


async def test_a_killed_process_holds_its_streams_for_seconds_only(
    database: Database, room: acts.Room
):
    killed = make_stage(database, Rooms())
    await publish(killed, room.id)
    await killed.beat()
    await pass_time(database, -60)  # so that this test is not killed itself in between
    other = make_stage(database, Rooms(), "other")
    with pytest.raises(AlreadyPublished):
        await publish(other, room.id)
    await pass_time(database, leases.LEASE.total_seconds() + 60)
    assert await address(database, room.id) is None
    await publish(other, room.id)
    await other.beat()
    assert await address(database, room.id) == "http://other"


async def test_who_lost_its_lease_to_another_process_stops(database: Database, room: acts.Room):
    stuck, other = Rooms(), Rooms()
    first, second = make_stage(database, stuck), make_stage(database, other, "other")
    await publish(first, room.id)
    await pass_time(database, leases.LEASE.total_seconds())
    await publish(second, room.id)
    await first.beat()
    await second.beat()
    assert stuck.rooms == {}
    assert room.id in other.rooms
    assert await address(database, room.id) == "http://other"


async def test_a_stream_that_its_host_ended_is_closed_and_its_lease_given_up(
    database: Database, room: acts.Room
):
    rooms = Rooms()
    stage = make_stage(database, rooms)
    await publish(stage, room.id)
    await room.end()
    await stage.beat()
    assert rooms.rooms == {}
    async with database.session() as session:
        assert (await session.execute(sa.select(broadcasts))).all() == []


async def test_while_the_media_server_is_away_leases_run_out_and_come_back_with_it(
    database: Database, room: acts.Room
):
    rooms = Rooms()
    stage = make_stage(database, rooms)
    await publish(stage, room.id)
    rooms.away = MediaServerAway("It is away.")
    with pytest.raises(MediaServerAway):
        await stage.beat()
    await pass_time(database, leases.LEASE.total_seconds())
    assert await address(database, room.id) is None
    rooms.away = None
    await stage.beat()
    assert await address(database, room.id) == "http://one"


async def test_a_refused_publisher_holds_nothing(database: Database, room: acts.Room):
    rooms = Rooms()
    stage = make_stage(database, rooms)
    rooms.away = MediaServerAway("It is away.")
    with pytest.raises(MediaServerAway):
        await publish(stage, room.id)
    rooms.away = None
    await publish(stage, room.id)


async def test_a_process_that_ends_gives_its_leases_up(database: Database, room: acts.Room):
    stage = make_stage(database, Rooms())
    await publish(stage, room.id)
    await stage.end()
    await publish(make_stage(database, Rooms(), "other"), room.id)


async def test_keeping_goes_on_after_outages(database: Database, room: acts.Room):
    rooms = Rooms()
    stage = make_stage(database, rooms)
    await publish(stage, room.id)
    outages = [MediaServerAway("It is away."), OSError("no route"), ValueError("a bug"), None]

    class Enough(Exception):
        pass

    async def sleep(seconds: float) -> None:
        del seconds
        if not outages:
            raise Enough
        rooms.away = outages.pop(0)

    with pytest.raises(Enough):
        await stage.keep(sleep)
    assert await address(database, room.id) == "http://one"
