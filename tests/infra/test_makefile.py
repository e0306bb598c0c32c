"""The environment that `make` makes: whole or made again, whatever interrupted it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")

ALONE = "infra/local/exclusively.py"

# Makes environments whose Python writes down what it is asked for; while there is a file `hold`,
# none is ready.
PYTHON = f"""#!/bin/sh
case "$*" in {ALONE}*) exec {sys.executable} "$@" ;; esac
echo "$@" >>calls
case "$*" in
  *venv*) while test -e hold; do sleep 0.05; done
    mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/pytest ;;
esac
"""


class Clone:
    """A folder with the Makefile and a Python of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ROOT / "Makefile", folder)
        (folder / ALONE).parent.mkdir(parents=True)
        shutil.copy(ROOT / ALONE, folder / ALONE)
        for name in LOCKS:
            (folder / name).touch()
        self.python = folder / "python"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def make(self, target: str, python: str | Path | None = None) -> tuple[list[str], str]:
        """What was asked of Python, and what went wrong."""
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        with self.making(target, python) as made:
            _, errors = made.communicate()
        told = errors if made.returncode else ""
        return (calls.read_text().splitlines() if calls.exists() else []), told

    def making(self, target: str, python: str | Path | None = None) -> subprocess.Popen[str]:
        asked = ["make", f"PYTHON={python or self.python}", target]
        pipe = subprocess.PIPE
        # The tests may have been started by a make themselves: this one is none of its own.
        alone = {name: text for name, text in os.environ.items() if "MAKE" not in name}
        return subprocess.Popen(
            asked, cwd=self.folder, env=alone, stdout=pipe, stderr=pipe, text=True
        )

    def is_newer(self, lock: str) -> None:
        ahead = max(path.stat().st_mtime for path in (self.folder / ".venv").iterdir()) + 10
        os.utime(self.folder / lock, (ahead, ahead))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def steps(calls: list[str]) -> list[str]:
    """Which of them make or fill an environment."""
    return [
        "venv" if "-m venv" in call else call.rpartition(" -r ")[2]
        for call in calls
        if "-m venv" in call or " -r " in call
    ]


def test_the_environment_is_made_once(clone: Clone) -> None:
    assert steps(clone.make(".venv/.run")[0]) == ["venv", "requirements.lock"]
    assert clone.make(".venv/.run") == ([], "")


def test_an_environment_that_was_interrupted_is_made_again(clone: Clone) -> None:
    (clone.folder / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(clone.python, clone.folder / ".venv" / "bin" / "python")
    assert steps(clone.make(".venv/.run")[0]) == ["venv", "requirements.lock"]


def test_packages_whose_installation_was_interrupted_are_installed_again(clone: Clone) -> None:
    clone.make(".venv/.run")
    (clone.folder / ".venv" / ".run").unlink()
    assert steps(clone.make(".venv/.run")[0]) == ["requirements.lock"]


def test_those_for_development_are_enough_for_the_store_while_they_are_current(
    clone: Clone,
) -> None:
    assert steps(clone.make(".venv/.dev")[0]) == ["venv", "requirements-dev.lock"]
    assert clone.make(".venv/.run") == ([], "")
    clone.is_newer("requirements.lock")
    assert steps(clone.make(".venv/.run")[0]) == ["requirements.lock"]


def test_a_missing_python_is_told_with_what_to_do(clone: Clone) -> None:
    calls, told = clone.make("up", "no-such-python")
    assert calls == []
    assert "Python 3.11 or later is needed, and there is no no-such-python." in told
    assert "make PYTHON=" in told


def test_two_at_once_make_one_environment(clone: Clone) -> None:
    hold = clone.folder / "hold"
    hold.touch()
    with clone.making(".venv/.run") as first, clone.making(".venv/.run") as second:
        try:
            # One holds the lock and is held up; only the other can say that it waits.
            told = [made.stdout.readline() for made in (first, second) if made.stdout]
        finally:
            hold.unlink()
            for made in (first, second):
                made.communicate()
    assert sorted(told) == [
        "Another make makes the environment; this one waits for it\n",
        "Making the environment in .venv\n",
    ]
    assert (first.returncode, second.returncode) == (0, 0)
    calls = (clone.folder / "calls").read_text().splitlines()
    assert steps(calls) == ["venv", "requirements.lock"]
