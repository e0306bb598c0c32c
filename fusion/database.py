"""Where the store's database is, for commands that work on it while the store runs."""

import os
from pathlib import Path
from urllib.parse import quote

_SOCKET_LINE = 4


class NoDatabase(Exception):
    """No database was named, and none runs from the store's folder."""


def database_url(home: Path) -> str:
    """What DATABASE_URL says, or else the server that runs from the store's folder.

    Raises:
        NoDatabase: there is neither.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    try:
        lines = (home / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://postgres@/postgres?host={quote(lines[_SOCKET_LINE])}"
    except (OSError, IndexError):
        message = f"Set DATABASE_URL, or start the store: no database runs from {home}."
        raise NoDatabase(message) from None
