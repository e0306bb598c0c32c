"""Fixtures for tests of the whole gateway."""

import asyncio
from functools import partial

import pytest

from gateway.subscriptions.expiry import Expiry
from gateway.subscriptions.sharing import SharedExecutions
from tests.support.held_up import HeldUp

_STREAMS = ("gateway.subscriptions.stream", "gateway.subscriptions.upstream.stream")


@pytest.fixture(autouse=True)
def shared_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is late to share an answer still does: tests count the calls of subgraphs."""
    for user in _STREAMS:
        monkeypatch.setattr(f"{user}.SharedExecutions", partial(SharedExecutions, fresh=60))


@pytest.fixture
def expiries(monkeypatch: pytest.MonkeyPatch) -> list[Expiry]:
    """The ends of subscriptions, in the order they began: they come when the test says so."""
    entered: list[Expiry] = []

    class OnDemand(Expiry):
        __slots__ = ()

        def __enter__(self) -> None:
            entered.append(self)

    for user in _STREAMS:
        monkeypatch.setattr(f"{user}.Expiry", OnDemand)
    return entered


@pytest.fixture
async def held_up() -> HeldUp:
    """Lets time pass as if the process had not run meanwhile."""
    return HeldUp(asyncio.get_running_loop())
