"""Counting viewers: each user once, whatever they have open."""

from typing import Any, cast

from gateway.pipeline.audience import count_viewers
from gateway.pipeline.open_queries import OpenQuery
from gateway.subscriptions.subscription import LiveSubscription, Subscriber
from tests.gateway.subscriptions.test_live_query import live_query


def viewing(room: str, subject: str | None) -> OpenQuery:
    live = live_query({"streamId": f'"{room}"'})
    subscription = LiveSubscription(live, {}, Subscriber(None, subject=subject))
    anything = cast("Any", None)
    return OpenQuery(anything, anything, anything, subscription, anything)


def test_a_user_is_one_viewer_and_each_anonymous_subscription_is_one():
    queries = [
        viewing("a", "ann"),
        viewing("a", "ann"),
        viewing("a", "bob"),
        viewing("a", None),
        viewing("a", None),
        viewing("b", "ann"),
    ]
    assert count_viewers(queries, "streamEvents") == {"a": 4, "b": 1}
    assert count_viewers(queries, "streamState") == {}
