"""Fixtures for tests of the whole gateway."""

import asyncio

import pytest

from gateway.subscriptions.expiry import Expiry
from tests.support.held_up import HeldUp


@pytest.fixture
def expiries(monkeypatch: pytest.MonkeyPatch) -> list[Expiry]:
    """The ends of subscriptions, in the order they began: they come when the test says so."""
    entered: list[Expiry] = []

    class OnDemand(Expiry):
        __slots__ = ()

        def __enter__(self) -> None:
            entered.append(self)

    for user in ("gateway.subscriptions.stream", "gateway.subscriptions.upstream.stream"):
        monkeypatch.setattr(f"{user}.Expiry", OnDemand)
    return entered


@pytest.fixture
async def held_up() -> HeldUp:
    """Lets time pass as if the process had not run meanwhile."""
    return HeldUp(asyncio.get_running_loop())
