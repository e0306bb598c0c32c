"""`gateway subscriptions`: asks a running gateway for its live queries, and prints them."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from gateway.errors import ConfigurationError
from gateway.server.admin import SUBSCRIPTIONS

_TIMEOUT = 10.0
_MOST_BYTES = 16 * 1024 * 1024


def fetch_report(url: str, token: str | None) -> dict[str, Any]:
    """The report of the gateway whose operator's listener is at `url`.

    Raises:
        ConfigurationError: It is not there, does not let us in, or is something else.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname is None:
        raise ConfigurationError(f"{url} is no URL such as http://127.0.0.1:4001.")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    try:
        connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
        connection.request("GET", SUBSCRIPTIONS, headers=headers)
        response = connection.getresponse()
        status, body = response.status, response.read(_MOST_BYTES)
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ConfigurationError(
            f"No gateway answers at {url}: {error}. Is `admin.port` configured, and this its port?"
        ) from error
    if status in (401, 403):
        raise ConfigurationError(f"The gateway at {url} wants its `admin.token`: give --token.")
    try:
        report = json.loads(body) if status == 200 else None
    except ValueError:
        report = None
    if not isinstance(report, dict) or not {"subscriptions", "topics"} <= report.keys():
        raise ConfigurationError(
            f"{url} is not the operator's listener of a gateway (HTTP status {status})."
        )
    return report


def as_text(report: dict[str, Any]) -> str:
    """Two tables: topics, and the subscriptions that have been open longest."""
    subscriptions = report["subscriptions"]
    longest = subscriptions["longest"]
    lines = [f"{subscriptions['open']} live queries, {len(report['topics'])} topics"]
    if report["topics"]:
        lines += ["", *_table(_TOPIC_COLUMNS, report["topics"])]
    if longest:
        lines += ["", *_table(_QUERY_COLUMNS, longest)]
    if subscriptions["open"] > len(longest):
        lines.append(f"… and {subscriptions['open'] - len(longest)} that are younger")
    return "\n".join(lines)


_TOPIC_COLUMNS = (
    "topic",
    "connected",
    "partitions",
    "behind_events",
    "behind_seconds",
    "subscribers",
    "keys",
    "kept_events",
    "received",
    "delivered",
)
_QUERY_COLUMNS = (
    "operation",
    "hash",
    "field",
    "class",
    "transport",
    "user",
    "open_seconds",
    "waiting",
    "overtaken",
)


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> list[str]:
    """Columns as wide as their widest cell; numbers to the right."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    heads = [column.upper().replace("_", " ") for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    numeric = [
        all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns
    ]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in (heads, *cells)
    ]


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case _:
            return "".join(each if each.isprintable() else "?" for each in str(value))
