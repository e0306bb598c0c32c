"""Random gifts, deliveries and repetitions against a model: each debits once, or not at all."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from subgraphs.shared.errors import BusinessError
from tests.subgraphs.livestream.test_gifts import later
from tests.support.postgres import Server
from tests.support.stage import Stage

VIEWERS = ("ann", "bob")
people = st.sampled_from(VIEWERS)


class Gifts(RuleBasedStateMachine):
    """`balances` is the model; `asked` waits for the wallet, `keys` are those that were used."""

    loop: asyncio.AbstractEventLoop
    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.show = Stage(self.run(self.server.migrated("wallet", "livestream")), "")
        self.run(self.show.prepare())
        self.wallets = {who: self.run(self.show.bank.open(who)) for who in VIEWERS}
        self.balances = dict.fromkeys(VIEWERS, 0)
        self.asked: list[tuple[str, str, int]] = []
        self.keys: dict[tuple[str, int], tuple[str, int]] = {}
        self.expected: list[tuple[str, int]] = []
        self.live = True
        self.shift = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.wallet_answers()
        self.run(self.show.settle())
        assert self.run(self.show.shown()) == self.expected
        self.run(self.show.agree())
        self.run(self.show.close())
        self.run(self.server.drop(self.show.url))

    @rule(who=people, roses=st.integers(1, 4))
    def top_up(self, who: str, roses: int) -> None:
        self.run(self.show.bank.top_up(who, self.wallets[who], roses * 1_000))
        self.balances[who] += roses

    @rule(who=people, other=people, count=st.integers(1, 3), key=st.integers(0, 9))
    def give(self, who: str, other: str, count: int, key: int) -> None:
        """Also from someone else's wallet, and with keys that were used."""
        try:
            outcome = self.run(self.show.give(who, self.wallets[other], count, f"{who}{key}"))
        except BusinessError as error:
            used = self.keys.get((who, key))
            reused = used is not None and used != (other, count)
            self.refused(error.code, reused=reused)
            self.keys.setdefault((who, key), (other, count))
            return
        assert outcome.replayed == ((who, key) in self.keys)
        if not outcome.replayed:
            self.asked.append((who, other, count))
        self.keys[who, key] = (other, count)

    def refused(self, code: str, *, reused: bool) -> None:
        assert code == ("IDEMPOTENCY_KEY_REUSED" if reused else "STREAM_NOT_LIVE")
        assert reused or not self.live

    @rule()
    def wallet_answers(self) -> None:
        self.run(self.show.to_wallet())
        for who, other, count in self.asked:
            if who == other and self.balances[who] >= count:
                self.balances[who] -= count
                self.expected.append((who, count))
        self.asked.clear()

    @rule()
    def room_hears(self) -> None:
        self.run(self.show.to_livestream())

    @rule()
    def everything_is_repeated(self) -> None:
        """As new events, which the inbox lets through."""
        self.shift += 1_000
        for row in self.run(self.show.told("wallet")):
            self.run(self.show.livestream.handle(later(row, self.shift)))

    @rule()
    def end(self) -> None:
        self.run(self.show.end())
        self.live = False

    @invariant()
    def a_gift_shown_is_a_gift_paid(self) -> None:
        self.run(self.show.audit())
        for who in VIEWERS:
            assert self.run(self.show.bank.account(who)).posted == self.balances[who] * 1_000
        given = sum(count for _, count in self.expected)
        assert self.run(self.show.earned()) == given * 1_000


@pytest.mark.timeout(300)
def test_random_gifts_and_deliveries(postgres_server: Server):
    with asyncio.Runner() as runner:
        Gifts.loop, Gifts.server = runner.get_loop(), postgres_server
        run_state_machine_as_test(
            Gifts,
            settings=settings(
                max_examples=12,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
