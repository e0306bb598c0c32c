"""Counts long-lived connections, so that neither one client nor all of them exhaust the process."""

from collections import Counter
from types import TracebackType
from typing import Self

from gateway.config.live import SubscriptionLimits
from gateway.pipeline.heap import expect_events_for
from gateway.server.errors import TooManyConnections

_STEP = 500


class LiveClients:
    """The WebSockets and event streams that are open."""

    def __init__(self, limits: SubscriptionLimits) -> None:
        self._limits = limits
        self._open = 0
        self._by_user: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return self._open >= self._limits.connections

    def lease(self) -> "Lease":
        """A place for one connection, taken when the lease is entered."""
        return Lease(self)

    def enter(self) -> None:
        if self.is_full:
            raise TooManyConnections("The gateway has no room for further connections.")
        self._open += 1
        self._tell_collector()

    def claim(self, user: str) -> None:
        if self._by_user[user] >= self._limits.per_user:
            raise TooManyConnections(
                f"There are {self._limits.per_user} connections of this user already."
            )
        self._by_user[user] += 1

    def leave(self, user: str | None) -> None:
        self._open -= 1
        self._tell_collector()
        if user is not None:
            self._by_user[user] -= 1
            if not self._by_user[user]:
                del self._by_user[user]

    def _tell_collector(self) -> None:
        if self._open % _STEP == 0:
            expect_events_for(self._open)


class Lease:
    """One connection's place; given back when the connection ends, however it ends."""

    def __init__(self, clients: LiveClients) -> None:
        self._clients = clients
        self._user: str | None = None

    def __enter__(self) -> Self:
        """Take the place.

        Raises:
            TooManyConnections: There is none left.
        """
        self._clients.enter()
        return self

    def claim(self, user: str) -> None:
        """Say whose connection it is, once that is known.

        Raises:
            TooManyConnections: The user has as many as allowed.
        """
        self._clients.claim(user)
        self._user = user

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._clients.leave(self._user)


def user_of(subject: str | None, client: tuple[str, int] | None) -> str:
    """Who a connection counts for: the signed-in user, or the address that it comes from."""
    if subject is not None:
        return f"user {subject}"
    return f"address {client[0] if client is not None else 'unknown'}"
