import gc
import weakref
from collections.abc import Iterator

import pytest

from gateway.pipeline.heap import expect_events_for, settle, settle_again, uncollected


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """That of a fresh process, whatever other tests have left; theirs stays as it is."""
    thresholds = gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Cycle:
    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_permanent_and_garbage_is_looked_for_less_often() -> None:
    before = gc.get_threshold()
    settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] > before[0]


def test_what_an_old_supergraph_left_is_garbage_after_settling_again() -> None:
    old = Cycle()
    is_there = weakref.ref(old)
    settle()
    del old
    gc.collect()
    assert is_there() is not None
    settle_again()
    assert is_there() is None
    assert gc.get_freeze_count() > 10_000


def test_a_process_that_is_not_settled_stays_so() -> None:
    settle_again()
    assert gc.get_freeze_count() == 0


def test_nothing_is_collected_in_the_midst_of_work() -> None:
    gc.set_threshold(1)
    seen: list[str] = []
    gc.callbacks.append(lambda phase, _: seen.append(phase))
    try:
        with uncollected():
            seen.clear()
            _ = [Cycle() for _ in range(100)]
            assert seen == []
        _ = [Cycle() for _ in range(100)]
        assert seen
    finally:
        gc.callbacks.pop()


def test_the_more_clients_the_more_objects_an_event_may_make() -> None:
    settle()
    least = gc.get_threshold()[0]
    expect_events_for(10_000)
    assert gc.get_threshold()[0] > 10_000 * 20
    settle_again()
    assert gc.get_threshold()[0] > 10_000 * 20
    expect_events_for(0)
    assert gc.get_threshold()[0] == least


def test_clients_of_a_process_that_is_not_settled_change_nothing() -> None:
    before = gc.get_threshold()
    expect_events_for(10_000)
    assert gc.get_threshold() == before
