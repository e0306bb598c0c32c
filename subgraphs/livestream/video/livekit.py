"""Rooms on a LiveKit server, which takes WHIP by itself (`/whip/v1`, since 1.9).

Playing goes the same way: LiveKit answers an offer that only receives with the tracks that a header
names, so a player speaks WHEP with us and needs no LiveKit software. Media never pass here.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import aiohttp
from livekit import api
from livekit.protocol.models import ParticipantInfo, TrackType

from subgraphs.livestream.video.offers import read_offer
from subgraphs.livestream.video.rooms import (
    AlreadyPublished,
    AtCapacity,
    MediaServerAway,
    NotOnAir,
    OfferRefused,
    RoomState,
)
from subgraphs.livestream.video.settings import LiveKitSettings, RoomSettings

_PUBLISHER = "publisher"
_VIEWER = "viewer-"
_LINGER = 20
"""Seconds that a room without anybody stays; ours are closed long before."""

_KINDS = {TrackType.AUDIO: "audio", TrackType.VIDEO: "video"}
_TIMEOUT = aiohttp.ClientTimeout(total=10)


class LiveKitRooms:
    """`VideoRooms` on a LiveKit server. Made by `open_livekit`."""

    def __init__(
        self, http: aiohttp.ClientSession, server: LiveKitSettings, limits: RoomSettings
    ) -> None:
        self._http = http
        self._server = server
        self._limits = limits
        self._api = api.LiveKitAPI(server.url, server.key, server.secret, session=http)
        self._publishers: dict[str, str] = {}  # sessions that came by way of this process, by room
        self._answering: set[str] = set()

    @property
    def published(self) -> tuple[str, ...]:
        """The rooms whose publisher came by way of this process."""
        return tuple(self._publishers)

    async def publish(self, room: str, session: str, offer: str) -> str:
        read_offer(offer, publishing=True)
        if room in self._publishers or _publisher(await self._participants(room)) is not None:
            raise AlreadyPublished("Somebody publishes to this stream already.")
        if len(self._publishers) >= self._limits.rooms:
            raise AtCapacity(f"This server has {self._limits.rooms} rooms, and no more.")
        self._publishers[room] = session
        self._answering.add(room)
        try:
            await self._create(room)
            return await self._answer(room, _PUBLISHER, offer, {})
        except BaseException:
            del self._publishers[room]
            raise
        finally:
            self._answering.discard(room)

    async def play(self, room: str, session: str, offer: str) -> str:
        kinds = read_offer(offer, publishing=False).codecs
        there = await self._participants(room)
        publisher = _publisher(there)
        if publisher is None or not _on_air(publisher):
            raise NotOnAir("Nothing is sent in this stream at the moment.")
        if len(there) > self._limits.viewers:
            raise AtCapacity(f"This stream has {self._limits.viewers} viewers, and no more.")
        # LiveKit answers once it sends them all: do not name what the offer has no section for.
        tracks = [each.name for each in publisher.tracks if _KINDS.get(each.type) in kinds]
        if not tracks:
            raise OfferRefused("Nothing of what is sent is in the offer.")
        wanted = {"subscribedParticipantTrackNames": {_PUBLISHER: tracks}}
        return await self._answer(
            room, _VIEWER + session, offer, {"X-LiveKit-ClientInfo": json.dumps(wanted)}
        )

    async def has(self, room: str, session: str) -> bool:
        identity = self._identity(room, session)
        return any(each.identity == identity for each in await self._participants(room))

    async def leave(self, room: str, session: str) -> bool:
        if self._publishers.get(room) == session:
            await self.close(room)
            return True
        who = api.RoomParticipantIdentity(room=room, identity=_VIEWER + session)
        async with _away():
            try:
                await self._api.room.remove_participant(who)
            except api.TwirpError as error:
                _pass_if_not_found(error)
                return False
        return True

    async def close(self, room: str) -> None:
        self._publishers.pop(room, None)
        async with _away():
            try:
                await self._api.room.delete_room(api.DeleteRoomRequest(room=room))
            except api.TwirpError as error:
                _pass_if_not_found(error)

    async def states(self) -> Mapping[str, RoomState]:
        found = {}
        for room in self.published:
            there = await self._participants(room)
            publisher = _publisher(there)
            if publisher is not None:
                found[room] = RoomState(on_air=_on_air(publisher), viewers=len(there) - 1)
            elif room in self._answering:
                found[room] = RoomState(on_air=False, viewers=0)
            else:
                await self.close(room)
        return found

    def _identity(self, room: str, session: str) -> str:
        return _PUBLISHER if self._publishers.get(room) == session else _VIEWER + session

    async def _create(self, room: str) -> None:
        asked = api.CreateRoomRequest(
            name=room,
            empty_timeout=_LINGER,
            departure_timeout=_LINGER,
            max_participants=self._limits.viewers + 1,
        )
        async with _away():
            await self._api.room.create_room(asked)

    async def _participants(self, room: str) -> list[ParticipantInfo]:
        async with _away():
            try:
                answer = await self._api.room.list_participants(
                    api.ListParticipantsRequest(room=room)
                )
            except api.TwirpError as error:
                _pass_if_not_found(error)
                return []
        return list(answer.participants)

    async def _answer(
        self, room: str, identity: str, offer: str, headers: Mapping[str, str]
    ) -> str:
        """Have LiveKit answer an offer of a participant of ours."""
        given = {
            "authorization": f"Bearer {self._token(room, identity)}",
            "content-type": "application/sdp",
            **headers,
        }
        url = f"{self._server.url}/whip/v1"
        async with _away(), self._http.post(url, data=offer.encode(), headers=given) as response:
            text = await response.text()
            if response.status == 400:
                raise OfferRefused("LiveKit does not take the offer.", malformed=True)
            if response.status != 201:
                raise MediaServerAway(f"LiveKit answered with status {response.status}.")
            return text

    def _token(self, room: str, identity: str) -> str:
        publishes = identity == _PUBLISHER
        grants = api.VideoGrants(
            room=room,
            room_join=True,
            can_publish=publishes,
            can_subscribe=not publishes,
            can_publish_data=False,
        )
        token = api.AccessToken(self._server.key, self._server.secret).with_identity(identity)
        return token.with_ttl(timedelta(minutes=1)).with_grants(grants).to_jwt()


def _publisher(participants: list[ParticipantInfo]) -> ParticipantInfo | None:
    return next((each for each in participants if each.identity == _PUBLISHER), None)


def _on_air(publisher: ParticipantInfo) -> bool:
    return publisher.state == ParticipantInfo.State.ACTIVE and len(publisher.tracks) > 0


def _pass_if_not_found(error: api.TwirpError) -> None:
    if error.code != api.TwirpErrorCode.NOT_FOUND:
        raise error


@asynccontextmanager
async def _away() -> AsyncIterator[None]:
    """What may happen to a server elsewhere, as the one error that callers know."""
    try:
        yield
    except (aiohttp.ClientError, api.TwirpError, TimeoutError) as error:
        raise MediaServerAway(f"LiveKit cannot be asked: {type(error).__name__}.") from error


@asynccontextmanager
async def open_livekit(
    server: LiveKitSettings, limits: RoomSettings | None = None
) -> AsyncIterator[LiveKitRooms]:
    """Rooms on a server; those that came by way of this process end with the block."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
        rooms = LiveKitRooms(http, server, limits or RoomSettings())
        try:
            yield rooms
        finally:
            for room in rooms.published:
                with suppress(MediaServerAway):
                    await rooms.close(room)
