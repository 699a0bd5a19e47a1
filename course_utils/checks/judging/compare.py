"""Is what was received what was expected?  And if not: what kind of difference, and where?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.callers import Handle
from course_utils.checks.feedback.show import DIGITS, MOST_DIGITS, clip

STRICTEST = 1e-6  # rtol below which float32 would be right or wrong by chance
NOISE = 1e-10  # more than different orders of summation make of float64's digits
MOST_KEYS, MOST_KEY = 8, 40  # keys that are told, and characters of each
CUT = 1e-4  # more than what a calculation in float32 is off


class Rule(NamedTuple):
    """How strictly to compare: tolerances, whether dtype and precision count, whether a list will do for an array."""

    rtol: float = 1e-6
    atol: float = 1e-9
    same_dtype: bool = True
    lenient: bool = False
    seven_digits: bool = False  # will what was computed in float32 do, if it lies within the tolerances?

    @property
    def sixteen_digits(self) -> bool:
        return self.same_dtype and self.rtol <= STRICTEST and not (self.lenient or self.seven_digits)


STANDARD = Rule()


@dataclass(frozen=True)
class Difference:
    """kind: nothing, object, type, tuple, keys, length, order, shape, dtype, single, nan or value; where: a path."""

    kind: str
    where: str = ""
    expected: str = ""
    received: str = ""


def difference(
    received: Any, expected: Any, rule: Rule = STANDARD, where: str = "", *, orders: bool = True
) -> Difference | None:
    """The first difference, or None.  Two NaN in the same place are equal.

    With `orders`, a tuple that holds the right things in another order is told as that; to look for it takes time.

    >>> difference(np.zeros((2, 3)), np.zeros((3, 2)))
    Difference(kind='shape', where='', expected='(3, 2)', received='(2, 3)')
    """
    received, expected = _bare(received), _bare(expected)
    if isinstance(expected, Handle):
        return _differ("type", where, expected, received) if not isinstance(received, Handle) else None
    if isinstance(received, Handle):
        return Difference("object", where, type_name(expected), type_name(received))
    if received is None and expected is not None:
        return Difference("nothing", where, type_name(expected), "None")
    if isinstance(expected, dict):
        return _dicts(received, expected, rule, where, orders)
    if isinstance(expected, list | tuple):
        return _sequences(received, expected, rule, where, orders)
    if isinstance(expected, np.ndarray):
        return _arrays(received, expected, rule, where)
    if isinstance(expected, bool | np.bool_ | int | float | complex | np.number):
        return _numbers(received, expected, rule, where)
    return _plain(received, expected, rule, where)


def same(received: Any, expected: Any, rule: Rule = STANDARD) -> bool:
    """Is there no difference?"""
    return difference(received, expected, rule, orders=False) is None


def type_name(value: Any) -> str:
    """A type in a learner's words, with its article.

    >>> type_name(np.zeros(3)), type_name(2.5), type_name(Handle("#1", "Tensor"))
    ('an array', 'a number', 'a Tensor')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return "an array"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, int | float | complex | np.number | np.ndarray):
        return "a number"
    if value is None:
        return "None"
    name = "text" if isinstance(value, str) else value.type if isinstance(value, Handle) else type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}" if name != "text" else name


