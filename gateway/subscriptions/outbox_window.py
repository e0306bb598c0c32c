"""Reads several outbox tables in windows of transaction ids; `outbox.py` says why.

A server that crashed gives transaction ids out again, if those who had them left nothing behind: it
forgets what was rolled back in its last moments. Below our position there may be new rows, then.
Their own ids tell them: those are given out once.
"""

import logging
from typing import Any

import msgspec

from gateway.subscriptions import outbox_sql
from gateway.subscriptions.envelope import MalformedEvent, decode_event
from gateway.subscriptions.source import Deliver

_log = logging.getLogger(__name__)


class _Followed(msgspec.Struct):
    """A topic: where its events go, and from which transaction id on, or after which id, they do.

    `beyond` is by schema.
    """

    deliver: Deliver
    since: int = 0
    beyond: dict[str, int] = {}


class OutboxReader:
    """The position in each table, and the topics wanted."""

    def __init__(self, schemas: tuple[str, ...]) -> None:
        self._configured = list(schemas)
        self._followed: dict[str, _Followed] = {}
        self._positions: dict[str, int] = {}
        self._last_ids: dict[str, int] = {}
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
            self._last_ids.clear()
            self._start = None

    async def resume(self, connection: Any) -> None:
        """After a lost connection: finds what a crash may let come below the positions."""
        upper = int(await connection.fetchval(outbox_sql.OLDEST_RUNNING))
        for row in await connection.fetch(outbox_sql.SCHEMAS, self._configured):
            if row[0] in self._positions:
                await self._step_back(connection, row[0], upper)

    async def _step_back(self, connection: Any, schema: str, upper: int) -> None:
        last_id = self._last_ids[schema]
        issued = await connection.fetchval(outbox_sql.ISSUED, outbox_sql.table(schema))
        if issued is not None and issued < last_id:
            _log.warning("outbox %s: it has begun anew, or was put back", schema)
            last_id = 0
        oldest = await connection.fetchval(outbox_sql.oldest_beyond(schema), last_id)
        first = min(upper, upper if oldest is None else int(oldest))
        if first < self._positions.get(schema, 0):
            self._positions[schema], self._last_ids[schema] = first, last_id
            for followed in self._followed.values():
                followed.beyond[schema] = last_id

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
                    self._deliver(schema, row)
            more = len(rows) == outbox_sql.PAGE
            last_id = rows[-1]["id"] if rows else last_id
        newest = await connection.fetchval(outbox_sql.last_id(schema))
        if self._start is not None:
            self._positions[schema], self._last_ids[schema] = reached, newest
        return bool(held_back)

    def _deliver(self, schema: str, row: Any) -> None:
        followed = self._followed.get(row["topic"])
        if followed is None:
            return
        is_new = row["id"] > followed.beyond.get(schema, row["id"])
        if int(row["xid"]) < followed.since and not is_new:
            return
        try:
            event = decode_event(row["topic"], row["event"])
        except MalformedEvent as error:
            _log.error("outbox: malformed event passed over: %s", error)
            return
        followed.deliver(event)
