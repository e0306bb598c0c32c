"""What livestream is told by its environment besides what `subgraphs.shared.settings` reads."""

import os
from collections.abc import Mapping

import msgspec


class SettingInvalid(ValueError):
    """A variable has a value that makes no sense."""


class DirectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the demo's rooms are directed, and how many seconds apart a room's pins are."""

    enabled: bool = False
    seconds: float = 5.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "DirectorSettings":
        """Read FUSION_DIRECTOR (1 turns it on) and FUSION_DIRECTOR_SECONDS.

        Raises:
            SettingInvalid: the seconds are not a number from 0.1 to 3600.
        """
        text = environment.get("FUSION_DIRECTOR_SECONDS", "5")
        try:
            seconds = float(text)
        except ValueError:
            seconds = 0.0
        if not 0.1 <= seconds <= 3600:
            raise SettingInvalid(
                f"FUSION_DIRECTOR_SECONDS is a number from 0.1 to 3600; not {text!r}."
            )
        return cls(enabled=environment.get("FUSION_DIRECTOR") == "1", seconds=seconds)