def _bare(value: Any) -> Any:
    """An array of no axes as the one thing in it, and NumPy's text as text."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    return value.item() if isinstance(value, np.str_ | np.bytes_) else value


def _known(values: Iterable) -> set:
    """Keys, or what is in a set, to be looked for: True is not 1 here."""
    return {(isinstance(v, bool | np.bool_), v) for v in values}


def _differ(kind: str, where: str, expected: Any, received: Any) -> Difference:
    return Difference(kind, where, type_name(expected), type_name(received))


def _dicts(received: Any, expected: dict, rule: Rule, where: str, orders: bool) -> Difference | None:
    if not isinstance(received, dict):
        return _differ("type", where, expected, received)
    there, asked = _known(received), _known(expected)
    for key, value in expected.items():
        if not _known([key]) <= there:
            return Difference("keys", where, repr(key), _some(received))
        found = difference(received[key], value, rule, f"{where}[{key!r}]", orders=orders)
        if found:
            return found
    extra = [k for k in received if not _known([k]) <= asked]
    return Difference("keys", where, "", _some(extra)) if extra else None


def _some(keys: Iterable) -> str:
    """The first of some keys."""
    names = [repr(k)[:MOST_KEY] for k in keys]
    return ", ".join(names[:MOST_KEYS]) + (" …" if len(names) > MOST_KEYS else "") or "no key"


def _sequences(received: Any, expected: list | tuple, rule: Rule, where: str, orders: bool) -> Difference | None:
    if isinstance(received, np.ndarray) and isinstance(expected, tuple) and _is_shape_of(expected, received):
        return Difference("its shape", where, str(expected), "the array")
    if rule.lenient and isinstance(received, np.ndarray) and (received.ndim == 1 or received.size):
        received = received.tolist()
    if _is_stack(received, expected):
        received = tuple(received)  # `return np.stack([i, f])` is taken apart like `return i, f`
    strict = isinstance(expected, list) and not rule.lenient
    if not isinstance(received, list if strict else (list, tuple)):
        return _differ("type", where, expected, received)
    if len(received) != len(expected):
        return Difference("length", where, str(len(expected)), str(len(received)))
    pairs = enumerate(zip(received, expected, strict=True))
    found = (difference(r, e, rule, f"{where}[{i}]", orders=orders) for i, (r, e) in pairs)
    first = next((d for d in found if d), None)
    if first and orders and isinstance(expected, tuple) and _swapped(received, expected, rule):
        return Difference("order", where)
    return first


def _is_shape_of(expected: tuple, received: np.ndarray) -> bool:
    return all(type(n) is int for n in expected) and expected == received.shape


def _is_stack(received: Any, expected: Any) -> bool:
    """One array where a tuple of arrays of one shape is asked, or of floats (integers are a shape)."""
    if not (isinstance(received, np.ndarray) and isinstance(expected, tuple) and expected):
        return False
    shapes = {np.shape(e) if isinstance(e, np.ndarray) else () for e in expected}
    numbers = shapes == {()}
    if numbers and not (received.dtype.kind == "f" and all(isinstance(e, float | np.floating) for e in expected)):
        return False
    return len(shapes) == 1 and received.shape == (len(expected), *shapes.pop())


def _swapped(received: Any, expected: tuple, rule: Rule) -> bool:
    """The right things in another order, of two to four that all differ."""
    if not 2 <= len(expected) <= 4 or all(isinstance(e, int | str) for e in expected):
        return False
    fits = []  # fits[i][j]: what was received at j is what was expected at i
    for e in expected:
        fits.append([same(r, e, rule) for r in received])
        if not any(fits[-1]):
            return False
    places = range(len(expected))
    return any(all(fits[i][j] for i, j in zip(places, order, strict=True)) for order in itertools.permutations(places))


def _arrays(received: Any, expected: np.ndarray, rule: Rule, where: str) -> Difference | None:
    if isinstance(received, list | tuple) and rule.lenient:
        given = received
        try:
            received = np.asarray(given)
        except ValueError:  # rows of unequal length
            return _differ("type", where, expected, given)
        if received.dtype.kind == "O":  # None among the numbers, say
            return _differ("type", where, expected, given)
    if isinstance(received, tuple):
        return Difference("tuple", where, "one array", f"a tuple of {len(received)}")
    if not isinstance(received, np.ndarray):
        return _differ("type", where, expected, received)
    if received.shape != expected.shape:
        return Difference("shape", where, str(expected.shape), str(received.shape))
    return _dtypes(received, expected, rule, where) or _elements(received, expected, rule, where)


def _dtypes(received: np.ndarray, expected: np.ndarray, rule: Rule, where: str) -> Difference | None:
    got, want = (a.dtype.newbyteorder("=") for a in (received, expected))  # the order of bytes is no one's mistake
    kind = {"u": "i"}  # signed or not is one kind here
    alike = kind.get(got.kind, got.kind) == kind.get(want.kind, want.kind)
    if alike and (got.kind not in "fc" or got == want):
        return None
    if rule.lenient and not received.size and not expected.size:
        return None
    apart = "U" in (got.kind, want.kind) or (rule.lenient and "b" in (got.kind, want.kind))
    return Difference("dtype", where, str(want), str(got)) if (rule.same_dtype and not rule.lenient) or apart else None


def _elements(received: np.ndarray, expected: np.ndarray, rule: Rule, where: str) -> Difference | None:
    if received.dtype == expected.dtype and received.tobytes() == expected.tobytes():
        return None
    if rule.sixteen_digits and _is_single(received, expected):
        return Difference("single", where)
    wrong = ~_close(received, expected, rule)
    if not wrong.any():
        return None
    lost = _is_nan(received) & ~_is_nan(expected) if expected.dtype.kind in "fc" else np.zeros(wrong.shape, bool)
    nan = lost.any()
    at = tuple(int(i) for i in np.argwhere(lost if nan else wrong)[0])
    return Difference(
        "nan" if nan else "value",
        f"{where}[{', '.join(map(str, at))}]",
        *number_texts(expected[at], received[at]),
    )


def _is_nan(values: np.ndarray) -> np.ndarray:
    return np.isnan(values) if values.dtype.kind in "fc" else np.zeros(values.shape, bool)


def _close(received: np.ndarray, expected: np.ndarray, rule: Rule) -> np.ndarray:
    equal = received == expected
    if expected.dtype.kind not in "fc" and received.dtype.kind not in "fc":
        return equal
    with np.errstate(all="ignore"):
        near = np.abs(received - expected) <= rule.atol + rule.rtol * np.abs(expected)
    return equal | (near & np.isfinite(expected)) | (_is_nan(received) & _is_nan(expected))


def _is_single(received: np.ndarray, expected: np.ndarray) -> bool:
    """Nearly right, but with float32's seven digits where sixteen are asked: always so, or the cases would decide."""
    if not received.dtype == expected.dtype == np.float64:
        return False
    finite = np.isfinite(received) & np.isfinite(expected)
    got, want = received[finite], expected[finite]
    with np.errstate(all="ignore"):
        cut, round_numbers = got == got.astype(np.float32), got == got.astype(np.float16)
        off = np.abs(got - want)
    far, near = off > NOISE * (1 + np.abs(want)), off <= CUT * (0.1 + np.abs(want))
    return bool(cut.all() and not round_numbers.all() and far.any() and near.all())


