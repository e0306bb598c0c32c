"""Reads several outbox tables in windows of transaction ids; `outbox.py` says why."""

import logging
from typing import Any

import msgspec

from gateway.subscriptions import outbox_sql
from gateway.subscriptions.envelope import MalformedEvent, decode_event
from gateway.subscriptions.source import Deliver

_log = logging.getLogger(__name__)


class _Followed(msgspec.Struct):
    """A topic: where its events go, and the transaction id from which on they do."""

    deliver: Deliver
    since: int = 0


class OutboxReader:
    """The position in each table, and the topics wanted."""

    def __init__(self, schemas: tuple[str, ...]) -> None:
        self._configured = list(schemas)
        self._followed: dict[str, _Followed] = {}
        self._positions: dict[str, int] = {}
        self._start: int | None = None

    def add(self, topic: str, deliver: Deliver) -> None:
        """Reads the topic too from now on."""
        self._followed[topic] = _Followed(deliver)

    def begin(self, topic: str, oldest_running: int) -> None:
        """Fixes where the topic begins, which also starts the reading."""
        if (followed := self._followed.get(topic)) is not None:
            followed.since = oldest_running
            if self._start is None:
                self._start = oldest_running

    def remove(self, topic: str) -> None:
        """Ends the topic; after the last one the positions are forgotten."""
        self._followed.pop(topic, None)
        if not self._followed:
            self._positions.clear()
            self._start = None

    async def read(self, connection: Any) -> bool:
        """Delivers what has become readable.

        Returns:
            Whether there are rows that a running transaction holds back.
        """
        if self._start is None:
            return False
        upper = int(await connection.fetchval(outbox_sql.OLDEST_RUNNING))
        held_back = False
        for row in await connection.fetch(outbox_sql.SCHEMAS, self._configured):
            held_back |= await self._read_table(connection, row[0], upper)
        return held_back

    async def _read_table(self, connection: Any, schema: str, upper: int) -> bool:
        lower = self._positions.get(schema, self._start or upper)
        if upper < lower:
            _log.warning("outbox %s: transaction ids went back; was it restored?", schema)
            lower = upper
        reached = upper
        held_back: set[tuple[str, str]] = set()
        last_id, more = 0, True
        while more:
            topics = list(self._followed)
            rows = await connection.fetch(outbox_sql.since(schema), str(lower), topics, last_id)
            for row in rows:
                xid, key = int(row["xid"]), (row["topic"], row["key"])
                if xid >= upper or key in held_back:
                    # With it what follows in its key, though that may be of an older transaction.
                    held_back.add(key)
                    reached = min(reached, xid)
                else:
                    self._deliver(row)
            more = len(rows) == outbox_sql.PAGE
            last_id = rows[-1]["id"] if rows else last_id
        if self._start is not None:
            self._positions[schema] = reached
        return bool(held_back)

    def _deliver(self, row: Any) -> None:
        followed = self._followed.get(row["topic"])
        if followed is None or int(row["xid"]) < followed.since:
            return
        try:
            event = decode_event(row["topic"], row["event"])
        except MalformedEvent as error:
            _log.error("outbox: malformed event passed over: %s", error)
            return
        followed.deliver(event)
