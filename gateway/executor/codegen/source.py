"""Python source under construction, and its way to functions that tracebacks and profiles show."""

import itertools
import linecache
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_numbers: Final = itertools.count(1)


class Irregular(Exception):  # not an error: the interpreter takes over
    """Generated code met a value that only the interpreter handles, as in a faulty answer."""


class Module:
    """The loaded code of one plan. Its source can be shown as long as it lives."""

    def __init__(self, label: str, source: str, constants: dict[str, Any]) -> None:
        self.file_name = f"<plan {next(_numbers)} {label}>"
        self.source = source
        self._namespace = dict(constants)
        lines = source.splitlines(keepends=True)
        linecache.cache[self.file_name] = (len(source), None, lines, self.file_name)
        weakref.finalize(self, linecache.cache.pop, self.file_name, None)
        # One function at a time: while Python compiles, no other thread runs.
        for start, text in _functions(lines):
            code = compile("\n" * start + text, self.file_name, "exec")
            exec(code, self._namespace)  # noqa: S102  # from the plan; literals go through repr

    def __getitem__(self, name: str) -> Any:
        """A function of the module."""
        return self._namespace[name]


def _functions(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The top-level functions, each with the number of lines before it."""
    starts = [number for number, line in enumerate(lines) if line.startswith("def ")]
    for start, end in itertools.pairwise((*starts, len(lines))):
        yield start, "".join(lines[start:end])


class Source:
    """Lines of Python, and the values that they use by name."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self._lines: list[str] = []
        self._depth = 0
        self._names: dict[str, Iterator[int]] = {}

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add `head:` and what comes inside the `with`, one deeper."""
        self.line(f"{head}:")
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, stem: str) -> str:
        """A name that is not used yet."""
        return f"{stem}{next(self._names.setdefault(stem, itertools.count(1)))}"

    def constant(self, stem: str, value: Any) -> str:
        """A name under which the code finds `value`."""
        name = self.name(stem)
        self.constants[name] = value
        return name

    def load(self, label: str) -> Module:
        """Compile all lines so far."""
        return Module(label, "\n".join([*self._lines, ""]), self.constants)
