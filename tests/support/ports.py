"""Ports that a server takes later, or takes again after it was stopped."""

import random
import socket

_CHOICE = range(10_000, 20_000)
"""No outgoing connection gets one of these meanwhile, nor does `infra/local/server.sh`."""


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at the moment."""
    for port in random.sample(_CHOICE, 100):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("found no free port")
