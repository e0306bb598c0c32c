"""How durations, sizes, shares and paths are written in the configuration, and what they become.

Durations become seconds, sizes bytes, and paths absolute: a relative path stands beside the
configuration file, wherever the gateway is started from.
"""

import math
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)
from pydantic.json_schema import WithJsonSchema

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(B|kB|MB|KiB|MiB)")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")
_ORIGIN = r"\*|null|[a-z][a-z0-9+.\-]*://[^/?#\sA-Z]+"
_BYTES = {"B": 1, "kB": 1000, "MB": 1000**2, "KiB": 1024, "MiB": 1024**2}


class Section(BaseModel):
    """A part of the configuration: immutable, and refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def as_number(value: Any) -> Any:
    """No `true` and `false`, which YAML reads from `yes` and `no` too: those are no 1 and 0."""
    if isinstance(value, bool):
        text = f"should be a number, not {str(value).lower()}"
        raise ValueError(text)  # noqa: TRY004  # what pydantic takes for a fault
    return value


def as_flag(value: Any) -> Any:
    """`true` and `false` alone; a text is what a quoted reference to the environment gave."""
    if isinstance(value, bool) or value in ("true", "false"):
        return value
    raise ValueError("should be true or false")


def parse_duration(value: Any) -> Any:
    """`"200ms"`, `"5s"`, `"1m"`, `"1h"` as seconds; a number is left as it is."""
    if not isinstance(value, str):
        return as_number(value)
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("should be a duration such as 200ms, 5s, 1m or 1h")
    return float(match[1]) * _SECONDS[match[2]]


def parse_size(value: Any) -> Any:
    """`"64KiB"`, `"1MiB"`, `"2MB"` as bytes; a number is left as it is."""
    if not isinstance(value, str):
        return as_number(value)
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise ValueError("should be a size such as 512B, 64KiB, 1MiB or 2MB")
    return int(float(match[1]) * _BYTES[match[2]])


def parse_share(value: Any) -> Any:
    """`true`, `false` and `"12.5%"` in percent."""
    if isinstance(value, bool) or value in ("true", "false"):
        return 100.0 if value in (True, "true") else 0.0
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or float(match[1]) > 100:
        raise ValueError("should be true, false or a percentage such as 12.5%")
    return float(match[1])


def _positive(value: float) -> float:
    if not 0 < value < math.inf:
        raise ValueError("should be more than zero, and finite")
    return value


def _origin(value: str) -> str:
    if re.fullmatch(_ORIGIN, value) is None:
        raise ValueError("should be * or an origin such as https://shop.example, in lower case")
    return value


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base")
    return path if base is None else Path(base) / path


Flag = Annotated[bool, BeforeValidator(as_flag)]
Int = Annotated[int, BeforeValidator(as_number)]
Float = Annotated[float, BeforeValidator(as_number)]
Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    AfterValidator(_positive),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)$"},
                {"type": "number", "exclusiveMinimum": 0, "description": "seconds"},
            ]
        }
    ),
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema(
        {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*%$"}]}
    ),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    AfterValidator(_positive),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^(?=.*[1-9])[0-9]+(\.[0-9]+)?\s*(B|kB|MB|KiB|MiB)$",
                },
                {"type": "integer", "minimum": 1, "description": "bytes"},
            ]
        }
    ),
]
FilePath = Annotated[Path, AfterValidator(_beside_the_file)]
UrlPath = Annotated[str, Field(pattern=r"^/[\w\-./]*$")]
Origin = Annotated[
    str, AfterValidator(_origin), WithJsonSchema({"type": "string", "pattern": f"^({_ORIGIN})$"})
]
HeaderName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~\-]+$"), AfterValidator(str.lower)
]
"""The name of an HTTP header; case does not matter."""
