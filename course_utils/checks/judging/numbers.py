"""What the numbers of a wrong answer show by themselves: one factor throughout, one result for everything."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils.checks.feedback.messages import say
from course_utils.checks.feedback.wording import counted
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.compare import same
from course_utils.checks.judging.parts import entries, parts_of

FEWEST = 3  # numbers of different size, or cases, that show the same
LARGEST_DIVISOR, MOST_PLACES = 12, 7
BASES = {10: "log10", 2: "log2"}


def pattern_words(bench: Bench, trials: list[Trial]) -> str:
    """One sentence on what is alike in all cases; empty where nothing is."""
    exercise = bench.exercise
    if exercise.is_value or exercise.metric is not None or any(t.got.fault for t in trials if not t.right):
        return ""
    worst = next(t for t in trials if not t.right)
    if worst.gap.kind == "mutated":
        return ""
    if worst.gap.kind in ("value", "shape") and _is_one(bench, [t.got.value for t in trials]):
        return say("always the same") if _differ(bench, [t.want.value for t in trials]) >= FEWEST else ""
    wrong = parts_of(bench, trials).wrong if exercise.parts else []
    name = wrong[0] if len(wrong) == 1 else None
    pairs = [(_part(bench, t.got, name), _part(bench, t.want, name)) for t in trials]
    return rounded_words(pairs) or factor_words(bench, pairs, name)


def _is_one(bench: Bench, values: list) -> bool:
    return all(same(v, values[0], bench.rule) for v in values[1:])


def _differ(bench: Bench, values: list) -> int:
    """How many different ones there are."""
    different: list = []
    for value in values:
        if not any(same(value, other, bench.rule) for other in different):
            different.append(value)
    return len(different)


def rounded_words(pairs: list[tuple[Any, Any]]) -> str:
    """Every number is the right one, rounded, or cut to a whole one; empty where it is something else."""
    ours, theirs = (_leaves([pair[side] for pair in pairs]) for side in (0, 1))
    if ours is None or theirs is None or len(ours) != len(theirs):
        return ""
    finite = np.isfinite(ours) & np.isfinite(theirs)
    ours, theirs = ours[finite], theirs[finite]
    if len(np.unique(ours)) < FEWEST:
        return ""
    for places in range(MOST_PLACES):
        if np.allclose(ours, theirs.round(places), rtol=1e-12, atol=1e-12):
            return say("rounded", places=counted(places, "digit"))
    return say("cut off") if np.array_equal(ours, np.trunc(theirs)) else ""


def factor_words(bench: Bench, pairs: list[tuple[Any, Any]], name: str | None) -> str:
    """'In every case the result is -1/2 times ...', of the whole or of the one part that is wrong."""
    factor = _factor(bench, pairs)
    if factor is None:
        return ""
    what = f"`{name}`" if name else "the result"
    return f"{say('factor', what=what, factor=_text(factor))} {_cause(factor)}"


def _part(bench: Bench, seen: Any, name: str | None) -> Any:
    return seen.value if name is None else (entries(bench.exercise, seen) or {}).get(name)


def _factor(bench: Bench, pairs: list[tuple[Any, Any]]) -> float | None:
    """The one number that turns what was wanted into what was got; None where there is none."""
    ours, theirs = (_leaves([pair[side] for pair in pairs]) for side in (0, 1))
    if ours is None or theirs is None or len(ours) != len(theirs):
        return None
    unlike = ~((ours == theirs) & ~np.isfinite(ours))  # -inf where -inf is right
    ours, theirs = ours[unlike], theirs[unlike]
    if not np.isfinite(ours).all() or len(np.unique(np.abs(theirs).round(9))) < FEWEST:
        return None
    largest = int(np.argmax(np.abs(theirs)))
    factor = float(ours[largest] / theirs[largest])
    known = factor != 0 and not math.isclose(factor, 1.0, rel_tol=1e-3)
    return factor if known and np.allclose(ours, factor * theirs, rtol=1e-6, atol=bench.rule.atol) else None


def _leaves(value: Any) -> np.ndarray | None:
    """All numbers in a result, in order; None where it holds anything else."""
    if isinstance(value, list | tuple):
        parts = [_leaves(v) for v in value]
        return None if any(p is None for p in parts) else np.concatenate([*parts, np.zeros(0)])
    array = np.asarray(value)
    return array.astype(float).ravel() if array.dtype.kind in "iuf" else None


def _text(factor: float) -> str:
    """A factor as people write it: -1/2, 3, 0.4343.

    >>> _text(-0.5), _text(3.0), _text(0.43429448)
    ('-1/2', '3', '0.4343')
    """
    near = Fraction(factor).limit_denominator(LARGEST_DIVISOR)
    return str(near) if math.isclose(near, factor, rel_tol=1e-6) else f"{factor:.4g}"


def _cause(factor: float) -> str:
    """What usually makes such a factor."""
    for base, name in BASES.items():
        if math.isclose(abs(factor), 1 / math.log(base), rel_tol=1e-6):
            return say("factor log", name=name, base=base)
    if math.isclose(factor, -1.0, rel_tol=1e-6):
        return say("factor sign")
    return say("factor both") if factor < 0 else say("factor size")
