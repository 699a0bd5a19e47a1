"""The form of a result that no metric could measure: what is in it, in which order, of which shapes."""

from __future__ import annotations

import itertools
from typing import Any

from course_utils.checks.judging.bench import Trial
from course_utils.checks.judging.compare import Difference, Rule, difference

ANY_NUMBER = Rule(rtol=float("inf"), atol=float("inf"), same_dtype=False, lenient=True)
MOST_ORDERED = 4


def form_gap(trial: Trial) -> Difference | None:
    """What is wrong with the form of a result, compared with that of a right one; None where the form is right."""
    gap = None if trial.want.fault or trial.got.fault else difference(trial.got.value, trial.want.value, ANY_NUMBER)
    return None if gap is None or gap.kind in ("value", "nan", "single") else gap


def is_reordered(trial: Trial) -> bool:
    """Do the things that were returned have the right forms only in another order?"""
    got, want = trial.got.value, trial.want.value
    if not all(isinstance(v, list | tuple) for v in (got, want)) or not 2 <= len(want) == len(got) <= MOST_ORDERED:
        return False
    orders = itertools.permutations(want)
    return any(all(_fits(g, w) for g, w in zip(got, order, strict=True)) for order in itertools.islice(orders, 1, None))


def _fits(got: Any, want: Any) -> bool:
    return difference(got, want, ANY_NUMBER) is None
