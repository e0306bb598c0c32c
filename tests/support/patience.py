"""Times of gateways and clients in tests: on a machine that stalls, all may be late.

A test of what happens to those who are late sets its own.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from websockets.asyncio import client

connect = partial(client.connect, open_timeout=60, ping_interval=None)
"""Open a WebSocket, as that of the library does."""

_PATIENT: Mapping[str, Any] = {
    "http": {"header_timeout": "60s", "body_timeout": "60s", "shutdown_timeout": "60s"},
    "query_planner": {"timeout": "60s"},
    "reload": {"warm_up_timeout": "60s"},
    "subscriptions": {
        "heartbeat_interval": "1h",
        "init_timeout": "60s",
        "reservation_timeout": "60s",
        "write_timeout": "60s",
    },
    # Only when the test says so, a newer supergraph is looked for.
    "supergraph": {"poll_interval": "1h"},
    "traffic_shaping": {
        "all": {"connect_timeout": "60s", "request_timeout": "60s"},
        "router": {"request_timeout": "60s"},
    },
}


def patient(settings: Mapping[str, Any]) -> dict[str, Any]:
    """These settings, and a patient time for each that they leave open."""
    return _merged(_PATIENT, settings)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(value, over[name])
        for name, value in base.items()
        if isinstance(value, Mapping) and isinstance(over.get(name), Mapping)
    }
    return {**base, **over, **both}
