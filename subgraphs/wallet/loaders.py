"""Batches the reads of one request: one statement a kind, whatever the number of objects.

Everything is read as the viewer: what is another's is as if it were not there.
"""

from collections.abc import Sequence

from subgraphs.shared.connections import Page, PageRequest, page_of
from subgraphs.shared.context import Request
from subgraphs.shared.instants import now
from subgraphs.shared.loader import Loader
from subgraphs.wallet import hold_rows, repository
from subgraphs.wallet.limits import month_of
from subgraphs.wallet.models import Account, Entry, Hold, HoldState


class Loaders:
    """The loaders of one request; see `forget` for what comes after a mutation."""

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._viewer = request.viewer.sub if request.viewer else None
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on: a mutation is about to change it."""
        self.account = Loader(self._accounts)
        self.accounts_of = Loader(self._accounts_of)
        self.entry = Loader(self._entries)
        self.entry_page = Loader(self._entry_pages)
        self.holds = Loader(self._holds)
        self.sent_this_month = Loader(self._sent_this_month)

    async def _accounts(self, ids: list[str]) -> list[Account | None]:
        if self._viewer is None:
            return [None] * len(ids)
        async with self._database.session() as session:
            found = await repository.accounts_of(session, self._viewer, ids)
        by_id = {account.id: account for account in found}
        return [by_id.get(id_) for id_ in ids]

    async def _accounts_of(self, owners: list[str]) -> list[list[Account]]:
        mine: list[Account] = []
        if self._viewer in owners and self._viewer is not None:
            async with self._database.session() as session:
                mine = await repository.accounts_of(session, self._viewer)
        return [mine if owner == self._viewer else [] for owner in owners]

    async def _entries(self, ids: list[str]) -> list[Entry | None]:
        if self._viewer is None:
            return [None] * len(ids)
        async with self._database.session() as session:
            found = await repository.entries_by_ids(session, self._viewer, ids)
        by_id = {entry.id: entry for entry in found}
        return [by_id.get(id_) for id_ in ids]

    async def _entry_pages(self, keys: list[tuple[str, PageRequest]]) -> list[Page[Entry]]:
        """Keys are (account, page); only accounts that were loaded as the viewer's come here."""
        pages: dict[tuple[str, PageRequest], Page[Entry]] = {}
        async with self._database.session() as session:
            for request in {key[1] for key in keys}:
                ids = [id_ for id_, asked in keys if asked == request]
                found = await repository.entry_pages(session, ids, request)
                for id_, rows in found.items():
                    pages[id_, request] = page_of(rows, request, _place)
        return [pages[key] for key in keys]

    async def _holds(self, keys: list[tuple[str, HoldState | None]]) -> list[list[Hold]]:
        """Keys are (account, state); only accounts that were loaded as the viewer's come here."""
        found: dict[tuple[str, HoldState | None], list[Hold]] = {}
        async with self._database.session() as session:
            for state in {key[1] for key in keys}:
                ids = [id_ for id_, asked in keys if asked == state]
                for id_, some in (await hold_rows.of_accounts(session, ids, state)).items():
                    found[id_, state] = some
        return [found[key] for key in keys]

    async def _sent_this_month(self, ids: list[str]) -> Sequence[int]:
        async with self._database.session() as session:
            sent = await repository.sent_since(session, ids, month_of(now()))
        return [sent.get(id_, 0) for id_ in ids]


def _place(entry: Entry) -> tuple[int]:
    return (entry.sequence,)
