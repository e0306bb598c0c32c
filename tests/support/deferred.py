"""Clients of answers in parts: they merge what they are sent, as each form says."""

import re
from copy import deepcopy
from typing import Any

import orjson

Json = dict[str, Any]


def parts_of(body: bytes, content_type: str) -> list[Json]:
    """The JSON of each part of a `multipart/mixed` body, whose last boundary must be there."""
    found = re.search(r'boundary="(\w+)"', content_type)
    assert found is not None
    first, *parts = body.split(b"\r\n--" + found[1].encode())
    assert (first, parts.pop()) == (b"", b"--\r\n")
    read = []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        assert head.startswith(b"\r\ncontent-type: application/json")
        read.append(orjson.loads(content))
    assert [one["hasNext"] for one in read] == [True] * (len(read) - 1) + [False]
    return read


def merged_by_path(parts: list[Json]) -> Json:
    """`deferSpec=20220824`: each fragment's fields merged into the object at its path."""
    first, *rest = deepcopy(parts)
    answer = {"data": first["data"], "errors": first.get("errors", []), "failed": 0}
    for part in rest:
        for entry in part["incremental"]:
            answer["errors"] += entry.get("errors", [])
            if entry["data"] is None:
                assert entry["errors"]
                answer["failed"] += 1
            else:
                _merge(_at(answer["data"], entry["path"]), entry["data"])
    return answer


def merged_by_id(parts: list[Json]) -> Json:
    """`incrementalSpec=v0.2`: what is announced comes once, without what is there already."""
    first, *rest = deepcopy(parts)
    answer = {"data": first["data"], "errors": first.get("errors", []), "failed": 0}
    pending = {one["id"]: one["path"] for one in first.get("pending", [])}
    for part in rest:
        pending |= {one["id"]: one["path"] for one in part.get("pending", [])}
        for entry in part.get("incremental", []):
            answer["errors"] += entry.get("errors", [])
            target = _at(answer["data"], [*pending[entry["id"]], *entry.get("subPath", [])])
            assert target.keys().isdisjoint(entry["data"])
            target.update(entry["data"])
        for one in part["completed"]:
            del pending[one["id"]]
            if "errors" in one:
                answer["errors"] += one["errors"]
                answer["failed"] += 1
    assert pending == {}
    return answer


def _at(data: Any, path: list[str | int]) -> Any:
    for step in path:
        data = data[step]
    return data


def _merge(target: Json, source: Json) -> None:
    for key, value in source.items():
        target[key] = _both(target[key], value) if key in target else value


def _both(present: Any, value: Any) -> Any:
    if isinstance(present, dict):
        _merge(present, value)
    elif isinstance(present, list):
        assert len(present) == len(value)
        return [_both(*pair) for pair in zip(present, value, strict=True)]
    else:
        assert present == value
    return present
