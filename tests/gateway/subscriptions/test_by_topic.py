import pytest

from gateway.subscriptions.by_topic import SourceByTopic
from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.source import Event
from tests.gateway.subscriptions.events import ScriptedSource, event


async def test_each_topic_is_asked_of_the_source_that_it_belongs_to():
    pins, rest = ScriptedSource(), ScriptedSource()
    source = SourceByTopic({"pins": pins}, rest)
    pins.keep(event(1, topic="pins"), event(2, topic="pins"))
    rest.keep(event(7, topic="chat"))
    received: list[Event] = []
    async with source.running():
        await source.follow("pins", received.append)
        await source.follow("chat", received.append)
        assert (pins.follows, rest.follows) == (["pins"], ["chat"])
        pins.deliver(event(3, topic="pins"))
        assert [each.sequence for each in received] == [3]
        latest = await source.latest("chat", "strm_1")
        assert latest is not None
        assert latest.sequence == 7
        replayed = [each.sequence async for each in source.replay("pins", "strm_1", 1)]
        assert replayed == [2]
        await source.unfollow("pins")
        assert pins.followed == {}


async def test_a_topic_that_belongs_to_no_source_is_told():
    source = SourceByTopic({"pins": ScriptedSource()}, None)
    async with source.running():
        with pytest.raises(SourceUnavailable, match="chat"):
            await source.latest("chat", "strm_1")
