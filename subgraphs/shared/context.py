"""What a resolver has at hand: who asks, the database, and the request's own loaders."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from subgraphs.shared.database import Database
from subgraphs.shared.errors import Forbidden, Unauthenticated
from subgraphs.shared.identity import Viewer
from subgraphs.shared.settings import Settings
from subgraphs.shared.unit_of_work import UnitOfWork

L = TypeVar("L")


class Request(msgspec.Struct, frozen=True):
    """One GraphQL request to a subgraph. `viewer` is None for the anonymous."""

    viewer: Viewer | None
    database: Database
    settings: Settings
    correlation: str | None

    def unit(self) -> UnitOfWork:
        """A unit of work of this viewer, for `async with`."""
        return UnitOfWork(self.database, self.viewer, self.correlation)


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
    def correlation(self) -> str | None:
        return self.request.correlation

    def unit(self) -> UnitOfWork:
        """A unit of work of this viewer, for `async with`."""
        return self.request.unit()

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
