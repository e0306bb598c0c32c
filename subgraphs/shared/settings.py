"""What a subgraph is told by its environment, read once and frozen."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class SettingMissing(Exception):
    """A variable that the subgraph cannot do without is not set."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one subgraph's process.

    `database_url` is `postgresql://…` (a socket as `?host=/path`); `gateway_jwks` is the text of
    the JWKS that verifies the gateway's tokens; `cursor_key` signs resume positions.
    """

    subgraph: str
    database_url: str
    gateway_jwks: str
    cursor_key: bytes
    kafka_bootstrap: str | None = None
    media_url: str = "/media"
    pool_size: int = 10
    max_body: int = 4 * 1024 * 1024

    @classmethod
    def from_environment(
        cls, subgraph: str, environment: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Read DATABASE_URL, GATEWAY_JWKS (text or path), CURSOR_KEY and the optional rest.

        Raises:
            SettingMissing: names the variable.
        """

        def required(name: str) -> str:
            value = environment.get(name, "")
            if not value:
                raise SettingMissing(f"The environment variable {name} is not set.")
            return value

        jwks = required("GATEWAY_JWKS")
        return cls(
            subgraph=subgraph,
            database_url=required("DATABASE_URL"),
            gateway_jwks=jwks if jwks.lstrip().startswith("{") else Path(jwks).read_text(),
            cursor_key=required("CURSOR_KEY").encode(),
            kafka_bootstrap=environment.get("KAFKA_BOOTSTRAP") or None,
            media_url=environment.get("MEDIA_URL", "/media").rstrip("/"),
            pool_size=int(environment.get("DATABASE_POOL_SIZE", "10")),
        )
