from gateway.errors import RequestError
from gateway.subscriptions.key_log import KeyLog, Offer, Uncovered
from gateway.subscriptions.source import Event
from tests.gateway.subscriptions.events import TOPIC, event


class Noticing:
    def __init__(self) -> None:
        self.noticed: list[int] = []

    def notice(self, log: KeyLog, event: Event) -> None:
        self.noticed.append(event.sequence)

    def fail(self, failure: RequestError) -> None:
        raise failure


def read_log(*sequences: int) -> tuple[KeyLog, Noticing]:
    log, reader = KeyLog(TOPIC, "strm_1"), Noticing()
    log.readers[reader] = None
    for sequence in sequences:
        log.offer(event(sequence))
    return log, reader


def test_events_become_readable_in_order() -> None:
    log, reader = read_log(4, 5, 6)
    assert log.head == 6
    assert log.after(3) == event(4)
    assert log.after(5) == event(6)
    assert log.after(6) is None
    assert reader.noticed == [4, 5, 6]


def test_an_event_that_comes_twice_is_taken_once() -> None:
    log, reader = read_log(1, 2)
    assert log.offer(event(2)) is Offer.DUPLICATE
    assert log.offer(event(1)) is Offer.DUPLICATE
    assert reader.noticed == [1, 2]


def test_an_event_beyond_a_gap_waits_for_what_is_missing() -> None:
    log, _ = read_log(1)
    assert log.offer(event(4)) is Offer.BEYOND_GAP
    assert log.offer(event(3)) is Offer.BEYOND_GAP
    assert log.offer(event(3)) is Offer.DUPLICATE
    assert log.after(1) is None
    assert log.offer(event(2)) is Offer.TAKEN
    assert not log.has_gap
    assert [log.after(position) for position in (1, 2, 3)] == [event(2), event(3), event(4)]


def test_the_newest_event_is_known_although_it_lies_beyond_a_gap() -> None:
    log, reader = read_log(1, 4)
    assert log.newest == event(4)
    assert reader.noticed == [1, 4]


def test_a_gap_that_is_given_up_leaves_the_log_uncovered_before_it() -> None:
    log, _ = read_log(1, 4, 5)
    log.skip_gap()
    assert log.after(1) is Uncovered.UNCOVERED
    assert log.after(3) == event(4)
    assert log.after(4) == event(5)


def test_a_gap_is_given_up_when_too_much_waits_beyond_it() -> None:
    log, _ = read_log(1, *range(3, 1_100))
    assert not log.has_gap
    assert log.head == 1_099


def test_without_readers_a_gap_restarts_the_log() -> None:
    log, reader = read_log(1)
    del log.readers[reader]
    assert log.offer(event(9)) is Offer.TAKEN
    assert log.head == 9
    assert log.after(1) is Uncovered.UNCOVERED


def test_evicted_events_are_not_covered_any_more() -> None:
    log, _ = read_log()
    first, second = event(1), event(2)
    log.offer(first)
    log.offer(second)
    log.evict(second)  # not the oldest: stays
    assert log.after(1) == second
    log.evict(first)
    assert log.after(0) is Uncovered.UNCOVERED
    log.evict(second)
    assert log.after(1) is Uncovered.UNCOVERED
    assert log.after(2) is None


def test_a_looked_up_event_is_the_head_only_where_none_is_known() -> None:
    log, reader = read_log()
    log.adopt(event(7))
    assert (log.head, log.newest, reader.noticed) == (7, event(7), [])
    log.adopt(event(9))
    assert (log.head, log.newest) == (7, event(9))


def test_an_adopted_position_lets_a_later_gap_be_seen() -> None:
    log, _ = read_log()
    log.adopt_position(5, "2026-11-22T15:00:00Z")
    assert log.offer(event(7)) is Offer.BEYOND_GAP
    log.adopt_position(6, "2026-11-22T15:00:00Z")
    assert log.head == 5
