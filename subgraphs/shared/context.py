"""What a resolver has at hand: who asks, the database, and the request's own loaders."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import msgspec

from subgraphs.shared.database import Database
from subgraphs.shared.errors import Forbidden, Unauthenticated
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.identity import Viewer
from subgraphs.shared.origin import Origin
from subgraphs.shared.settings import Settings
from subgraphs.shared.unit_of_work import UnitOfWork, transact

L = TypeVar("L")
T = TypeVar("T")


class Request(msgspec.Struct, frozen=True):
    """One GraphQL request to a subgraph. `viewer` is None for the anonymous."""

    viewer: Viewer | None
    database: Database
    settings: Settings
    origin: Origin

    def unit(self) -> UnitOfWork:
        """A unit of work of this viewer, for `async with`."""
        return UnitOfWork(self.database, self.viewer, self.origin)


# How a subgraph makes the loaders of one request.
MakeLoaders = Callable[[Request], L]


class Context(Generic[L]):
    """`info.context` of a resolver: `strawberry.Info[Context[Loaders], None]`."""

    def __init__(self, request: Request, loaders: L) -> None:
        self.request = request
        self.loaders = loaders

    @property
    def viewer(self) -> Viewer | None:
        return self.request.viewer

    @property
    def database(self) -> Database:
        return self.request.database

    @property
    def settings(self) -> Settings:
        return self.request.settings

    @property
    def origin(self) -> Origin:
        return self.request.origin

    def unit(self) -> UnitOfWork:
        """A unit of work of this viewer, for `async with`."""
        return self.request.unit()

    async def transact(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run a use case as a unit of work of this viewer; see `unit_of_work.transact`."""
        return await transact(self.database, work, self.viewer, self.origin)

    async def once(
        self,
        operation: str,
        key: str,
        command: msgspec.Struct,
        work: Callable[[UnitOfWork], Awaitable[str]],
    ) -> Outcome[str]:
        """Run a use case that gives an id, at most once for the viewer's key.

        Raises:
            Unauthenticated: the request is anonymous.
            BusinessError: see `idempotency.once`.
        """
        actor = self.require_viewer().sub
        request = Once(actor=actor, key=key, operation=operation, input=command)
        return await self.transact(lambda unit: once(unit, request, lambda: work(unit), str))

    def require_viewer(self) -> Viewer:
        """The viewer.

        Raises:
            Unauthenticated: the request is anonymous.
        """
        if self.viewer is None:
            raise Unauthenticated("This needs a logged-in customer.")
        return self.viewer

    def require_scopes(self, *scopes: str) -> Viewer:
        """The viewer, who has all of these scopes.

        Raises:
            Unauthenticated: the request is anonymous.
            Forbidden: a scope is missing.
        """
        viewer = self.require_viewer()
        missing = [scope for scope in scopes if scope not in viewer.scopes]
        if missing:
            raise Forbidden(f"This needs the scope {', '.join(missing)}.")
        return viewer
