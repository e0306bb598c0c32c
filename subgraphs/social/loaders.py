"""One request's batched reads: however long a list, each kind of thing in it is one statement."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.connections import PageRequest
from subgraphs.shared.context import Request
from subgraphs.shared.loader import Loader
from subgraphs.social import reads
from subgraphs.social.models import Comment, Post, PostMedia, ReactionKind, ShoppableTag

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Part = tuple[str, PageRequest]
"""A page of what belongs to an owner."""


class Loaders:
    """Made anew for each request, and by `forget` after a mutation changed what they hold.

    Those of the viewer's own doings must only be asked when there is a viewer.
    """

    posts: Loader[str, Post | None]
    media: Loader[str, list[PostMedia]]
    tags: Loader[str, list[ShoppableTag]]
    comments: Loader[Part, list[Comment]]
    viewer_reactions: Loader[str, list[ReactionKind]]
    follower_counts: Loader[str, int]
    following_counts: Loader[str, int]
    viewer_follows: Loader[str, bool]
    by_author: Loader[Part, list[Post]]
    by_product: Loader[Part, list[Post]]

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._viewer = None if request.viewer is None else request.viewer.sub
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self.posts = Loader(self._posts)
        self.media = Loader(self._lists(reads.media_of_posts))
        self.tags = Loader(self._lists(reads.tags_of_posts))
        self.comments = Loader(self._comments)
        self.viewer_reactions = Loader(self._viewer_reactions)
        self.follower_counts = Loader(self._counts(reads.follower_counts))
        self.following_counts = Loader(self._counts(reads.following_counts))
        self.viewer_follows = Loader(self._viewer_follows)
        self.by_author = Loader(self._by_author)
        self.by_product = Loader(self._by_product)

    async def _posts(self, ids: list[str]) -> list[Post | None]:
        found = await self._read(lambda session: reads.posts_by_id(session, ids))
        return [found.get(id_) for id_ in ids]

    async def _comments(self, parts: list[Part]) -> list[list[Comment]]:
        async def read(ids: Collection[str], page: PageRequest) -> Mapping[str, list[Comment]]:
            return await self._read(lambda session: reads.comments_of_posts(session, ids, page))

        return await _by_page(parts, read)

    async def _by_author(self, parts: list[Part]) -> list[list[Post]]:
        async def read(ids: Collection[str], page: PageRequest) -> Mapping[str, list[Post]]:
            return await self._read(
                lambda session: reads.posts_of_authors(session, ids, page, self._viewer)
            )

        return await _by_page(parts, read)

    async def _by_product(self, parts: list[Part]) -> list[list[Post]]:
        async def read(ids: Collection[str], page: PageRequest) -> Mapping[str, list[Post]]:
            return await self._read(lambda session: reads.posts_of_products(session, ids, page))

        return await _by_page(parts, read)

    async def _viewer_reactions(self, ids: list[str]) -> list[list[ReactionKind]]:
        viewer = self._viewer or ""
        found = await self._read(lambda session: reads.reactions_of_viewer(session, viewer, ids))
        return [found.get(id_, []) for id_ in ids]

    async def _viewer_follows(self, ids: list[str]) -> list[bool]:
        viewer = self._viewer or ""
        found = await self._read(lambda session: reads.followed_by(session, viewer, ids))
        return [id_ in found for id_ in ids]

    def _lists(
        self, read: Callable[[AsyncSession, Collection[str]], Awaitable[Mapping[str, list[V]]]]
    ) -> Callable[[list[str]], Awaitable[list[list[V]]]]:
        async def load(ids: list[str]) -> list[list[V]]:
            found = await self._read(lambda session: read(session, ids))
            return [found.get(id_, []) for id_ in ids]

        return load

    def _counts(
        self, read: Callable[[AsyncSession, Collection[str]], Awaitable[Mapping[str, int]]]
    ) -> Callable[[list[str]], Awaitable[list[int]]]:
        async def load(ids: list[str]) -> list[int]:
            found = await self._read(lambda session: read(session, ids))
            return [found.get(id_, 0) for id_ in ids]

        return load

    async def _read(self, read: Callable[[AsyncSession], Awaitable[V]]) -> V:
        async with self._database.session() as session:
            return await read(session)


async def _by_page(
    parts: list[Part],
    read: Callable[[Collection[str], PageRequest], Awaitable[Mapping[str, list[V]]]],
) -> list[list[V]]:
    """Read pages for owners: one statement for each page that is asked for."""
    found: dict[Part, list[V]] = {}
    for page in {page for _, page in parts}:
        owners = [owner for owner, own in parts if own == page]
        for owner, items in (await read(owners, page)).items():
            found[owner, page] = items
    return [found.get(part, []) for part in parts]
