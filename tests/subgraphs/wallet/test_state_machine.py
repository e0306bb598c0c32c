"""Random sequences of use cases against a small model: L1 to L6, holds among them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.money import Money
from subgraphs.wallet.holds import HoldDiffers, HoldResolved, HoldUnknown
from subgraphs.wallet.models import Hold, HoldRefused
from subgraphs.wallet.service import Withdrawal
from tests.support.postgres import Server
from tests.support.wallets import Bank

OWNERS = ("ann", "bob", "cat")
people = st.sampled_from(OWNERS)
amounts = st.integers(-5, 300)
refs = st.sampled_from([f"seat{n}" for n in range(8)])


class Books(RuleBasedStateMachine):
    """`balances` and `held` are the model; `answers` remembers what each key got.

    `held` has for each reference: owner, amount asked, and what is still set aside (None: refused).
    """

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
        self.held: dict[str, tuple[str, int, int | None]] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def available(self, owner: str) -> int:
        held = sum(left or 0 for who, _, left in self.held.values() if who == owner)
        return self.balances[owner] - held

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
            expected = "OK" if amount <= self.available(source) else "INSUFFICIENT_FUNDS"
        if self.attempt(source, key, ("pay", to, amount), expected, work):
            self.balances[source] -= amount
            self.balances[to] += amount

    @rule(owner=people, amount=st.integers(1, 300), key=st.integers(0, 20))
    def withdraw(self, owner: str, amount: int, key: int) -> None:
        asked = Withdrawal(
            wallet_id=self.wallets[owner], amount=Money(amount, "INR"), bank_token="bank_test"
        )
        expected = "OK" if amount <= self.available(owner) else "INSUFFICIENT_FUNDS"
        work = self.bank.wallets(owner).withdraw(asked, str(key))
        if self.attempt(owner, key, ("withdraw", amount), expected, work):
            self.balances[owner] -= amount

    @rule(owner=people, amount=amounts, ref=refs)
    def hold(self, owner: str, amount: int, ref: str) -> None:
        known, answer = self.held.get(ref), None
        work = self.bank.hold(owner, self.wallets[owner], amount, ref)
        try:
            answer = self.run(work)
        except HoldDiffers:
            assert known is not None
            assert known[:2] != (owner, amount)
            return
        if known is None:
            granted = 0 < amount <= self.available(owner)
            self.held[ref] = (owner, amount, amount if granted else None)
        assert isinstance(answer, HoldRefused if self.held[ref][2] is None else Hold)

    @rule(ref=refs, amount=st.none() | st.integers(-1, 300))
    def capture(self, ref: str, amount: int | None) -> None:
        owner, asked, left = self.held.get(ref, ("", 0, None))
        try:
            self.run(self.bank.capture(ref, amount))
        except HoldUnknown:
            assert left is None
        except HoldResolved:
            assert left == 0
        except BusinessError as error:
            assert error.code == "INVALID"  # noqa: PT017
            assert amount is not None
            assert left
            assert not 0 < amount <= left
        else:
            assert left
            self.balances[owner] -= left if amount is None else amount
            self.held[ref] = (owner, asked, 0)

    @rule(ref=refs)
    def release(self, ref: str) -> None:
        owner, asked, left = self.held.get(ref, ("", 0, None))
        try:
            self.run(self.bank.release(ref))
        except HoldUnknown:
            assert left is None
        except HoldResolved:
            assert left == 0
        else:
            assert left
            self.held[ref] = (owner, asked, 0)

    @invariant()
    def the_ledger_agrees_with_the_model(self) -> None:
        for owner, balance in self.balances.items():
            account = self.run(self.bank.account(owner))
            assert account.posted == balance
            assert account.available.amount == self.available(owner)


@pytest.mark.timeout(300)
def test_the_ledger_does_what_a_model_of_it_does(postgres_server: Server):
    with asyncio.Runner() as runner:
        Books.loop = runner.get_loop()
        Books.server = postgres_server
        run_state_machine_as_test(
            Books,
            settings=settings(
                max_examples=15,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
