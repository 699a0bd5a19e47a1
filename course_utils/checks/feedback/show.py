"""Values as short plain text that is the same on every machine: four significant digits, a few rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.checks.callers import File, Handle

WIDEST, MOST_LINES = 100, 8
DIGITS, MOST_DIGITS = 4, 17  # significant ones: the same on every machine, and those that tell any two numbers apart


def apart(one: Any, other: Any) -> tuple[str, str]:
    """Two values as text, with so many digits that they differ; where none help, with few.

    >>> apart([1.03], [1.03001])
    ('[1.03]', '[1.03001]')
    """
    few = value_text(one), value_text(other)
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = value_text(one, digits), value_text(other, digits)
        if texts[0] != texts[1]:
            return texts
    return few


def value_text(value: Any, digits: int = DIGITS, *, lines: int = MOST_LINES) -> str:
    """A value as a learner would write it.

    >>> print(value_text({"w": np.array([1.0, 1 / 3]), "n": 2}))
    w: [1.0, 0.3333]
    n: 2
    """
    if isinstance(value, np.ndarray) and value.ndim:
        text = array_text(value, digits)
    elif isinstance(value, dict) and len(value) > 1:
        text = "\n".join(f"{_key(key)}: {_inline(v, digits)}" for key, v in value.items())
    else:
        text = _inline(value, digits)
    return clip(text, lines)


def _key(key: Any) -> str:
    """A key on one line, whatever it holds."""
    plain = isinstance(key, str) and key and key.isprintable() and key == key.strip()
    return key if plain else repr(key)


def clip(text: str, lines: int = MOST_LINES, width: int = 300) -> str:
    """The first lines of a text, and a mark where something was left out."""
    rows = text.splitlines() or [""]
    kept = [row if len(row) <= width else row[:width] + " …" for row in rows[:lines]]
    return "\n".join(kept + (["…"] if len(rows) > lines else []))


def array_text(array: np.ndarray, digits: int = DIGITS) -> str:
    """The array's numbers and its shape (and dtype, where that is not float64); a table's shape comes first."""
    with np.printoptions(legacy=False):
        body = np.array2string(
            array,
            max_line_width=WIDEST,
            threshold=60,
            edgeitems=3,
            separator=", ",
            formatter={"float_kind": lambda value: _number(value, digits), "complex_kind": str},
        )
    kind = "" if array.dtype == np.float64 else f", {array.dtype}"
    shape = f"shape {array.shape}{kind}"
    return f"{shape}\n{body}" if array.ndim > 1 else f"{body}   {shape}"


def _number(value: float, digits: int = DIGITS) -> str:
    text = f"{float(value):.{digits}g}"
    return text if any(c in text for c in ".enf") else text + ".0"


def _inline(value: Any, digits: int = DIGITS) -> str:
    """One line, arrays as nested lists."""
    if isinstance(value, np.ndarray):
        if value.size > 40:
            return f"array of shape {value.shape}"
        return _inline(value.tolist(), digits)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return _number(float(value), digits)
    if isinstance(value, np.generic):
        return str(value.item())
    if isinstance(value, list | tuple):
        inner = ", ".join(_inline(v, digits) for v in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_inline(v, digits)}" for k, v in value.items()) + "}"
    return _thing(value)


def _thing(value: Any) -> str:
    if isinstance(value, Handle):
        return f"a {value.type}"
    if isinstance(value, File):
        return f"the path of a file with the text {value.text!r}"
    if callable(value):
        return f"a function {getattr(value, '__name__', '')}".rstrip()
    return repr(value)


def call_text(label: str, args: tuple, options: dict) -> str:
    """A call as it would be written, long arrays by their shape.

    >>> call_text("model.update", (np.zeros(2), 1), {})
    'model.update([0.0, 0.0], 1)'
    """
    parts = [_inline(a) for a in args] + [f"{k}={_inline(v)}" for k, v in options.items()]
    return clip(f"{label}({', '.join(parts)})", 1, 160)


def input_rows(names: list[str], args: tuple, options: dict) -> list[tuple[str, str]]:
    """(name, text) of every input of a case."""
    labels = [names[i] if i < len(names) else f"input {i + 1}" for i in range(len(args))]
    return [(n, value_text(v)) for n, v in [*zip(labels, args, strict=True), *options.items()]]


def size_of(value: Any) -> int:
    """How much there is to read: the smallest failing case is the kindest."""
    if isinstance(value, np.ndarray):
        return int(value.size)
    if isinstance(value, str):
        return len(value)
    if isinstance(value, File):
        return len(value.text)
    if isinstance(value, dict):
        return sum(size_of(v) for v in value.values())
    return sum(size_of(v) for v in value) if isinstance(value, list | tuple | set) else 1
