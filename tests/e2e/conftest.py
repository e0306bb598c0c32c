from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.store import Store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for the tests that leave it running. No director: the rooms are the tests'."""
    store = Store(tmp_path_factory.mktemp("store") / "home")
    store.start()
    yield store
    store.stop()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """A store that a test may kill."""
    store = Store(tmp_path / "home")
    store.start()
    yield store
    store.stop()
