"""What a subgraph is told by its environment, read once and frozen."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet


class SettingUnusable(Exception):
    """A variable is not set, or not what it has to be; the message names it, and no secret."""


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
            SettingUnusable: names the variable.
        """
        return cls(
            subgraph=subgraph,
            database_url=database_url(environment),
            gateway_jwks=_jwks(_required("GATEWAY_JWKS", environment)),
            cursor_key=_required("CURSOR_KEY", environment).encode(),
            kafka_bootstrap=environment.get("KAFKA_BOOTSTRAP") or None,
            media_url=environment.get("MEDIA_URL", "/media").rstrip("/"),
            pool_size=_pool_size(environment.get("DATABASE_POOL_SIZE") or "10"),
        )


def database_url(environment: Mapping[str, str] = os.environ) -> str:
    """What DATABASE_URL says.

    Raises:
        SettingUnusable: it is not set, or not an address of PostgreSQL.
    """
    url = _required("DATABASE_URL", environment)
    if not url.startswith(("postgresql://", "postgresql+asyncpg://", "postgres://")):
        raise SettingUnusable("DATABASE_URL is not like postgresql://user@host:5432/name.")
    return url


def _required(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingUnusable(f"The environment variable {name} is not set.")
    return value


def _jwks(given: str) -> str:
    text = given
    if not given.lstrip().startswith("{"):
        try:
            text = Path(given).read_text()
        except (OSError, ValueError) as error:
            raise SettingUnusable(
                f"GATEWAY_JWKS names a file that cannot be read: {error}."
            ) from None
    try:
        KeySet.import_key_set(msgspec.json.decode(text))
    except (msgspec.DecodeError, JoseError, KeyError, TypeError, ValueError):
        raise SettingUnusable("GATEWAY_JWKS is no JWKS: `gateway jwks` prints one.") from None
    return text


def _pool_size(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise SettingUnusable(f"DATABASE_POOL_SIZE is a number from 1; not {given!r}.")
    return int(given)
