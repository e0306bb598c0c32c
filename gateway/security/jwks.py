"""The public keys that verify clients' tokens, from files and URLs.

Keys of a URL are asked for again after `refresh_interval`, and when a token names a key that is not
known: then at most twice in 30 seconds, so that forged tokens cannot make the gateway hammer the
identity provider. While the provider is down, the keys last seen stay in use.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from gateway.errors import ConfigurationError

Fetch = Callable[[str], Awaitable[bytes]]

_MISSES = 2
_MISS_WINDOW = 30.0
_log = logging.getLogger("gateway.security")


class KeysUnavailable(Exception):
    """No keys could be fetched so far."""


class Keys(Protocol):
    """The keys of one provider."""

    async def find(self, kid: str | None) -> Sequence[Key]:
        """The keys that may have signed a token: by key id, or all where it has none.

        Raises:
            KeysUnavailable: The provider has not answered yet.
        """
        ...


class FileKeys:
    """The keys of a file, read once."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            ConfigurationError: It cannot be read as a JWKS.
        """
        try:
            self._keys = _parse(path.read_bytes())
        except (OSError, ValueError, JoseError) as error:
            raise ConfigurationError(f"{path}: cannot be read as a JWKS: {error}") from error

    async def find(self, kid: str | None) -> Sequence[Key]:
        return _by_id(self._keys, kid)


class UrlKeys:
    """The keys that an identity provider publishes."""

    def __init__(
        self,
        url: str,
        refresh_interval: float,
        fetch: Fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fetch` gets a URL's body, bounded in time and size; times are in seconds."""
        self._url = url
        self._refresh_interval = refresh_interval
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._misses: deque[float] = deque(maxlen=_MISSES)
        self._keys: KeySet | None = None
        self._tried_at = float("-inf")

    async def find(self, kid: str | None) -> Sequence[Key]:
        if self._stale():
            await self._refresh(self._tried_at)
        if self._keys is None:
            raise KeysUnavailable(self._url)
        found = _by_id(self._keys, kid)
        if not found and self._miss_allowed():
            await self._refresh(self._tried_at)
            found = _by_id(self._keys, kid)
        return found

    def _stale(self) -> bool:
        interval = self._refresh_interval if self._keys is not None else 1.0
        return self._clock() - self._tried_at >= interval

    def _miss_allowed(self) -> bool:
        now = self._clock()
        if len(self._misses) == _MISSES and now - self._misses[0] < _MISS_WINDOW:
            return False
        self._misses.append(now)
        return True

    async def _refresh(self, seen: float) -> None:
        """Fetch the keys, unless someone has since `seen`: once, however many requests wait."""
        async with self._lock:
            if self._tried_at != seen:
                return
            try:
                self._keys = _parse(await self._fetch(self._url))
            except (OSError, ValueError, JoseError) as error:
                _log.warning("keys not fetched", extra={"url": self._url, "why": str(error)})
            finally:
                self._tried_at = self._clock()


def _by_id(keys: KeySet, kid: str | None) -> list[Key]:
    return [key for key in keys.keys if kid is None or key.kid == kid]


def _parse(body: bytes) -> KeySet:
    value = orjson.loads(body)
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list):
        raise ValueError("it has no list of keys")  # noqa: TRY004 (its type is not the caller's fault)
    return KeySet.import_key_set({"keys": keys})
