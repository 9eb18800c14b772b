"""JSON as it is kept and served: without spaces, the same bytes for the same value.

Written and read by orjson, which takes a tenth of the time of the standard library's module, where it can.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """A value of dicts, lists, strings, numbers, booleans and None as JSON. Raises TypeError at any other."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # It takes no halves of characters, which a source may hold in escapes, and no whole numbers beyond 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def loads(data: bytes) -> Any:
    """What ``dumps`` made JSON of. Raises ValueError if it is not JSON."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "surrogatepass"))
