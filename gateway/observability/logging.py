"""Structured logs: one line per event, with its values as fields, as JSON or for human eyes.

What is logged never holds variables, tokens or answers.
"""

import logging
import sys
import time
from typing import Any, TextIO

import orjson

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


def configure_logging(form: str, level: str, stream: TextIO = sys.stderr) -> None:
    """Send the logs of the whole process to one stream; `form` is "json" or "console"."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel("WARNING" if level != "debug" else "DEBUG")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class ConsoleFormatter(logging.Formatter):
    """`12:00:00.123 info  event key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(
            f"{name}={value!r}" if isinstance(value, str) and " " in value else f"{name}={value}"
            for name, value in _fields(record).items()
        )
        moment = _time(record)[11:23]
        text = f"{moment} {record.levelname.lower():<7} {record.getMessage()} {fields}".rstrip()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave as `extra`; what is None is left out."""
    return {
        name: value
        for name, value in record.__dict__.items()
        if name not in _OWN and value is not None
    }


def _time(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"
