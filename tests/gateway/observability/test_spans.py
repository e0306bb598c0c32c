"""Traces of a whole gateway, sent to a collector over OTLP."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from gateway.config.settings import Settings
from gateway.config.telemetry import Telemetry
from tests.gateway.subscriptions.live_shop import catalog, pinned, serving, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog, append, envelope
from tests.gateway.subscriptions.test_live_gateway import EVENTS, ROOM, take
from tests.support.live import over_sse
from tests.support.otlp import collector

SERVER, CLIENT, CONSUMER = 2, 3, 5
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
async def log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


@pytest.fixture
def patient_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector that is late is waited for."""

    def exporter(**options: Any) -> OTLPSpanExporter:
        return OTLPSpanExporter(**{**options, "timeout": 60})

    monkeypatch.setattr("gateway.observability.spans.OTLPSpanExporter", exporter)


patient = pytest.mark.usefixtures("patient_exporter")


def traced(found: Settings, url: str, **tracing: Any) -> Settings:
    telemetry = {"tracing": {"otlp": {"endpoint": url}, **tracing}}
    return found.model_copy(update={"telemetry": Telemetry.model_validate(telemetry)})


async def ask(url: str, query: str, headers: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60) as http:
        return await http.post(f"{url}/graphql", json={"query": query}, headers=headers)


@patient
async def test_a_request_its_plan_and_its_fetches_are_one_trace(
    log: OutboxLog, tmp_path: Path
) -> None:
    with collector() as sink:
        async with serving(traced(settings(log, tmp_path), sink.url, service_name="shop")) as url:
            answer = await ask(url, "query Names { products { name } }", {"traceparent": PARENT})
            assert answer.json() == {"data": {"products": []}}
        (request,), (plan,) = sink.named("query Names"), sink.named("plan")
        (fetch,) = sink.named("fetch catalog")
    assert {each.trace for each in sink.spans} == {TRACE}
    assert (request.kind, request.parent) == (SERVER, SPAN)
    assert plan.parent == request.id
    assert (fetch.kind, fetch.parent) == (CLIENT, request.id)
    assert request.service == "shop"
    assert request.attributes["request.id"] == answer.headers["x-request-id"]
    (call,) = catalog.calls
    assert call.headers["traceparent"] == f"00-{TRACE}-{fetch.id}-01"


@patient
async def test_a_trace_that_begins_here_has_the_id_of_the_request(
    log: OutboxLog, tmp_path: Path
) -> None:
    with collector() as sink:
        async with serving(traced(settings(log, tmp_path), sink.url)) as url:
            answer = await ask(url, "{ products { name } }")
        (request,) = sink.named("query")
    assert (request.trace, request.parent) == (answer.headers["x-request-id"], "")


@patient
async def test_an_event_is_delivered_in_the_trace_that_it_came_of_once_for_all(
    log: OutboxLog, tmp_path: Path
) -> None:
    topic = log.topic("event")
    event = {**envelope("livestream", "strm_1", 1, pinned(1)), "traceparent": PARENT}
    with collector() as sink:
        async with (
            serving(traced(settings(log, tmp_path), sink.url)) as url,
            over_sse(url, EVENTS, ROOM) as one,
            over_sse(url, EVENTS, ROOM) as other,
        ):
            async with log.connection() as connection, connection.transaction():
                await append(connection, "livestream", topic, "strm_1", None, event=event)
            assert await take(one, 1) == await take(other, 1)
        (delivery,) = sink.named("deliver streamEvents")
        (fetch,) = sink.named("fetch catalog")
    assert (delivery.trace, delivery.parent, delivery.kind) == (TRACE, SPAN, CONSUMER)
    assert (fetch.trace, fetch.parent) == (TRACE, delivery.id)
    assert delivery.attributes["messaging.destination.name"] == topic
    assert delivery.attributes["cloudevents.event_id"] == "strm_1:1"
    assert len(sink.named("subscription Events")) == 2


@patient
async def test_a_refused_request_is_told_by_its_code_and_nothing_of_it_is_told(
    log: OutboxLog, tmp_path: Path
) -> None:
    with collector() as sink:
        async with serving(traced(settings(log, tmp_path), sink.url)) as url:
            await ask(url, 'query Q { canary_secret(x: "canary_value") }')
        (request,) = (each for each in sink.spans if each.kind == SERVER)
    assert request.failed
    assert request.attributes["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    assert all(b"canary" not in text for text in sink.texts)


@patient
async def test_the_sample_decides_for_traces_that_begin_here_and_callers_for_theirs(
    log: OutboxLog, tmp_path: Path
) -> None:
    with collector() as sink:
        async with serving(traced(settings(log, tmp_path), sink.url, sample=0)) as url:
            await ask(url, "{ products { name } }")
            await ask(url, "{ products { name } }", {"traceparent": PARENT})
            await ask(url, "{ products { name } }", {"traceparent": PARENT[:-1] + "0"})
    assert [each.trace for each in sink.named("query")] == [TRACE]


async def test_a_collector_that_is_away_costs_spans_alone(log: OutboxLog, tmp_path: Path) -> None:
    found = traced(settings(log, tmp_path), "http://127.0.0.1:9/v1/traces")
    async with asyncio.timeout(60), serving(found) as url:
        assert (await ask(url, "{ products { name } }")).status_code == 200


def test_without_tracing_opentelemetry_is_not_loaded() -> None:
    code = "import json, sys, gateway.app; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in json.loads(done.stdout) if name.startswith("opentelemetry")] == []
