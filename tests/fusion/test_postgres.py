"""The store's own PostgreSQL survives `kill -9`, whenever that comes."""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from fusion.postgres import DatabaseFailed, postgres

_RUN = (
    "import sys, pathlib, fusion.postgres as p; p.postgres(pathlib.Path(sys.argv[1])).__enter__()"
)

# However late the kill comes: the server that is being made is not started, thus never made.
_RUN_UNTIL_STARTED = f"""
import sys, time
def hold(event, found):
    if event == "subprocess.Popen" and str(found[0]).endswith("pg_ctl"):
        time.sleep(3600)
sys.addaudithook(hold)
{_RUN}
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own, which each run closes to the user that PostgreSQL runs as."""
    made = Path(tempfile.mkdtemp(prefix="fusion-postgres-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def fetch(url: str, *statements: str) -> object:
    """The value of the last statement; tried again while the server is away."""
    async with asyncio.timeout(60):
        while True:
            try:
                connection = await asyncpg.connect(url)
                try:
                    return [await connection.fetchval(each) for each in statements][-1]
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.05)


def server_of(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))


def kill_all(data: Path) -> None:
    """As a loss of power: server and children at once."""
    server = server_of(data)
    for process in (server, *server.children(recursive=True)):
        process.kill()


async def test_a_server_that_is_killed_is_started_again_with_all_that_was_committed(
    folder: Path,
):
    data = folder / "postgres"
    with postgres(data) as url:
        await fetch(url, "create table kept as select 1 as n")
        server_of(data).kill()
        await fetch(url, "insert into kept values (2), (3)")
        kill_all(data)
        assert await fetch(url, "select max(n) from kept") == 3
    assert not (data / "postmaster.pid").exists()


def test_a_server_that_was_killed_while_it_was_made_is_made_anew(folder: Path):
    data = folder / "postgres"
    run = [sys.executable, "-c", _RUN_UNTIL_STARTED, str(data)]
    with subprocess.Popen(run, start_new_session=True) as made:
        while made.poll() is None and not list(folder.rglob("PG_VERSION")):
            time.sleep(0.005)
        os.killpg(made.pid, signal.SIGKILL)
    assert made.returncode == -signal.SIGKILL
    assert not data.exists(), "the kill came too late to prove anything"
    with postgres(data) as url:
        assert asyncio.run(fetch(url, "select 1")) == 1
    assert list(folder.glob("postgres.*")) == []


async def test_a_lock_file_that_a_kill_left_is_no_obstacle(folder: Path):
    data = folder / "postgres"
    lock = data / "postmaster.pid"
    with postgres(data) as url:
        await fetch(url, "create table kept as select 1 as n")
    whole = ("pid", str(data), "1", "5432", str(data), "", "1 1", "ready")
    for pid, lines in ((2**22 + 1, 5), (-(2**22), 7), (os.getpid(), 8)):
        lock.write_text("\n".join([str(pid), *whole[1:lines], ""]))
        with postgres(data) as url:
            assert await fetch(url, "select n from kept") == 1


@pytest.mark.parametrize(("length", "temporary"), [(60, ""), (97, ""), (200, "t" * 60)])
def test_neither_a_login_s_runtime_folder_nor_a_short_path_is_needed(
    folder: Path, length: int, temporary: str
):
    """97: of the data's folder it would do for a socket, of the one that is made aside not."""
    data = folder / "l" / "postgres"
    data = folder / ("l" * (1 + length - len(str(data / ".s.PGSQL.5432")))) / "postgres"
    ask = (
        "import asyncio, pathlib, sys, asyncpg, fusion.postgres as p\n"
        "async def ask(url): return await (await asyncpg.connect(url)).fetchval('select 1')\n"
        "with p.postgres(pathlib.Path(sys.argv[1])) as url: print(asyncio.run(ask(url)))"
    )
    # As `su` leaves it: the folder of a login that this user does not have.
    environment = os.environ | {
        "XDG_RUNTIME_DIR": "/proc/1/fdinfo",
        "TMPDIR": str(folder / temporary),
    }
    (folder / temporary).mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", ask, str(data)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    name = hashlib.sha256(bytes(data)).hexdigest()[:10]
    shutil.rmtree(Path("/tmp") / f"fusion-{name}", ignore_errors=True)


@pytest.mark.parametrize("name", ["with space", "quoted'", "$HOME"])
def test_a_path_that_the_wheel_cannot_start_on_is_refused(tmp_path: Path, name: str):
    with pytest.raises(DatabaseFailed, match=r"DATABASE_URL"), postgres(tmp_path / name):
        pass
    assert not (tmp_path / name).exists()


async def test_a_start_that_takes_longer_than_the_wheel_waits_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    run: Callable[..., Any] = subprocess.run
    left = [folder / "data"]

    def impatient(command: list[str], **more: Any) -> Any:
        done = run(command, **more)
        if command[-1] == "start" and str(folder / "data") in command and left:
            left.clear()
            raise subprocess.TimeoutExpired("pg_ctl", 10)
        return done

    monkeypatch.setattr(subprocess, "run", impatient)
    with postgres(folder / "data") as url:
        assert await fetch(url, "select 1") == 1
        server = server_of(folder / "data")
    assert left == []
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
