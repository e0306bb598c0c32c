"""What a connection may do once it stands."""

import time
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from gateway.config.live import SubscriptionLimits
from gateway.pipeline.pipeline import Pipeline
from gateway.security.errors import Unauthenticated
from gateway.security.identity import Identity
from gateway.server.callers import NoAuthentication
from gateway.server.live import LiveRequest
from gateway.server.live_clients import LiveClients
from gateway.server.operations import ConnectionOperations
from gateway.subscriptions.stream import Message


class AnsweringPipeline:
    async def messages(self, *_: Any) -> AsyncGenerator[Message]:
        yield Message(b"{}")


async def answers(identity: Identity) -> list[Message]:
    pipeline = cast("Pipeline", AnsweringPipeline())
    with LiveClients(SubscriptionLimits()).lease() as lease:
        operations = ConnectionOperations(pipeline, NoAuthentication(), lease, None)
        request = LiveRequest({"query": "{ a }"}, identity)
        return [message async for message in operations.messages(request)]


@pytest.mark.parametrize("seconds", [None, 60])
async def test_operations_run_while_the_token_is_valid(seconds: float | None) -> None:
    expires_at = None if seconds is None else time.time() + seconds
    assert await answers(Identity("ann", expires_at=expires_at)) == [Message(b"{}")]


async def test_no_operation_begins_after_the_token_has_expired() -> None:
    with pytest.raises(Unauthenticated) as raised:
        await answers(Identity("ann", expires_at=time.time() - 1))
    assert raised.value.reason == "expired"
