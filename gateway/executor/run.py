"""One execution: the response tree, its errors, and the fetches that fill it."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, assert_never

from gateway.executor.context import ExecutionContext
from gateway.executor.deadline import Deadline
from gateway.executor.errors import (
    ResponsePath,
    SubgraphError,
    SubgraphUnreachable,
)
from gateway.executor.fetch_errors import (
    ErrorLog,
    asked_part,
    renamed,
    report_failure,
    report_subgraph_errors,
    visible,
)
from gateway.executor.representations import Batch
from gateway.executor.steps import (
    BatchStep,
    EntityStep,
    ParallelStep,
    Reached,
    RootStep,
    SequenceStep,
    Step,
)
from gateway.executor.subgraph_answer import (
    SubgraphAnswer,
    entities_of,
    errors_between,
    read_answer,
)
from gateway.executor.transport.base import Transport
from gateway.executor.types import Types
from gateway.executor.walk import JsonObject, typename_of, walk
from gateway.plan.nodes import Fetch


class Run:
    """Runs the steps of a plan over one response tree. Not to be used twice."""

    def __init__(
        self,
        types: Types,
        variables: Mapping[str, Any],
        context: ExecutionContext,
        tree: JsonObject,
    ) -> None:
        self.tree = tree
        self.log = ErrorLog(masks=context.mask_errors, request_id=context.request_id)
        self._reached: Reached = {}
        self._types = types
        self._variables = variables
        self._context = context
        self._deadline = Deadline()

    async def run(self, step: Step) -> None:
        """Run a plan, at most as long as the context allows."""
        with self.limited():
            await self.perform(step)

    def limited(self) -> AbstractContextManager[None]:
        """The time that the context allows; what waits for a subgraph by then has no answer."""
        return self._deadline.set(self._context.timeout)

    async def perform(self, step: Step) -> None:
        """Run a part of a plan within `limited`, beside other parts or after them."""
        match step:
            case RootStep():
                await self._run_root(step)
            case EntityStep():
                await self._run_entities((step,))
            case BatchStep(parts=parts):
                await self._run_entities(parts)
            case SequenceStep(steps=steps):
                for child in steps:
                    await self.perform(child)
            case ParallelStep(steps=steps):
                async with asyncio.TaskGroup() as group:
                    for child in steps[1:]:
                        group.create_task(self.perform(child))
                    await self.perform(steps[0])
            case _:
                assert_never(step)

    async def _run_root(self, step: RootStep) -> None:
        request = step.request
        try:
            answer = await self._ask(request.fetch, request.root_body(self._variables))
        except SubgraphError as error:
            self._report_lost_root(step, error)
            return
        self._take_root(step, answer)

    def take(self, step: RootStep, raw: bytes) -> None:
        """Take in an answer that was not asked for by `perform`: an event of a subscription."""
        try:
            answer = read_answer(raw, exact=self._types.has_custom_scalars)
        except SubgraphError as error:
            self._report_lost_root(step, error)
            return
        self._take_root(step, answer)

    def _report_lost_root(self, step: RootStep, error: SubgraphError) -> None:
        lost = [(field.key,) for field in step.request.lost]
        report_failure(self.log, error, step.request.fetch.subgraph, lost or [()])

    def _take_root(self, step: RootStep, answer: SubgraphAnswer) -> None:
        lost = [(field.key,) for field in step.request.lost]
        if answer.errors:
            self._report_root_errors(step, answer, lost)
        if answer.data is not None:
            step.merge(self.tree, answer.data)

    def _report_root_errors(
        self, step: RootStep, answer: SubgraphAnswer, lost: Iterable[ResponsePath]
    ) -> None:
        fetch = step.request.fetch
        absent = list(lost) if answer.data is None else []

        def places(path: list[str | int] | None) -> Iterable[ResponsePath | None]:
            known = asked_part(path or (), step.request.keys)
            if not known:
                return absent or (None,)
            return (visible(renamed(known, fetch.renames)),)

        report_subgraph_errors(self.log, answer.errors, fetch.subgraph, places)

    async def _run_entities(self, steps: tuple[EntityStep, ...]) -> None:
        """Send one request for all steps: their operations are equal."""
        parts = [(step, batch) for step in steps if (batch := self._collect(step)) is not None]
        if not parts:
            return
        request = parts[0][0].request
        asked = [one for _, batch in parts for one in batch.representations]
        try:
            body = request.entity_body(self._variables, asked)
            answer = await self._ask(request.fetch, body)
            entities = entities_of(answer, len(asked))
        except SubgraphError as error:
            lost = [
                place
                for step, batch in parts
                for place in self._lost(step, self._places(step, batch))
            ]
            report_failure(self.log, error, request.fetch.subgraph, lost)
            return
        start = 0
        for step, batch in parts:
            end = start + len(batch.representations)
            if answer.errors:
                errors = errors_between(answer.errors, start, end, len(asked))
                self._report_entity_errors(step, batch, errors)
            step.merge(batch, entities[start:end])
            start = end

    def _collect(self, step: EntityStep) -> Batch | None:
        """What a step asks for; None where that is nothing."""
        self._reached[step.slot] = []
        try:
            batch = step.collect(self.tree, self._reached)
        except SubgraphError as error:
            report_failure(self.log, error, step.request.fetch.subgraph, (None,))
            return None
        self._reached[step.slot] = batch.objects
        return batch if batch.representations else None

    def _report_entity_errors(
        self, step: EntityStep, batch: Batch, errors: list[JsonObject]
    ) -> None:
        fetch = step.request.fetch
        by_index = self._places(step, batch)

        def places(path: list[str | int] | None) -> Iterable[ResponsePath | None]:
            if path is None:
                return self._lost(step, by_index)
            rest = renamed(asked_part(path[2:], step.request.keys), fetch.renames)
            index = int(path[1])  # as `errors_between` found it
            found = by_index.get(index, [])
            if not rest:
                return self._lost(step, {index: found})
            return [visible((*place, *rest)) for _, place in found]

        report_subgraph_errors(self.log, errors, fetch.subgraph, places)

    def _places(
        self, step: EntityStep, batch: Batch
    ) -> dict[int, list[tuple[JsonObject, ResponsePath]]]:
        """For each representation, the objects that wait for it and where the client sees them."""
        owner = {
            id(target): index for index, targets in enumerate(batch.targets) for target in targets
        }
        found: dict[int, list[tuple[JsonObject, ResponsePath]]] = {}
        for value, path in walk(self.tree, step.path):
            index = owner.get(id(value))
            if index is not None:
                found.setdefault(index, []).append((value, visible(path)))
        return found

    def _lost(
        self,
        step: EntityStep,
        places: Mapping[int, list[tuple[JsonObject, ResponsePath]]],
    ) -> Iterable[ResponsePath | None]:
        """The response paths without value if these representations get no entity."""
        lost: list[ResponsePath | None] = []
        for found in places.values():
            for value, path in found:
                typename = typename_of(value)
                keys = [
                    field.key
                    for field in step.request.lost
                    if field.condition is None
                    or typename is None
                    or self._types.applies(field.condition, typename)
                ]
                lost.extend((*path, key) for key in keys)
                if not keys:
                    lost.append(path)
        return lost or (None,)

    async def _ask(self, fetch: Fetch, body: bytes) -> SubgraphAnswer:
        transport = self._context.transports.get(fetch.subgraph)
        if transport is None:
            raise SubgraphUnreachable
        send, share = partial(self._send, transport, fetch, body), self._context.share
        if share is None or fetch.kind != "query":
            raw = await self._deadline.limit(send)
        else:
            raw = await self._deadline.limit(share, (id(transport), body), send)
        return read_answer(raw, exact=self._types.has_custom_scalars)

    async def _send(self, transport: Transport, fetch: Fetch, body: bytes) -> bytes:
        headers = self._context.headers(fetch.subgraph, body)
        try:
            return await transport.post(body, headers)
        except SubgraphUnreachable:
            if fetch.kind != "query":  # a mutation may have been done
                raise
            return await transport.post(body, headers)
