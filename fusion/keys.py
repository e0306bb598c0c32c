"""What `compose.yaml` must not hold: keys and secrets of a cluster's demo, made on this machine."""

import os
import secrets
from pathlib import Path

from fusion.home import Home

_SECRETS = ("POSTGRES_PASSWORD", "CURSOR_KEY", "VIDEO_KEY", "LIVEKIT_API_SECRET")


def make_keys(home: Home, environment: Path) -> list[Path]:
    """Make what is missing, and give the files that were made.

    What is there stays: a database keeps its first password, tokens and cursors stay good.
    """
    private = home.root / "keys" / "gateway.jwk"
    made = [] if private.exists() else [private]
    home.private_key_file("gateway")
    public = [home.public_keys(name) for name in ("gateway", "personas")]
    # Containers are mounted these files one by one, and run as another user. On this machine the
    # folder around them is its owner's alone.
    private.chmod(0o444)
    for path in public:
        path.chmod(0o644)
    if not environment.is_file():
        _write(environment)
        made.append(environment)
    return made


def _write(environment: Path) -> None:
    descriptor = os.open(environment, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        for name in _SECRETS:
            file.write(f"{name}={secrets.token_urlsafe(32)}\n")