def _numbers(received: Any, expected: Any, rule: Rule, where: str) -> Difference | None:
    if isinstance(received, np.ndarray):
        return Difference("shape", where, "() (one number)", str(received.shape))
    if not isinstance(received, bool | int | float | complex | np.number | np.bool_):
        return _differ("type", where, expected, received)
    if type(received) is type(expected) and received == expected:
        return None
    got, want = np.asarray(received), np.asarray(expected)
    if (got.dtype.kind == "b") != (want.dtype.kind == "b"):
        return _differ("type", where, expected, received)
    if got.dtype.kind == "c" != want.dtype.kind:
        return Difference("dtype", where, "a real number", f"{got.dtype}")
    if want.dtype.kind in "iu" and got.dtype.kind == "f" and rule.same_dtype and not rule.lenient:
        return Difference("dtype", where, "whole number (int)", f"{got.dtype}")
    if "O" in (got.dtype.kind, want.dtype.kind):  # integers beyond 64 bits
        equal = got.dtype == want.dtype and received == expected
        return None if equal else Difference("value", where, str(expected), str(received))
    if rule.sixteen_digits and _is_single(got, want):
        return Difference("single", where)
    close = bool(_close(got, want, rule))
    nan = bool(_is_nan(got)) and not bool(_is_nan(want))
    return None if close else Difference("nan" if nan else "value", where, *number_texts(want[()], got[()]))


def _plain(received: Any, expected: Any, rule: Rule, where: str) -> Difference | None:
    if type(received) is not type(expected):
        return _differ("type", where, expected, received)
    if rule.lenient and isinstance(expected, str):
        received, expected = plain_text(received), plain_text(expected)
    same_kind = not isinstance(expected, set) or _known(received) == _known(expected)
    equal = received == expected and same_kind
    return None if equal else Difference("value", where, clip(repr(expected), 1), clip(repr(received), 1))


def plain_text(text: str) -> str:
    """A choice as it is compared: without blanks, capitals, and the brackets or dots around a single letter.

    >>> plain_text(" (B)"), plain_text("b."), plain_text("(2, 3)"), plain_text("")
    ('b', 'b', '(2, 3)', '')
    """
    text = text.strip().casefold()
    letter = re.fullmatch(r"[(\[]?(\w)[)\].:]?", text)
    return letter[1] if letter else text


def number_texts(expected: Any, received: Any) -> tuple[str, str]:
    """Both numbers in four significant digits, the same on every machine, or in so many that their difference shows.

    >>> number_texts(1.03, 1.0300052), number_texts(2, 2.5)
    (('1.03', '1.030005'), ('2', '2.5'))
    """
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = number_text(expected, digits), number_text(received, digits)
        if _shows(texts, expected, received):
            return texts
    return number_text(expected, DIGITS), number_text(received, DIGITS)


def _shows(texts: tuple[str, str], expected: Any, received: Any) -> bool:
    """Can be seen that they differ, and by about how much?"""
    numbers = all(isinstance(v, int | float | np.number) and np.isfinite(v) for v in (expected, received))
    if not numbers or any(isinstance(v, np.complexfloating) for v in (expected, received)):
        return texts[0] != texts[1]
    off, shown = float(received) - float(expected), float(texts[1]) - float(texts[0])
    return abs(shown - off) <= abs(off) / 2 and texts[0] != texts[1]


def number_text(value: Any, digits: int) -> str:
    if isinstance(value, float | np.floating):
        return f"{float(value):.{digits}g}"
    return str(value.item() if isinstance(value, np.generic) else value)
