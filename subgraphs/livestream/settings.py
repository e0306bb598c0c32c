"""What livestream is told by its environment besides what `subgraphs.shared.settings` reads."""

import os
from collections.abc import Mapping

import msgspec


class SettingInvalid(ValueError):
    """A variable has a value that makes no sense."""


class DirectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many seconds apart the pins of a demo room are; None: the rooms are not directed."""

    seconds: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "DirectorSettings":
        """Read FUSION_DIRECTOR: seconds, 0 or nothing to leave the rooms alone.

        Raises:
            SettingInvalid: it is not 0 or a number from 0.1 to 3600.
        """
        text = environment.get("FUSION_DIRECTOR") or "0"
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if seconds == 0:
            return cls()
        if not 0.1 <= seconds <= 3600:
            raise SettingInvalid(f"FUSION_DIRECTOR is 0 or seconds from 0.1 to 3600; not {text!r}.")
        return cls(seconds=seconds)
