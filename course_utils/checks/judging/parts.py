"""What an answer earns that is right in part: the entries of a tuple or a dict that are right in every case.

Nothing is earned by luck.  A part that is the same in every case (always 0, say), or that a function to be repaired
had right when it was handed out, counts only where it is wrong.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import say
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.observation import Observation


class Parts(NamedTuple):
    """The names of the parts that count: those that are right in every case, and those that are not."""

    right: list
    wrong: list

    @property
    def share(self) -> float:
        return len(self.right) / (len(self.right) + len(self.wrong)) if self.wrong else 0.0

    def sentence(self, exercise: Exercise) -> str:
        """Which parts are right and which to look at again; where none is right, that is said of a form only."""
        if not self.share:
            form = exercise.is_value and len(self.wrong) > 1
            return say("parts none", all=len(self.wrong)) if form else ""
        right, wrong = (", ".join(f"`{n}`" if exercise.parts else repr(n) for n in names) for names in self)
        return say("parts", right=right, wrong=wrong, count=len(self.right), all=len(self.right) + len(self.wrong))


MOST_ORDERED = 4  # parts of which all orders are tried
NO_PARTS = Parts([], [])


def parts_of(bench: Bench, trials: list[Trial]) -> Parts:
    """The parts of an answer that is not right as a whole; none where it has no parts, or cannot be taken apart."""
    trials = [t for t in trials if not (t.want.fault and t.right)]  # an error that was asked for
    wanted = [entries(bench.exercise, t.want) for t in trials]
    received = [entries(bench.exercise, t.got) for t in trials]
    if bench.exercise.metric is not None or not trials or None in wanted or None in received:
        return NO_PARTS
    names = [name for name in wanted[0] if all(name in want for want in wanted)]
    right = [name for name in names if all(_is_right(bench, t, name) for t in trials)]
    free = _free(bench, names, wanted)
    extra = dict.fromkeys(n for got, want in zip(received, wanted, strict=True) for n in got if n not in want)
    missing = [n for n in names if n not in received[0]]  # a name that is written otherwise is one thing, not two
    wrong = [n for n in names if n not in right] + list(extra)[len(missing) :]
    return Parts([n for n in right if n not in free], wrong)


def order_of(bench: Bench, trials: list[Trial]) -> list[str]:
    """The names of the parts as the answer orders them, where all are right in every case but for their order."""
    names = bench.exercise.parts
    received = [entries(bench.exercise, t.got) for t in trials]
    if not 2 <= len(names) <= MOST_ORDERED or not trials or None in received or bench.exercise.metric is not None:
        return []
    for order in list(itertools.permutations(names))[1:]:
        if all(_fits(bench, trial, order) for trial in trials):
            return list(order)
    return []


def _fits(bench: Bench, trial: Trial, order: tuple[str, ...]) -> bool:
    """Is this trial right if its parts are taken in this order?"""
    if trial.got.fault or trial.want.fault:
        return False
    named = dict(zip(order, trial.got.value, strict=True))
    again = replace(trial.got, value=tuple(named[n] for n in bench.exercise.parts))
    return bench.gap(again, trial.want, trial.case) is None


def entries(exercise: Exercise, seen: Observation) -> dict | None:
    """What was seen, part by part; None where it is one thing.

    Parts are the entries of a tuple that `Exercise.parts` names, what a drive saw, or what a value is made of; a dict
    that a function returns is one answer.
    """
    value = None if seen.fault else seen.value
    if exercise.parts:
        many = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
        fits = many and len(value) == len(exercise.parts)
        return dict(zip(exercise.parts, value, strict=True)) if fits else None
    return value if isinstance(value, dict) and (exercise.is_value or exercise.drive) else None


def _is_right(bench: Bench, trial: Trial, name: Any) -> bool:
    """Is this part there, and right?  What is missing is never right, even where None is expected."""
    want, got = entries(bench.exercise, trial.want), entries(bench.exercise, trial.got)
    if name not in got:
        return False
    seen = Observation(value=got[name], mutated=trial.got.mutated)
    return bench.gap(seen, Observation(value=want[name], mutated=trial.want.mutated), trial.case) is None


def _free(bench: Bench, names: list, wanted: list[dict]) -> set:
    """The parts that nobody has to work for."""
    free = {n for n in names if len(wanted) > 1 and is_constant([want[n] for want in wanted])}
    for mistake in bench.exercise.misconceptions:
        if bench.exercise.kind == "repair" and mistake.answer is bench.exercise.broken:
            handed_out = bench.trials_of(bench.wrong(mistake))
            whole = all(entries(bench.exercise, t.got) is not None for t in handed_out)
            free |= {n for n in names if whole and all(_is_right(bench, t, n) for t in handed_out)}
    return free


def is_constant(values: list) -> bool:
    """Is there nothing but one and the same number, text or None in all these values, whatever their shapes?

    >>> is_constant([np.zeros(3), np.zeros((2, 2)), 0.0]), is_constant([0.0, 1.0])
    (True, False)
    """
    return len({v if isinstance(v, int | float) and v == v else repr(v) for v in _leaves(values)}) <= 1


def _leaves(value: Any) -> list:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for v in value for leaf in _leaves(v)] if isinstance(value, list | tuple) else [value]
