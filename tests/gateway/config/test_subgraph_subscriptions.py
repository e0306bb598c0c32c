"""How subgraphs serve subscriptions themselves: what may be configured."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.app import create_app
from gateway.config.live import Subscriptions
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError
from tests.support.shop import SUPERGRAPH


def test_all_protocols_and_places_are_read() -> None:
    found = Subscriptions.model_validate(
        {
            "subgraphs": {
                "a": {"protocol": "multipart", "path": "/live", "heartbeat": "5s"},
                "b": {"protocol": "graphql-transport-ws", "url": "wss://b.example/graphql"},
                "c": {"protocol": "callback"},
                "d": {},
            },
            "callback": {"public_url": "https://gateway.example/callback"},
        }
    )
    protocols = [each.protocol for each in found.subgraphs.values()]
    assert protocols == ["multipart", "graphql-transport-ws", "callback", "sse"]
    assert found.subgraphs["a"].heartbeat == 5


@pytest.mark.parametrize(
    ("subgraph", "fault"),
    [
        ({"protocol": "callback"}, "subgraph a calls back: needs callback.public_url"),
        ({"path": "/live", "url": "http://a"}, "needs only one of path and url"),
        ({"url": "ws://a"}, "sse needs a URL that begins with http"),
        ({"protocol": "graphql-ws"}, "Input should be 'sse'"),
    ],
)
def test_what_cannot_work_is_refused(subgraph: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Subscriptions.model_validate({"subgraphs": {"a": subgraph}})


@pytest.mark.parametrize(
    ("subgraphs", "fault"),
    [
        ({"catalogue": {}}, "names the subgraph catalogue"),
        (
            {"catalog": {"protocol": "graphql-transport-ws"}},
            "set subscriptions.subgraphs.catalog.url",
        ),
    ],
)
def test_what_does_not_fit_the_supergraph_is_refused(subgraphs: Any, fault: str) -> None:
    settings = Settings.model_validate(
        {
            "supergraph": {"file": Path(SUPERGRAPH)},
            "subgraphs": {
                name: {"app": f"tests.support.shop:{name}"} for name in ("catalog", "reviews")
            },
            "subscriptions": {"subgraphs": subgraphs},
        }
    )
    with pytest.raises(ConfigurationError, match=fault):
        create_app(settings)
