"""What may cross between a check and an answer, as copies: plain values only; all else becomes a Handle."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from .protocol import Handle

ARRAY_KINDS = "biufcU"  # bool, int, unsigned, float, complex, text
DEEPEST = 30
PLAIN = (bool, int, float, complex, str, bytes)


def describe(value: Any) -> str:
    """The type's name as a learner knows it: 'Tensor', 'DataFrame', 'array of objects'."""
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype}"
    return type(value).__name__


def cross(value: Any, other: Callable[[Any], Any], depth: int = 0) -> Any:
    """A copy of `value` made of plain values; `other(object)` decides what stands for anything else.

    >>> cross({"w": (1, 2.5)}, describe), cross([print], describe)
    ({'w': (1, 2.5)}, ['builtin_function_or_method'])
    >>> cross(Fraction(1, 4), describe)
    0.25
    """
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _array(value, other)
    if type(value) in (Fraction, Decimal):
        return _number(value, other)
    if depth > DEEPEST:
        return other(value)
    inner = lambda item: cross(item, other, depth + 1)  # noqa: E731
    if isinstance(value, dict):
        return {inner(k): inner(v) for k, v in value.items()} if _hashable_keys(value) else other(value)
    if isinstance(value, set | frozenset):
        return {inner(v) for v in value} if _hashable_keys(value) else other(value)
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(inner(v) for v in value)
    for kind in PLAIN:  # an IntEnum, a str subclass: its plain value
        if isinstance(value, kind):
            return kind(value)
    return other(value)


def _number(value: Fraction | Decimal, other: Callable[[Any], Any]) -> Any:
    """As a float; what is too large for one stays what it is."""
    try:
        return float(value)
    except (OverflowError, ValueError):
        return other(value)


def _array(value: Any, other: Callable[[Any], Any]) -> Any:
    if value.dtype.kind not in ARRAY_KINDS:
        return other(value)
    return np.array(value, copy=True, subok=False) if isinstance(value, np.ndarray) else value


def _hashable_keys(value: Any) -> bool:
    simple = (*PLAIN, type(None), np.generic)
    return all(isinstance(k, simple) or (isinstance(k, tuple) and all(isinstance(i, simple) for i in k)) for k in value)


class Table:
    """The objects of one side that the other side speaks of by Handle."""

    def __init__(self):
        self._objects: dict[str, Any] = {}

    def handle(self, thing: Any) -> Handle:
        key = f"#{len(self._objects)}"
        self._objects[key] = thing
        return Handle(key, describe(thing), callable(thing))

    def object(self, handle: Handle) -> Any:
        return self._objects[handle.key]

    def clear(self) -> None:
        self._objects.clear()
