"""Relay connections over keysets: a page starts after a row's sort key, never at an offset.

A repository asks for `request.limit` rows (one more than the page) after `request.after(kind)`,
ordered by the same key; `page_of` cuts the page and writes each row's cursor.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import MAXYEAR, datetime
from typing import Any, Generic, Self, TypeVar

import msgspec
import strawberry

from subgraphs.shared.errors import BadUserInput

MAX_FIRST = 100
T = TypeVar("T")
N = TypeVar("N")
Key = TypeVar("Key", bound=tuple[Any, ...])


class PageRequest(msgspec.Struct, frozen=True):
    """How many items after which cursor. Equal requests are equal keys of a loader."""

    first: int
    cursor: str | None

    @property
    def limit(self) -> int:
        """Rows to read: one more than the page, to know whether there is a next."""
        return self.first + 1

    def after(self, kind: type[Key]) -> Key | None:
        """The sort key after which the page starts, as a tuple type such as `tuple[datetime, str]`.

        Raises:
            BadUserInput: the cursor is not one of this connection's.
        """
        if self.cursor is None:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
            key: Key | None = msgspec.json.decode(data, type=kind)
        except (binascii.Error, ValueError, msgspec.DecodeError):
            key = None
        if key is None or not all(map(_can_be_asked_for, key)):
            raise BadUserInput("`after` is not a cursor of this connection.")
        return key


def _can_be_asked_for(part: object) -> bool:
    """Whether PostgreSQL has such a number or instant: sort keys are read from there."""
    match part:
        case int():
            return -(2**63) <= part < 2**63
        case datetime():
            return part.tzinfo is not None and 1 < part.year < MAXYEAR
        case _:
            return True


def page_request(first: int, after: str | None = None) -> PageRequest:
    """Check the arguments of a connection.

    Raises:
        BadUserInput: `first` is not within 0 and 100.
    """
    if not 0 <= first <= MAX_FIRST:
        raise BadUserInput(f"`first` is between 0 and {MAX_FIRST}; not {first}.")
    return PageRequest(first, after)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of values, with the cursor of each."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


def page_of(
    rows: Sequence[T], request: PageRequest, key: Callable[[T], tuple[Any, ...]]
) -> Page[T]:
    """Cut the page out of up to `request.limit` rows; `key` gives a row's sort key."""
    items = rows[: request.first]
    return Page(
        items=items,
        cursors=[cursor_of(key(item)) for item in items],
        has_next=len(rows) > request.first,
        has_previous=request.cursor is not None,
    )


def cursor_of(key: tuple[Any, ...]) -> str:
    """A sort key as opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


@strawberry.federation.type(shareable=True, description="Where a page stands in its connection.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether more items follow.")
    has_previous_page: bool = strawberry.field(description="Whether items come before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first item.")
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last item.")


@strawberry.type(description="An item and its place.")
class Edge(Generic[N]):
    """`Edge[WalletEntry]` is named WalletEntryEdge."""

    cursor: str = strawberry.field(description="Give it as `after` to read on from here.")
    node: N = strawberry.field(description="The item.")


@strawberry.type(description="A page of items.")
class Connection(Generic[N]):
    """`Connection[WalletEntry]` is named WalletEntryConnection."""

    edges: list[Edge[N]] = strawberry.field(description="The items with their cursors.")
    nodes: list[N] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")

    @classmethod
    def of(cls, page: Page[T], convert: Callable[[T], N]) -> Self:
        """From a page of values; `convert` makes the graph's type of one."""
        nodes = [convert(item) for item in page.items]
        return cls(
            edges=[
                Edge(cursor=cursor, node=node)
                for cursor, node in zip(page.cursors, nodes, strict=True)
            ],
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            ),
        )
