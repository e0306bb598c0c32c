"""Any sequence of commands, against a model: state, pin and events always agree (P1, P2, P4)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from subgraphs.livestream import chat, reads, service
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id, product_id
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from tests.subgraphs.livestream.log import events_of
from tests.support.postgres import Server

HOST, STRANGER, VIEWER = customer_id(2), customer_id(11), customer_id(7)
PRODUCTS = [product_id(n) for n in range(1, 5)]
product = st.sampled_from(PRODUCTS)
host = st.sampled_from([HOST, HOST, HOST, STRANGER])


class StreamMachine(RuleBasedStateMachine):
    """The model: a state, a shelf, a pin, and the kinds of events so far."""

    runner: asyncio.Runner
    database: Database

    def attempt(
        self, work: Callable[[UnitOfWork], Awaitable[Any]], refusal: str | None, *events: str
    ) -> bool:
        """Run a command that the model expects to be refused so, or to write these events."""
        code = None
        try:
            self.runner.run(transact(self.database, work))
            self.told += events
        except BusinessError as error:
            code = error.code
        assert code == refusal
        return code is None

    @initialize()
    def announce(self) -> None:
        self.state = "SCHEDULED"
        self.shelf = set(PRODUCTS)
        self.pinned: str | None = None
        self.told = ["SCHEDULED"]
        command = service.ScheduleStream(
            title="Quiet hour",
            scheduled_at=datetime(2026, 11, 22, tzinfo=UTC),
            product_ids=tuple(PRODUCTS),
        )
        self.stream = self.runner.run(
            transact(self.database, lambda unit: service.schedule(unit, HOST, command))
        )

    @rule(who=host)
    def start(self, who: str) -> None:
        over = self.state in {"ENDED", "CANCELLED"}
        refusal = "FORBIDDEN" if who != HOST else "CONFLICT" if over else None
        new = ["STARTED"] if self.state == "SCHEDULED" else []
        if self.attempt(lambda unit: service.start(unit, who, self.stream), refusal, *new):
            self.state = "LIVE"

    @rule(who=host)
    def end(self, who: str) -> None:
        refusal = None if who == HOST else "FORBIDDEN"
        after = {"SCHEDULED": "CANCELLED", "LIVE": "ENDED"}
        new = ["ENDED"] if self.state in after else []
        if self.attempt(lambda unit: service.end(unit, who, self.stream), refusal, *new):
            self.state, self.pinned = after.get(self.state, self.state), None

    @rule(who=host, what=product)
    def pin(self, who: str, what: str) -> None:
        refusal = self.unless_live(who) or (None if what in self.shelf else "INVALID")
        command = service.PinProduct(stream_id=self.stream, product_id=what)
        if self.attempt(lambda unit: service.pin_product(unit, who, command), refusal, "PINNED"):
            self.pinned = what

    @rule(who=host)
    def unpin(self, who: str) -> None:
        new = ["UNPINNED"] if self.pinned else []
        if self.attempt(
            lambda unit: service.unpin(unit, who, self.stream), self.unless_live(who), *new
        ):
            self.pinned = None

    @rule(what=st.lists(product, unique=True))
    def shelve(self, what: list[str]) -> None:
        command = service.SetShelf(
            stream_id=self.stream,
            offers=tuple(service.Offer(product_id=each, price=None) for each in what),
        )
        refusal = None if self.state in {"SCHEDULED", "LIVE"} else "CONFLICT"
        if self.attempt(
            lambda unit: service.set_shelf(unit, HOST, command), refusal, "SHELF_CHANGED"
        ):
            self.shelf = set(what)

    @rule()
    def say(self) -> None:
        command = chat.SendChat(stream_id=self.stream, body="Hello!")
        refusal = None if self.state == "LIVE" else "STREAM_NOT_LIVE"
        # The host, whom no pace limits.
        self.attempt(lambda unit: chat.send(unit, HOST, command), refusal, "CHAT")

    @invariant()
    def the_database_agrees(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        async with self.database.session() as session:
            snapshot = (await reads.streams_by_id(session, [self.stream]))[self.stream]
            pins = await reads.current_pins(session, [snapshot.place])
        told = await events_of(self.database, self.stream)
        pin = pins.get(snapshot.place)
        assert snapshot.stream.state == self.state
        assert (pin and pin.product_id) == self.pinned
        assert [event["data"]["type"] for event in told] == self.told
        assert snapshot.head == len(told)

    def unless_live(self, who: str) -> str | None:
        if who != HOST:
            return "FORBIDDEN"
        return None if self.state == "LIVE" else "STREAM_NOT_LIVE"


@pytest.mark.timeout(300)
def test_a_stream_follows_its_model(postgres_server: Server):
    with asyncio.Runner() as runner:
        url = runner.run(postgres_server.migrated("livestream"))
        database = Database(url, "livestream")

        class Bound(StreamMachine):
            pass

        Bound.runner, Bound.database = runner, database
        try:
            run_state_machine_as_test(
                Bound,
                settings=settings(
                    max_examples=30,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
            runner.run(postgres_server.drop(url))
