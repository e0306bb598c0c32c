"""When events happened, as far as producers' clocks can be trusted."""

from datetime import UTC, datetime, timedelta
from typing import Final

CLOCK_SKEW: Final = timedelta(seconds=60)
"""How far the clocks of two producers may differ, or one be set back."""


def moment(time: str | None) -> datetime | None:
    """An RFC 3339 time; None if there is none, or nothing can be made of it."""
    try:
        found = datetime.fromisoformat(time or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
