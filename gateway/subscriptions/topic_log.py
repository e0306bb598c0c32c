"""The ring buffer of one topic: the recent events of all its keys, within one bound.

It lets a client that was away for a moment resume from memory, and hands a reader that caught up
from the source over to the live events without loss or repeat.
"""

from collections import deque

from gateway.subscriptions.key_log import KeyLog, Offer
from gateway.subscriptions.source import Event


class TopicLog:
    """The key logs of one topic."""

    def __init__(self, topic: str, *, max_events: int, max_bytes: int) -> None:
        self.topic = topic
        self.keys: dict[str, KeyLog] = {}
        self._ring: deque[Event] = deque()
        self._bytes = 0
        self._max_events = max_events
        self._max_bytes = max_bytes
        self.evicted = 0

    def key(self, key: str) -> KeyLog:
        """The log of a key, made if there is none."""
        log = self.keys.get(key)
        if log is None:
            log = self.keys[key] = KeyLog(self.topic, key)
        return log

    def publish(self, event: Event) -> tuple[KeyLog, Offer]:
        """Takes an event from the source and drops the oldest ones beyond the bounds."""
        log = self.key(event.key)
        offer = log.offer(event)
        if offer is not Offer.DUPLICATE:
            self._ring.append(event)
            self._bytes += event.size
            while len(self._ring) > self._max_events or self._bytes > self._max_bytes:
                self._evict()
        return log, offer

    def release(self, log: KeyLog) -> None:
        """Forgets a key that neither has events in the ring nor readers."""
        if not log.readers and not log.events:
            self.keys.pop(log.key, None)

    @property
    def kept(self) -> tuple[int, int]:
        """How many events are in the ring, and their bytes."""
        return len(self._ring), self._bytes

    def _evict(self) -> None:
        event = self._ring.popleft()
        self.evicted += 1
        self._bytes -= event.size
        log = self.keys.get(event.key)
        if log is not None:
            log.evict(event)
            self.release(log)
