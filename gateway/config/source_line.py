"""A line of a source file that is shown to somebody, with the place in it that is meant."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec


class SourceLine(msgspec.Struct, frozen=True):
    """Line and column count from 1. The text is empty where the line is not known."""

    file: str
    line: int
    column: int
    text: str = ""

    @classmethod
    def of(cls, file: Path, lines: Sequence[str], line: int, column: int = 0) -> "SourceLine":
        """The line of a file of these lines; without a column, where its text begins."""
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        return cls(shown(file), line, column or len(text) - len(text.lstrip()) + 1, text)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The line, and below it a caret under each letter of the word that is meant.

        12 |   rating: Int!
           |   ^^^^^^
        """
        word = re.match(r"@?\w+", self.text[self.column - 1 :])
        before = re.sub(r"[^\t]", " ", self.text[: self.column - 1])
        gutter = str(self.line)
        carets = "^" * len(word[0] if word else "^")
        return f"  {gutter} | {self.text}\n  {' ' * len(gutter)} | {before}{carets}"


def shown(file: Path) -> str:
    """A file's path as one would write it here: relative to the working directory, if below."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
