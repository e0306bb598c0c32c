"""The store's events as an AsyncAPI 3 document: channels, messages, who sends and who receives."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from fusion.subgraphs import SUBGRAPHS, module
from fusion.topics import store_topics
from gateway.supergraph.model import EventStreamField
from subgraphs.shared.consumer import Subscription
from subgraphs.shared.events import SCHEMAS
from subgraphs.shared.topics import DEAD_LETTERS, FOR_EVER, PARTITIONS, Topic

_TEXT = {"type": "string"}
_INSTANT = {"type": "string", "format": "date-time"}
_ENVELOPE = {
    "description": "CloudEvents 1.0 in structured JSON, with extensions for order and origin.",
    "type": "object",
    "required": [
        "specversion", "id", "type", "source", "subject", "partitionkey", "sequence", "time",
        "datacontenttype", "data",
    ],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "Key and sequence; unique within the topic."},
        "type": _TEXT,
        "source": {**_TEXT, "description": "The subgraph, such as /wallet."},
        "subject": {**_TEXT, "description": "The key."},
        "partitionkey": {**_TEXT, "description": "The key."},
        "sequence": {**_TEXT, "description": "Counts from 1 within topic and key, without gaps."},
        "time": _INSTANT,
        "datacontenttype": {"const": "application/json"},
        "correlationid": {**_TEXT, "description": "The request at the beginning, if any."},
        "causationid": {
            **_TEXT,
            "description": "The direct cause: that request, or the id of the event handled.",
        },
        "traceparent": {**_TEXT, "description": "W3C Trace Context of the request."},
        "data": {"type": "object"},
    },
}  # fmt: skip
_HEADERS = {
    "type": "object",
    "properties": {
        "content-type": {"const": "application/cloudevents+json"},
        "traceparent": {**_TEXT, "description": "As in the event, if there."},
    },
}
_DESCRIPTION = (
    "What the subgraphs of FusionCommerce tell of what they did. Events are delivered at least"
    " once, and those of a key in the order of their sequence; whoever passes over a sequence seen"
    " before has each once. New fields may come at any time; what is there stays as it is for as"
    " long as the type's version does."
)


def asyncapi(streams: Mapping[str, EventStreamField]) -> str:
    """The document as YAML; `streams` are the live queries of the supergraph."""
    topics = store_topics()
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "FusionCommerce events",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": {"host": "kafka:9092", "protocol": "kafka"}},
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": dict((*_sends(topics), *_receives(), *_live(streams))),
        "components": {
            "messages": {
                type_: _message(type_, topic) for topic in topics for type_ in sorted(topic.types)
            },
            "schemas": {"envelope": _ENVELOPE},
        },
    }
    header = "# Made by `fusion schema` from the subgraphs' topics and schema/events/.\n"
    return header + yaml.dump(document, Dumper=_Plain, sort_keys=False, width=100)


class _Plain(yaml.SafeDumper):
    """Repeats what is the same instead of pointing to it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _channel(topic: Topic) -> dict[str, Any]:
    kafka: dict[str, Any] = {"cleanup.policy": [topic.kafka_settings["cleanup.policy"]]}
    if not topic.compact:
        kafka["retention.ms"] = int(topic.kafka_settings["retention.ms"])
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key}. Kept: {_kept(topic)}.",
        "messages": {type_: _ref("components", "messages", type_) for type_ in sorted(topic.types)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": PARTITIONS,
                "topicConfiguration": kafka,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _kept(topic: Topic) -> str:
    if topic.compact:
        return "the newest event of each key"
    return "for ever" if topic.retention == FOR_EVER else f"{topic.retention.days} days"


def _sends(topics: Iterable[Topic]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who writes a topic; dead letters are written by everybody who consumes."""
    for name in SUBGRAPHS:
        subgraph = module(name, "app").SUBGRAPH
        written = (*subgraph.topics, DEAD_LETTERS) if subgraph.consumers else subgraph.topics
        for topic in written:
            yield f"{name}.sends.{topic.name}", _operation("send", name, topic.name, name)


def _receives() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in SUBGRAPHS:
        consumer: Subscription
        for consumer in module(name, "app").SUBGRAPH.consumers:
            told = f"Consumer {name}.{consumer.name}"
            for topics in consumer.topics.values():
                for topic in topics:
                    operation = _operation("receive", name, topic, told)
                    yield f"{name}.{consumer.name}.receives.{topic}", operation


def _live(streams: Mapping[str, EventStreamField]) -> Iterator[tuple[str, dict[str, Any]]]:
    for field, stream in sorted(streams.items()):
        told = f"Subscription.{field}, of class {stream.event_class}"
        operation = _operation("receive", "gateway", stream.topic, told)
        yield f"gateway.{field}.receives.{stream.topic}", operation


def _operation(action: str, who: str, topic: str, told: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": _ref("channels", topic),
        "summary": told,
        "tags": [{"name": who}],
    }


def _message(type_: str, topic: Topic) -> dict[str, Any]:
    schema = orjson.loads((Path(SCHEMAS) / f"{type_}.json").read_bytes())
    told = schema.get("description") or schema.get("title") or type_
    data = {"properties": {"type": {"const": type_}, "data": {"$ref": f"./events/{type_}.json"}}}
    return {
        "name": type_,
        "summary": told,
        "contentType": "application/cloudevents+json",
        "correlationId": {"location": "$message.payload#/correlationid"},
        "headers": _HEADERS,
        "payload": {"allOf": [_ref("components", "schemas", "envelope"), data]},
        "bindings": {
            "kafka": {
                "key": {**_TEXT, "description": topic.key},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}
