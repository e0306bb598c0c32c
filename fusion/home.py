"""The folder in which the one-machine store keeps everything: database, keys, pictures."""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey


class AlreadyRunning(Exception):
    """Another process runs the store from this folder."""


class SecretBroken(Exception):
    """A file with a secret holds none, as after a loss of power."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths and secrets below one folder; secrets are made on first use, for the owner only."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "postgres"

    @property
    def media(self) -> Path:
        return self.root / "media"

    def key(self, name: str) -> OKPKey:
        """The Ed25519 signing key of that name.

        Raises:
            SecretBroken: its file holds none.
        """
        file = f"{name}.jwk"
        text = self._secret(file, lambda: json.dumps(_new_key(name)))
        try:
            return OKPKey.import_key(json.loads(text))
        except (ValueError, JoseError) as error:
            raise _broken(self.root / "keys" / file) from error

    def public_keys(self, name: str) -> Path:
        """A file with the JWKS that verifies what the key of that name signs."""
        path = self.root / "keys" / f"{name}.jwks.json"
        jwks = {"keys": [self.key(name).as_dict(private=False)]}
        path.write_text(json.dumps(jwks))
        return path

    def secret(self, name: str) -> str:
        """A random secret of 256 bits as text.

        Raises:
            SecretBroken: its file holds none.
        """
        return self._secret(name, lambda: secrets.token_urlsafe(32))

    def private_key_file(self, name: str) -> Path:
        """The file that holds the signing key of that name as a JWK."""
        self.key(name)
        return self.root / "keys" / f"{name}.jwk"

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.root / "keys" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Written aside and renamed: a kill in between leaves no half a key.
            fresh = path.with_suffix(".new")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        text = path.read_text()
        if not text:
            raise _broken(path)
        return text

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder; the kernel lets go of it when the process ends, however it ends.

        Raises:
            AlreadyRunning: another process holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(f"The store already runs from {self.root}.") from None
            yield


def _broken(path: Path) -> SecretBroken:
    return SecretBroken(f"{path} holds no key. Remove it, and it is made anew.")


def _new_key(name: str) -> dict[str, object]:
    key = OKPKey.generate_key("Ed25519", {"kid": name, "use": "sig", "alg": "Ed25519"})
    return dict(key.as_dict(private=True))
