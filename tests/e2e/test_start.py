"""A start that is cut short leaves nothing running."""

import signal
import subprocess
from pathlib import Path

import psutil

from tests.support.store import ROOT, Store


def test_a_store_told_to_stop_while_it_starts_stops_its_database(tmp_path: Path):
    store = Store(tmp_path / "home")
    with subprocess.Popen(
        store.command(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith("Database schemas"):
                break
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read()
        assert process.wait(timeout=30) == 130
    assert "Stopped before the store was up" in said
    assert "Traceback" not in said
    folder = str(store.home.database)
    running = [found for found in psutil.process_iter(["cwd"]) if found.info["cwd"] == folder]
    assert running == []
