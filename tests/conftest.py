"""Fixtures for all tests."""

import pytest

pytest_plugins = ["tests.support.postgres"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "minio: needs MinIO, named by S3_ENDPOINT or built here")
    config.addinivalue_line("markers", "livekit: needs a LiveKit server, named by LIVEKIT_URL")
