"""`docs/planning.md` shows what its commands print.

    python -m tests.gateway.test_planning_guide

writes the commands' output into the page anew.
"""

import contextlib
import io
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gateway.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "planning.md"
FILE = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
CONSOLE = re.compile(r"```console\n\$ gateway (.*?)\n(.*?)```", re.DOTALL)


def printed(text: str) -> Iterator[tuple[str, str, str]]:
    """Each command of the page, the output that the page shows, and the true one."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, content in FILE.findall(text):
            Path(name).write_text(content)
        for command, shown in CONSOLE.findall(text):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = main(shlex.split(command))
            assert status == 0, command
            lines = [line.rstrip() for line in out.getvalue().strip().splitlines()]
            yield command, shown, "".join(f"{line}\n" for line in lines)


def test_the_commands_print_what_the_guide_shows():
    found = list(printed(PAGE.read_text(encoding="utf-8")))
    assert [command.split()[0] for command, _, _ in found] == [
        "compose", "normalize", "graph", "paths", "fetch-graph", "plan",
    ]  # fmt: skip
    for command, shown, true in found:
        assert shown == true, f"gateway {command}: run python -m {__spec__.name}"


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for command, shown, true in printed(page):
        head = f"```console\n$ gateway {command}\n"
        page = page.replace(f"{head}{shown}```", f"{head}{true}```")
    PAGE.write_text(page, encoding="utf-8")
