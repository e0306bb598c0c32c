"""Random sequences of use cases against a model of 30 lines."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.money import Money
from subgraphs.wallet.service import Withdrawal
from tests.support.postgres import Server
from tests.support.wallets import Bank

OWNERS = ("ann", "bob", "cat")
people = st.sampled_from(OWNERS)
amounts = st.integers(-5, 300)


class Books(RuleBasedStateMachine):
    """`balances` is the model; `answers` remembers what each key got."""

    loop: asyncio.AbstractEventLoop
    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.url = self.run(self.server.migrated("wallet"))
        self.database = Database(self.url, "wallet", pool_size=2)
        self.bank = Bank(self.database)
        self.wallets = {owner: self.run(self.bank.open(owner)) for owner in OWNERS}
        self.balances = dict.fromkeys(OWNERS, 0)
        self.answers: dict[tuple[str, int], tuple[object, str]] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.bank.audit())
        self.run(self.database.close())
        self.run(self.server.drop(self.url))

    def attempt(self, owner: str, key: int, asked: object, expected: str, work: Any) -> bool:
        """Run a use case; whether it had an effect."""
        try:
            outcome = self.run(work)
            answer, replayed = "OK", outcome.replayed
        except BusinessError as error:
            answer, replayed = error.code, False
        known = self.answers.get((owner, key))
        if known is not None:
            assert answer == (known[1] if known[0] == asked else "IDEMPOTENCY_KEY_REUSED")
            return False
        assert (answer, replayed) == (expected, False)
        self.answers[owner, key] = (asked, answer)
        return answer == "OK"

    @rule(owner=people, amount=amounts, key=st.integers(0, 20))
    def top_up(self, owner: str, amount: int, key: int) -> None:
        work = self.bank.top_up(owner, self.wallets[owner], amount, key=str(key))
        expected = "OK" if amount > 0 else "INVALID"
        if self.attempt(owner, key, ("top up", amount), expected, work):
            self.balances[owner] += amount

    @rule(source=people, to=people, amount=amounts, key=st.integers(0, 20))
    def pay(self, source: str, to: str, amount: int, key: int) -> None:
        work = self.bank.pay(source, self.wallets[source], self.wallets[to], amount, str(key))
        if amount <= 0 or source == to:
            expected = "INVALID"
        else:
            expected = "OK" if amount <= self.balances[source] else "INSUFFICIENT_FUNDS"
        if self.attempt(source, key, ("pay", to, amount), expected, work):
            self.balances[source] -= amount
            self.balances[to] += amount

    @rule(owner=people, amount=st.integers(1, 300), key=st.integers(0, 20))
    def withdraw(self, owner: str, amount: int, key: int) -> None:
        asked = Withdrawal(
            wallet_id=self.wallets[owner], amount=Money(amount, "INR"), bank_token="bank_test"
        )
        expected = "OK" if amount <= self.balances[owner] else "INSUFFICIENT_FUNDS"
        work = self.bank.wallets(owner).withdraw(asked, str(key))
        if self.attempt(owner, key, ("withdraw", amount), expected, work):
            self.balances[owner] -= amount

    @invariant()
    def the_ledger_agrees_with_the_model(self) -> None:
        for owner, balance in self.balances.items():
            assert self.run(self.bank.account(owner)).posted == balance


@pytest.mark.timeout(300)
def test_the_ledger_does_what_a_model_of_it_does(postgres_server: Server):
    with asyncio.Runner() as runner:
        Books.loop = runner.get_loop()
        Books.server = postgres_server
        run_state_machine_as_test(
            Books,
            settings=settings(
                max_examples=15,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
