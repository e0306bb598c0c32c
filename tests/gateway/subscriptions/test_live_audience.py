"""What a gateway reports of its viewers, through the whole gateway."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError
from tests.gateway.subscriptions.audience_sink import Sink, sink as the_sink
from tests.gateway.subscriptions.live_shop import serving, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.live import over_sse, over_websocket

EVENTS = "subscription ($id: ID!) { streamEvents(streamId: $id) { sequence } }"
STATE = "subscription ($id: ID!) { streamState(streamId: $id) { viewers } }"
REPORT = {
    "field": "streamEvents",
    "subgraph": "livestream",
    "mutation": "streamAudienceReport",
    "interval": "0.1s",
}


def audience(log: OutboxLog, folder: Path, **changes: str) -> Settings:
    found = settings(log, folder, audience=[REPORT | changes])
    place = {"app": "tests.gateway.subscriptions.audience_sink:app"}
    subgraphs = {**found.model_dump(exclude_unset=True)["subgraphs"], "livestream": place}
    given = found.model_dump(exclude_unset=True) | {"subgraphs": subgraphs}
    return Settings.model_validate(given)


@pytest.fixture
def sink() -> Sink:
    the_sink.reset()
    return the_sink


async def test_viewers_are_reported_by_stream_as_they_come_and_go(
    outbox_log: OutboxLog, tmp_path: Path, sink: Sink
) -> None:
    async with serving(audience(outbox_log, tmp_path)) as url:
        async with AsyncExitStack() as viewers:
            for over, room in ((over_sse, "a"), (over_websocket, "a"), (over_sse, "b")):
                await viewers.enter_async_context(over(url, EVENTS, {"id": room}))
            # Who follows the numbers is no viewer.
            await viewers.enter_async_context(over_websocket(url, STATE, {"id": "b"}))
            await sink.until(a=2, b=1)
        await sink.until()
        known = len(sink.reports)
        async with over_sse(url, EVENTS, {"id": "c"}):
            await sink.until(c=1)
    # Nobody was there in between, and nothing was said.
    assert sink.reports[known] == {"c": 1}


async def test_a_report_is_signed_by_the_gateway_itself(
    outbox_log: OutboxLog, tmp_path: Path, sink: Sink
) -> None:
    for room in ("a", "b"):
        async with (
            serving(audience(outbox_log, tmp_path)) as url,
            over_sse(url, EVENTS, {"id": room}),
        ):
            await sink.until(**{room: 1})
    assert {claims["scope"] for claims in sink.claims} == {"gateway:audience"}
    assert {claims["aud"] for claims in sink.claims} == {"livestream"}
    reporters = {claims["sub"] for claims in sink.claims}
    assert len(reporters) == 2, "two processes are two reporters"
    assert all(reporter.startswith("gateway:") for reporter in reporters)


async def test_what_could_not_be_reported_is_said_once_and_made_good(
    outbox_log: OutboxLog, tmp_path: Path, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.failing = True
    async with (
        serving(audience(outbox_log, tmp_path)) as url,
        over_sse(url, EVENTS, {"id": "a"}),
    ):
        while "are not reported" not in caplog.text:  # noqa: ASYNC110 (a log gives no sign)
            await asyncio.sleep(0.02)
        sink.failing = False
        await sink.until(a=1)
    assert caplog.text.count("are not reported") == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"field": "nobody"}, "names nobody, which is no @eventStream field"),
        ({"subgraph": "nowhere"}, "names nowhere, which is no subgraph"),
    ],
)
def test_a_field_or_subgraph_that_is_not_there_is_told_at_the_start(
    outbox_log: OutboxLog, tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        create_app(audience(outbox_log, tmp_path, **changes))
