"""A start that is cut short leaves nothing running, and the next one goes on from there."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.store import ROOT, Store

LOADED = """{
  products { totalCount }
  streams(state: LIVE) { nodes { shelf { product { title } } } }
  groupBuys { nodes { state } }
  feed { nodes { id } }
  trialBalance(currency: "INR") { difference }
}"""


@contextmanager
def started_until(store: Store, step: str) -> Iterator[subprocess.Popen[str]]:
    """A store that has just done a step of its start."""
    with subprocess.Popen(
        store.command(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith(step):
                break
        yield process


def test_a_store_told_to_stop_while_it_starts_stops_its_database(tmp_path: Path):
    store = Store(tmp_path / "home")
    with started_until(store, "Database schemas") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(timeout=60) == 130
    assert "Stopped before the store was up" in said
    assert "Traceback" not in said
    folder = str(store.home.database)
    running = [found for found in psutil.process_iter(["cwd"]) if found.info["cwd"] == folder]
    assert running == []


@pytest.mark.timeout(240)
async def test_demo_data_are_whole_although_their_loading_was_killed(tmp_path: Path):
    store = Store(tmp_path / "home")
    with started_until(store, "Demo data: catalog") as process:
        process.kill()
    try:
        store.start()
        async with store.client("merchant") as merchant:
            loaded = await merchant.data(LOADED)
    finally:
        store.stop()
    assert loaded["products"]["totalCount"] >= 200
    rooms = loaded["streams"]["nodes"]
    assert len(rooms) == 3
    assert all(item["product"]["title"] for room in rooms for item in room["shelf"])
    assert loaded["groupBuys"]["nodes"]
    assert loaded["feed"]["nodes"]
    assert loaded["trialBalance"]["difference"] == 0
