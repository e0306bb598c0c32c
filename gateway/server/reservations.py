"""Which event streams are reserved, by whom, for how long (graphql-sse, single connection mode).

A reservation's token is a random secret, made here. It is good for the client that reserved and
for one stream: the token goes when the stream ends, or when none has come in time. To anyone else
it is as if there were no such stream. A reservation counts as a connection from the beginning.
"""

import asyncio
import secrets

from gateway.server.errors import EventStreamNotFound, EventStreamTaken
from gateway.server.live_clients import LiveClients
from gateway.server.shared_stream import SharedStream


class Reservation:
    """A place for one event stream."""

    def __init__(self, token: str, subject: str | None, user: str, stream: SharedStream) -> None:
        self.token = token
        self.subject = subject
        self.user = user
        self.stream = stream
        self.timer: asyncio.TimerHandle | None = None


class Reservations:
    """All of one process."""

    def __init__(self, clients: LiveClients, seconds: float, max_operations: int) -> None:
        """`seconds` is how long a reservation waits for its stream."""
        self._clients = clients
        self._seconds = seconds
        self._max_operations = max_operations
        self._by_token: dict[str, Reservation] = {}

    def reserve(self, subject: str | None, user: str) -> str:
        """The token of a new reservation; `user` is who it counts for.

        Raises:
            TooManyConnections: There are as many as allowed.
        """
        self._clients.enter()
        try:
            self._clients.claim(user)
        except BaseException:
            self._clients.leave(None)
            raise
        stream = SharedStream(self._max_operations)
        reservation = Reservation(secrets.token_urlsafe(32), subject, user, stream)
        self._by_token[reservation.token] = reservation
        reservation.timer = asyncio.get_running_loop().call_later(
            self._seconds, self.end, reservation
        )
        return reservation.token

    def find(self, token: str, subject: str | None) -> Reservation:
        """The reservation of this token.

        Raises:
            EventStreamNotFound: There is none, or it is another client's.
        """
        reservation = self._by_token.get(token)
        if reservation is None or reservation.subject != subject:
            raise EventStreamNotFound("There is no event stream of this token.")
        return reservation

    def open(self, reservation: Reservation) -> None:
        """The stream has come.

        Raises:
            EventStreamTaken: It has come before.
        """
        if reservation.timer is None:
            raise EventStreamTaken("The event stream of this token is open already.")
        reservation.timer.cancel()
        reservation.timer = None

    def end(self, reservation: Reservation) -> None:
        """The stream has gone, or has not come in time."""
        if self._by_token.pop(reservation.token, None) is not None:
            self._clients.leave(reservation.user)
