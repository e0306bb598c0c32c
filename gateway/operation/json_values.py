"""JSON of clients and subgraphs, with integers of any size.

orjson makes floats of integers beyond 64 bits, and does not write them. They are rare: values of
custom scalars. So orjson does the work, a sieve that costs a fraction of it tells where an integer
may have been too large for it, and msgspec, which is slower, reads that text again.
"""

from typing import Any, Final

import msgspec
import orjson

_DIGITS: Final = bytes(48 if 48 <= byte < 58 else 32 for byte in range(256))
_RUN: Final = b"0" * 9
_INT64: Final = -(2**63)
_UINT64: Final = 2**64


def loads(raw: bytes | str) -> Any:
    """The value of a JSON text; integers are exact.

    Raises:
        orjson.JSONDecodeError: It is no JSON text, or has a number beyond those of 64-bit floats.
    """
    value = orjson.loads(raw)
    if may_hold_large_integer(raw):
        try:
            return msgspec.json.decode(raw)
        except RecursionError:
            return value  # nested too deeply to be written again
    return value


def may_hold_large_integer(raw: bytes | str) -> bool:
    """Are there 19 digits in a row? Never false if so, and seldom true if not.

    Every second byte is looked at, of 19 in a row at least 9; if those are there, the others.
    """
    if len(raw) < 19:
        return False
    text = raw.encode() if isinstance(raw, str) else raw
    return all(_RUN in text[start::2].translate(_DIGITS) for start in (0, 1))


def dumps(value: Any, option: int | None = None) -> bytes:
    """The JSON text of a value; `option` as for orjson.

    Raises:
        orjson.JSONEncodeError: It is nested too deeply, or holds what JSON has no form for.
        RecursionError: It is nested too deeply.
    """
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError:
        return orjson.dumps(_written(value), option=option)


def _written(value: Any) -> Any:
    """The value, with large integers written down already."""
    match value:
        case int() if not _INT64 <= value < _UINT64:
            return orjson.Fragment(msgspec.json.encode(value))
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_written(inner) for inner in value]
        case _:
            return value
