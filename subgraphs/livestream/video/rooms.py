"""What the video of streams needs of a media server, whichever one is configured.

A room has one publisher and its viewers. Both come with an SDP offer and get an SDP answer; media
then flow between them and the media server, past our HTTP. `relay` is one in this process (aiortc),
`livekit` a LiveKit server elsewhere.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class RoomState(msgspec.Struct, frozen=True, kw_only=True):
    """A room that has a publisher; `on_air` once media came from it."""

    on_air: bool
    viewers: int


class VideoRooms(Protocol):
    """A media server. Room and session are ids of the caller's choosing."""

    async def publish(self, room: str, session: str, offer: str) -> str:
        """Let a publisher in; give the SDP answer.

        Raises:
            OfferRefused, AlreadyPublished, AtCapacity, MediaServerAway.
        """

    async def play(self, room: str, session: str, offer: str) -> str:
        """Let a viewer in; give the SDP answer.

        Raises:
            OfferRefused, NotOnAir, AtCapacity, MediaServerAway.
        """

    async def has(self, room: str, session: str) -> bool:
        """Whether the session is there.

        Raises:
            MediaServerAway.
        """

    async def leave(self, room: str, session: str) -> bool:
        """Let a session go; whether it was there. With its publisher goes the room.

        Raises:
            MediaServerAway.
        """

    async def close(self, room: str) -> None:
        """Send everybody away.

        Raises:
            MediaServerAway.
        """

    async def states(self) -> Mapping[str, RoomState]:
        """The rooms whose publisher came by way of this process and is still there.

        Raises:
            MediaServerAway.
        """


class RoomsError(Exception):
    """The media server does not do what was asked; the message is for people."""


class OfferRefused(RoomsError):
    """The offer is no SDP, or offers what cannot be taken."""

    def __init__(self, message: str, *, malformed: bool = False) -> None:
        super().__init__(message)
        self.malformed = malformed


class AlreadyPublished(RoomsError):
    """The room has a publisher."""


class NotOnAir(RoomsError):
    """Nothing is published in the room."""


class AtCapacity(RoomsError):
    """No more rooms, or no more viewers in this one."""


class MediaServerAway(RoomsError):
    """The media server does not answer, or not as it should."""
