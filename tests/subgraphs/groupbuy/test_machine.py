"""Random acts of customers, clocks, wallets and their events: G1 to G8 hold after every one."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from subgraphs.groupbuy.models import Group, GroupBuyState
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.errors import BusinessError
from tests.support.market import Market
from tests.support.postgres import Server

NAMES = ("lea", "max", "mia", "eve")
people = st.sampled_from(NAMES)
places = st.integers(0, 3)
EXPECTED = {"GROUP_FULL", "GROUP_CLOSED", "ALREADY_MEMBER", "NOT_FOUND"}


class Square(RuleBasedStateMachine):
    """`known` is each group as it was last seen: versions grow, and what is final stays."""

    loop: asyncio.AbstractEventLoop
    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.url = self.run(self.server.migrated("wallet", "groupbuy"))
        self.market = Market(self.url)
        self.run(self.market.shop.offer(size=3, quota=100))
        # Enough for two seats and a half: some payments are refused.
        self.wallets = {name: self.run(self.market.buyer(name, 2_000)) for name in NAMES}
        self.known: dict[str, Group] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.market.settle())
        self.run(self.market.agree())
        self.run(self.market.close())
        self.run(self.server.drop(self.url))

    def attempt(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self.run(work)
        except BusinessError as error:
            if error.code not in EXPECTED:
                raise

    def group(self, place: int) -> str:
        ids = list(self.known)
        return ids[place % len(ids)] if ids else "none yet"

    def way(self, name: str, by_card: bool) -> str | None:
        return None if by_card else self.wallets[name]

    @rule(name=people, by_card=st.booleans())
    def open(self, name: str, by_card: bool) -> None:
        if len(self.known) < 4:
            group = self.attempt(self.market.shop.open(name, wallet=self.way(name, by_card)))
            self.known[group.id] = group

    @rule(name=people, place=places, by_card=st.booleans())
    def join(self, name: str, place: int, by_card: bool) -> None:
        wallet = self.way(name, by_card)
        self.attempt(self.market.shop.join(self.group(place), name, wallet=wallet))

    @rule(name=people, place=places)
    def leave(self, name: str, place: int) -> None:
        self.attempt(self.market.shop.leave(self.group(place), name))

    @rule(place=places)
    def the_groups_time_is_up(self, place: int) -> None:
        self.run(self.market.shop.let_time_pass(self.group(place), 3600))

    @rule()
    def seats_are_held_too_long(self) -> None:
        self.run(self.market.shop.hold_too_long())

    @rule()
    def the_wallet_hears(self) -> None:
        self.run(self.market.to_wallet())

    @rule()
    def groupbuy_hears(self) -> None:
        self.run(self.market.to_groupbuy())

    @rule()
    def the_sweep_runs(self) -> None:
        self.run(sweep(self.market.shop.database))

    @invariant()
    def the_invariants_hold(self) -> None:
        self.run(self.market.audit())
        for id_, before in self.known.items():
            after = self.run(self.market.shop.group(id_))
            assert after.version >= before.version
            if before.state in {GroupBuyState.FILLED, GroupBuyState.REFUNDED}:
                assert after.version == before.version
            self.known[id_] = after


@pytest.mark.timeout(300)
def test_g1_to_g8_hold_whatever_happens(postgres_server: Server):
    with asyncio.Runner() as runner:
        Square.loop = runner.get_loop()
        Square.server = postgres_server
        run_state_machine_as_test(
            Square,
            settings=settings(
                max_examples=12,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
