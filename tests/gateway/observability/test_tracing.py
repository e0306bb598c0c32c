import re

import pytest

from gateway.observability.tracing import begin_trace

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def test_a_client_s_trace_goes_on_with_its_flags():
    trace = begin_trace("id-1", PARENT)
    assert (trace.request_id, trace.trace_id, trace.flags) == (
        "id-1",
        "0af7651916cd43dd8448eb211c80319c",
        "00",
    )


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        PARENT.upper(),
        PARENT[:-1],
        PARENT + "-x",
        "01" + PARENT[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_what_is_no_trace_is_replaced(traceparent):
    trace = begin_trace(None, traceparent)
    assert re.fullmatch("[0-9a-f]{32}", trace.trace_id)
    assert trace.trace_id != PARENT[3:35]
    assert trace.request_id == trace.trace_id


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 65, "a\nb", "é"])
def test_a_request_id_that_could_harm_logs_is_replaced(request_id):
    assert begin_trace(request_id, None).request_id != request_id


def test_each_call_is_a_span_of_its_own():
    trace = begin_trace("id-1", PARENT)
    first, second = trace.headers(), trace.headers()
    assert first["x-request-id"] == "id-1"
    assert first["traceparent"][:36] == PARENT[:36]
    assert first["traceparent"] != second["traceparent"]
