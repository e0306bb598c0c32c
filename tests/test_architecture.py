"""What no linter knows: file lengths and names."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 500
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_no_file_holds_more_than_one_can_keep_in_mind():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_files_are_named_for_what_they_own():
    assert [path for path in python_files() if path.stem in BANNED] == []


def test_every_package_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.name == "__init__.py" and not path.read_text().startswith('"""')
    ]
    assert silent == []
