"""Every event of the store has one topic, and every topic somebody who writes it."""

from collections import Counter
from pathlib import Path
from typing import Any

from fusion.subgraphs import SUBGRAPHS, module
from gateway.supergraph.parse import parse_supergraph
from subgraphs.shared.app import Subgraph
from subgraphs.shared.topics import DEAD_LETTERS, FOR_EVER

SCHEMA = Path(__file__).parents[2] / "schema"
STORE: dict[str, Subgraph[Any]] = {name: module(name, "app").SUBGRAPH for name in SUBGRAPHS}
WRITTEN = [topic for subgraph in STORE.values() for topic in subgraph.topics]


def test_each_type_of_event_is_on_one_topic():
    types = Counter(type_ for topic in (*WRITTEN, DEAD_LETTERS) for type_ in topic.types)
    assert set(types) == {path.stem for path in (SCHEMA / "events").glob("*.json")}
    assert set(types.values()) == {1}


def test_each_topic_is_written_by_one_subgraph():
    assert max(Counter(topic.name for topic in WRITTEN).values()) == 1


def test_live_queries_and_consumers_follow_topics_that_are_written():
    written = {name: {topic.name for topic in each.topics} for name, each in STORE.items()}
    supergraph = parse_supergraph((SCHEMA / "supergraph.graphql").read_text())
    for stream in supergraph.event_streams.values():
        assert stream.topic in written[stream.subgraph]
    for subgraph in STORE.values():
        for consumer in subgraph.consumers:
            for source, topics in consumer.topics.items():
                assert set(topics) <= written[source], consumer.name


def test_what_lives_for_ever_or_is_compact_says_so_to_kafka():
    for topic in WRITTEN:
        settings = topic.kafka_settings
        assert settings["cleanup.policy"] == ("compact" if topic.compact else "delete")
        assert (settings["retention.ms"] == "-1") == (topic.retention == FOR_EVER)
