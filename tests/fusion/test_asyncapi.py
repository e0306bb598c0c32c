"""schema/asyncapi.yaml is an AsyncAPI 3 document that says what the code does."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from fusion import schema
from fusion.topics import store_topics

FOLDER = Path(__file__).parent / "asyncapi"
FILE = schema.ROOT / "asyncapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]


@pytest.fixture(scope="module")
def standard() -> dict[str, Any]:
    """The JSON Schema of AsyncAPI 3.0.0, from its publishers' package."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm")
    if not (FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci"], cwd=FOLDER, check=True, capture_output=True, timeout=300)
    path = FOLDER / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_it_is_an_asyncapi_document(standard: dict[str, Any]):
    validator = jsonschema.Draft7Validator(standard)
    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(DOCUMENT)]
    assert faults == []
    broken = {**DOCUMENT, "channels": {"x": {"address": 1}}}
    assert not validator.is_valid(broken)


def test_every_reference_leads_somewhere():
    def references(node: Any) -> list[str]:
        match node:
            case {"$ref": str() as reference}:
                return [reference]
            case dict():
                return [each for value in node.values() for each in references(value)]
            case list():
                return [each for value in node for each in references(value)]
            case _:
                return []

    found = references(DOCUMENT)
    assert len(found) > 50
    for reference in found:
        file, _, path = reference.partition("#")
        if file:
            assert (FILE.parent / file).is_file(), reference
            continue
        node: Any = DOCUMENT
        for step in path.strip("/").split("/"):
            node = node[step]


def test_every_topic_is_a_channel_with_its_messages_and_somebody_who_sends():
    topics = {topic.name: topic for topic in store_topics()}
    assert set(DOCUMENT["channels"]) == set(topics)
    for name, channel in DOCUMENT["channels"].items():
        assert set(channel["messages"]) == set(topics[name].types)
    sends = [each for each in DOCUMENT["operations"].values() if each["action"] == "send"]
    assert {each["channel"]["$ref"].rpartition("/")[2] for each in sends} == set(topics)


def test_every_schema_of_an_event_is_a_message():
    assert set(MESSAGES) == {path.stem for path in (schema.ROOT / "events").glob("*.json")}


def test_live_queries_and_consumers_are_those_who_receive():
    operations = DOCUMENT["operations"]
    pins = operations["gateway.streamEvents.receives.fc.livestream.event.v1"]
    assert pins["summary"] == "Subscription.streamEvents, of class LOG"
    assert operations["cart.prices.receives.fc.catalog.price.v1"]["tags"] == [{"name": "cart"}]
