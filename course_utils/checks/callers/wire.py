"""Values as text and back: JSON, with raw bytes for numeric arrays.  Never pickle: reading it runs nothing.

`decode` trusts nothing: unknown tags, object arrays and nests that are too deep are refused with ValueError.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from .protocol import File, Handle
from .values import ARRAY_KINDS, DEEPEST

SIMPLE = (bool, int, float, str)
CONTAINERS = {list: "l", tuple: "t", set: "s"}


def encode(value: Any, function: Callable[[Any], str] | None = None) -> Any:
    """JSON for a plain value, a Handle, a File, or a function of ours, for which `function(f)` gives a key.

    >>> encode((1, [2.5, None]))
    {'t': [{'v': 1}, {'l': [{'v': 2.5}, {'v': None}]}]}
    """
    if value is None or type(value) in SIMPLE:
        return {"v": value}
    if isinstance(value, np.ndarray | np.generic):
        data = np.ascontiguousarray(value)
        shape = list(value.shape) if isinstance(value, np.ndarray) else None
        return {"a": [data.dtype.str, shape, base64.b64encode(data.tobytes()).decode()]}
    if type(value) in CONTAINERS:
        return {CONTAINERS[type(value)]: [encode(v, function) for v in value]}
    if isinstance(value, dict):
        return {"d": [[encode(k, function), encode(v, function)] for k, v in value.items()]}
    return _encode_thing(value, function)


def _encode_thing(value: Any, function: Callable[[Any], str] | None) -> Any:
    if isinstance(value, complex):
        return {"c": [value.real, value.imag]}
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, Handle):
        return {"h": [value.key, value.type, value.callable]}
    if isinstance(value, File):
        return {"f": [value.name, value.text]}
    if callable(value) and function is not None:
        return {"k": function(value)}
    raise TypeError(f"encode: a {type(value).__name__} cannot cross; hand over numbers, text, arrays and containers")


def decode(data: Any, function: Callable[[str], Any] | None = None, depth: int = 0) -> Any:
    """The value again; `function(key)` gives what stands for a function of the other side."""
    if not (isinstance(data, dict) and len(data) == 1) or depth > DEEPEST + 2:
        raise ValueError("decode: not a value")
    ((tag, body),) = data.items()
    inner = lambda item: decode(item, function, depth + 1)  # noqa: E731
    if tag == "v" and (body is None or type(body) in SIMPLE):
        return body
    if tag in ("l", "t", "s") and isinstance(body, list):
        return {"l": list, "t": tuple, "s": set}[tag](inner(v) for v in body)
    if tag == "d" and isinstance(body, list):
        return {inner(k): inner(v) for k, v in body}
    if tag == "k" and function is not None:
        return function(str(body))
    return _decode_thing(tag, body)


def _decode_thing(tag: str, body: Any) -> Any:
    if tag == "a":
        return _decode_array(*body)
    if tag == "c":
        return complex(*map(float, body))
    if tag == "b":
        return base64.b64decode(body)
    if tag == "h":
        return Handle(str(body[0]), str(body[1])[:80], body[2] is True)
    if tag == "f":
        return File(str(body[0]), str(body[1]))
    raise ValueError(f"decode: unknown tag {str(tag)[:20]!r}")


def _decode_array(code: str, shape: list | None, text: str) -> Any:
    dtype = np.dtype(str(code))
    if dtype.kind not in ARRAY_KINDS or dtype.names:
        raise ValueError(f"decode: dtype {dtype}")
    flat = np.frombuffer(base64.b64decode(text), dtype)
    return flat.reshape([int(n) for n in shape]).copy() if shape is not None else flat[0]


def line(message: dict) -> bytes:
    """One message as one line of ASCII."""
    return json.dumps(message).encode("ascii") + b"\n"
