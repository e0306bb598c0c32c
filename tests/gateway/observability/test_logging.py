import io
import json
import logging
import re

import pytest

from gateway.observability.logging import ConsoleFormatter, JsonFormatter, configure_logging


def record(**extra: object) -> logging.LogRecord:
    made = logging.getLogger("gateway.test").makeRecord(
        "gateway.test", logging.INFO, "file", 1, "request", (), None, extra=extra
    )
    made.created, made.msecs = 1_800_000_000.25, 250.0
    return made


def test_json_is_one_object_a_line_with_the_fields_of_the_event():
    line = json.loads(JsonFormatter().format(record(status=200, operation=None, path="/a b")))
    assert line == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "info",
        "logger": "gateway.test",
        "event": "request",
        "status": 200,
        "path": "/a b",
    }


def test_the_console_shows_time_level_event_and_fields():
    text = ConsoleFormatter().format(record(status=200, name_="a b"))
    assert text == "08:00:00.250 info    request status=200 name_='a b'"


@pytest.mark.parametrize("formatter", [JsonFormatter(), ConsoleFormatter()])
def test_an_exception_is_logged_with_its_traceback(formatter):
    made = record()
    error = ValueError("why")
    made.exc_info = (type(error), error, None)
    assert "ValueError: why" in formatter.format(made)


@pytest.fixture
def restored():
    root, ours = logging.getLogger(), logging.getLogger("gateway")
    before = (root.handlers[:], root.level, ours.level)
    yield
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


@pytest.mark.usefixtures("restored")
def test_the_level_bounds_what_the_gateway_logs():
    stream = io.StringIO()
    configure_logging("json", "warning", stream)
    log = logging.getLogger("gateway.request")
    log.info("unseen")
    log.warning("seen")
    assert re.findall(r'"event":"(\w+)"', stream.getvalue()) == ["seen"]
