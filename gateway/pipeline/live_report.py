"""What an operator sees of live queries: who follows what, and how it stands with the log.

It tells what was asked by name and hash, and who asks by a hash: no variables, tokens, keys of
streams or subjects leave the process. Hashes are salted at each start, so they tell subscriptions
of one user from others' and lead to nobody.
"""

import hashlib
import secrets
import time
from typing import Any, assert_never

from gateway.observability.live import LiveFigures, TopicReading
from gateway.pipeline.open_queries import OpenQuery
from gateway.pipeline.pipeline import Pipeline
from gateway.subscriptions.subscription import LiveSubscription
from gateway.subscriptions.upstream.subscription import UpstreamSubscription

MOST = 1_000
"""Subscriptions that are told one by one."""
_SALT = secrets.token_bytes(16)


def live_report(pipeline: Pipeline, figures: LiveFigures) -> dict[str, Any]:
    """All live queries and topics of this process, as JSON."""
    queries = list(pipeline.open_queries)
    now = time.time()
    longest = sorted(queries, key=lambda query: query.since)[:MOST]
    return {
        "subscriptions": {
            "open": len(queries),
            "told": len(longest),
            "by": [
                {"transport": transport, "class": kind, "open": count}
                for (transport, kind), count in sorted(pipeline.open_queries.count().items())
            ],
            "longest": [_query(query, now) for query in longest],
        },
        "topics": [_topic(reading, figures) for reading in figures.readings()],
    }


def _query(query: OpenQuery, now: float) -> dict[str, Any]:
    subject = query.caller.identity.subject
    told: dict[str, Any] = {
        "operation": query.record.operation,
        "hash": (query.record.hash or "")[:16],
        "field": None,
        "transport": query.caller.transport,
        "class": query.event_class,
        "user": subject and hashlib.blake2b(subject.encode(), key=_SALT, digest_size=6).hexdigest(),
        "open_seconds": round(now - query.since, 1),
        "topic": None,
        "waiting": None,
        "overtaken": None,
    }
    match query.subscription:
        case LiveSubscription() as live:
            told |= {
                "field": live.query.stream.field,
                "topic": live.query.stream.topic,
                "waiting": live.waiting,
                "overtaken": live.overtaken,
            }
        case UpstreamSubscription():
            pass
        case unknown:
            assert_never(unknown)
    return told


def _topic(reading: TopicReading, figures: LiveFigures) -> dict[str, Any]:
    counted = figures.topic(reading.topic)
    return {
        "topic": reading.topic,
        "connected": reading.connected,
        "partitions": reading.partitions,
        "behind_events": reading.behind_events,
        "behind_seconds": round(reading.behind_seconds, 3),
        "subscribers": reading.subscribers,
        "keys": reading.keys,
        "kept_events": reading.kept_events,
        "kept_bytes": reading.kept_bytes,
        "received": counted.received,
        "delivered": counted.delivered,
    }
