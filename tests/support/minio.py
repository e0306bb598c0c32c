"""A real MinIO for tests marked `minio`: the one that S3_ENDPOINT names, or one of our own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.session import get_session  # type: ignore[import-untyped]

_SCRIPT = Path(__file__).parents[2] / "infra" / "local" / "minio.sh"
_KEYS = ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD")


class MinioServer:
    """A server of our own, to be stopped and started; its data is in a folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.address = self.start()

    def start(self) -> str:
        return _run("start", str(self.data))

    def stop(self) -> None:
        _run("stop", str(self.data))


@contextmanager
def minio_server() -> Iterator[MinioServer]:
    """Starts a server, if this machine can."""
    if not _is_here():
        pytest.skip(
            "needs MinIO: set S3_ENDPOINT, or install Go and run infra/local/minio.sh install"
        )
    folder = Path(tempfile.mkdtemp(prefix="fusion-minio-"))
    started = MinioServer(folder)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def minio_address() -> Iterator[str]:
    """The address that S3_ENDPOINT names, or that of a server of our own."""
    if address := os.environ.get("S3_ENDPOINT"):
        yield address
        return
    with minio_server() as started:
        yield started.address


class Bucket:
    """A bucket of the test's own, private as all are unless one says otherwise."""

    def __init__(self, endpoint: str) -> None:
        user, password = (os.environ.get(name, "minioadmin") for name in _KEYS)
        self.endpoint = endpoint
        self.keys = {"access_key_id": user, "secret_access_key": password}
        self.name = f"graphs-{uuid4().hex[:8]}"
        self._client = self._connect("s3")
        self._client.create_bucket(Bucket=self.name)

    def put(self, key: str, body: str | bytes) -> None:
        self._client.put_object(
            Bucket=self.name, Key=key, Body=body.encode() if isinstance(body, str) else body
        )

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.name, Key=key)

    def temporary_keys(self) -> dict[str, str]:
        """Keys with a session token, from the server's token service."""
        given = self._connect("sts").assume_role(
            RoleArn="arn:xxx:xxx:xxx:xxxx", RoleSessionName="gateway", DurationSeconds=900
        )["Credentials"]
        return {
            "access_key_id": given["AccessKeyId"],
            "secret_access_key": given["SecretAccessKey"],
            "session_token": given["SessionToken"],
        }

    def source(self, key: str, **changes: Any) -> dict[str, Any]:
        """The object as the gateway's configuration names it."""
        return {
            "bucket": self.name,
            "key": key,
            "endpoint": self.endpoint,
            **self.keys,
            **changes,
        }

    def _connect(self, service: str) -> Any:
        return get_session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.keys["access_key_id"],
            aws_secret_access_key=self.keys["secret_access_key"],
            config=Config(retries={"max_attempts": 1}),
        )


def _is_here() -> bool:
    """Whether a server is built, or can be: building takes minutes, so tests do not begin it."""
    return subprocess.run([str(_SCRIPT), "built"], check=False).returncode == 0


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [str(_SCRIPT), *arguments], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
