"""compose.yaml and the images fit the code: a new subgraph or topic is not forgotten there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fusion.subgraphs import SUBGRAPHS
from gateway.config.live import KafkaEvents
from gateway.config.load import load_settings
from gateway.supergraph.parse import parse_supergraph

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = ("prepare", "topics", "relay", "gateway", "video", *SUBGRAPHS)


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_each_subgraph_is_a_service(name: str):
    assert SERVICES[name]["command"][:2] == [f"subgraphs.{name}", "serve"]
    assert SERVICES["gateway"]["depends_on"][name] == {"condition": "service_healthy"}


def test_each_subgraph_is_prepared():
    (script,) = SERVICES["prepare"]["command"]
    names = re.search(r"for name in (.+);", script)
    assert names is not None
    assert tuple(names[1].split()) == SUBGRAPHS


@pytest.mark.parametrize("name", ["relay", "gateway", *SUBGRAPHS])
def test_the_topics_are_made_before_anybody_uses_them(name: str):
    assert SERVICES["topics"]["command"] == ["fusion", "topics"]
    done = {"condition": "service_completed_successfully"}
    assert SERVICES[name]["depends_on"]["topics"] == done


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_writes_no_root_and_has_no_rights(name: str):
    service = SERVICES[name]
    assert service["user"] == "65534:65534"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_only_gateway_pictures_and_video_are_reached_from_outside():
    open_ = {"gateway", "media", "video", "livekit"}
    assert {name for name, each in SERVICES.items() if "ports" in each} == open_
    outside = {name for name, each in SERVICES.items() if "outside" in each["networks"]}
    assert outside == open_


def test_every_variable_is_explained_and_no_secret_has_a_default():
    example = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    assert used == explained
    for secret in ("POSTGRES_PASSWORD", "CURSOR_KEY", "VIDEO_KEY", "LIVEKIT_API_SECRET"):
        assert f"\n{secret}=\n" in example
        assert set(re.findall(rf"\$\{{{secret}(..)", TEXT)) == {":?"}


def test_the_gateway_finds_every_subgraph_and_every_topic():
    settings = load_settings(ROOT / "infra" / "docker" / "gateway.yaml", {"CURSOR_KEY": "k" * 16})
    supergraph = parse_supergraph((ROOT / "schema" / "supergraph.graphql").read_text())
    assert {name: place.routing_url for name, place in settings.subgraphs.items()} == {
        name: f"http://{name}:8000/graphql" for name in SUBGRAPHS
    }
    (provider,) = settings.events.providers
    assert isinstance(provider, KafkaEvents)
    streams = supergraph.event_streams.values()
    assert set(provider.topics) == {stream.topic for stream in streams}


def test_the_images_are_built_from_files_that_are_there():
    dockerfile = (ROOT / "infra" / "docker" / "Dockerfile").read_text()
    allowed = (ROOT / "infra" / "docker" / "Dockerfile.dockerignore").read_text()
    for path in re.findall(r"^!(\S+)$", allowed, re.MULTILINE):
        assert (ROOT / path).exists(), path
    targets = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert {SERVICES[name]["build"]["target"] for name in OURS} <= targets
