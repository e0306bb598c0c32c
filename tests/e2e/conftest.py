from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.subscriptions.kafka_log import broker
from tests.support.store import Store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for the tests that leave it running. No director: the rooms are the tests'."""
    store = Store(tmp_path_factory.mktemp("store") / "home")
    store.start()
    yield store
    store.stop()


@pytest.fixture(scope="session")
def kafka_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store whose events go by way of Kafka, of its own: all stores name their topics alike."""
    with broker() as kafka:
        store = Store(tmp_path_factory.mktemp("kafka-store") / "home", kafka=kafka.address)
        store.start()
        yield store
        store.stop()


@pytest.fixture(params=["outbox", pytest.param("kafka", marks=pytest.mark.kafka)])
def any_store(request: pytest.FixtureRequest) -> Store:
    """Each test once with the outbox as the log of events, once with Kafka."""
    name = "store" if request.param == "outbox" else "kafka_store"
    store: Store = request.getfixturevalue(name)
    return store


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """A store that a test may kill."""
    store = Store(tmp_path / "home")
    store.start()
    yield store
    store.stop()
    print(store.log.read_text())  # shown where the test has failed
