"""The cases of one seed, with what is right and what each mistake would give: made once, for any number of answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.checks.callers import Caller, Fault, Handle
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Case, Exercise, Misconception, right_answer, wrong_answer
from course_utils.checks.feedback.show import size_of
from course_utils.checks.judging.compare import Difference, Rule, difference, number_texts, type_name
from course_utils.checks.judging.observation import Observation, observe

HARD_STOPS = ("TimeUp", "Stuck", "Dead", "SystemExit", "KeyboardInterrupt", "Missing", "NotImplementedError")


def ends(fault: Fault | None) -> bool:
    """Is there nothing more to ask after this?  A NotImplementedError with a text is a library's, not the stub's."""
    return bool(fault and fault.kind in HARD_STOPS and not (fault.kind == "NotImplementedError" and fault.text))


@dataclass
class Trial:
    """One case tried on an answer: what was wanted, what was got, and the gap between (None if it is right)."""

    case: Case
    want: Observation
    got: Observation
    gap: Difference | None

    @property
    def right(self) -> bool:
        return self.gap is None

    @property
    def size(self) -> int:
        return size_of(self.case.args) + size_of(self.case.options)


class Bench:
    """Cases of one exercise for one seed; references and misconceptions are run when first needed."""

    def __init__(self, exercise: Exercise, seed: int):
        self.exercise, self.seed = exercise, seed
        self.cases = exercise.draw(self.rng())
        if not self.cases:
            raise ValueError(f"exercise {exercise.id}: cases gave nothing for seed {seed}")
        self.rule = Rule(
            exercise.rtol, exercise.atol, exercise.same_dtype, lenient=exercise.kind in ("value", "experiment")
        )
        self._wanted: list[Observation] | None = None
        self._wrong: dict[str, list[Observation]] = {}

    def rng(self, *more: int) -> np.random.Generator:
        """The chance of this exercise and seed; with further numbers, of its own for each."""
        return np.random.default_rng([self.seed, *map(int, self.exercise.id.split(".")), *more])

    @property
    def wanted(self) -> list[Observation]:
        """What the reference gives, case by case."""
        if self._wanted is None:
            self._wanted = self.observed(right_answer(self.exercise.reference))
        return self._wanted

    def wrong(self, misconception: Misconception) -> list[Observation]:
        """What this mistake gives, case by case."""
        if misconception.name not in self._wrong:
            self._wrong[misconception.name] = self.observed(wrong_answer(self.exercise, misconception))
        return self._wrong[misconception.name]

    def observed(self, answer: Any) -> list[Observation]:
        """What an answer of our own gives, case by case."""
        caller = trusted(self.exercise, answer)
        try:
            return [observe(self.exercise, caller, case) for case in self.cases]
        finally:
            caller.close()

    def trials(self, caller: Caller) -> list[Trial]:
        """Try every case, up to one after which it makes no sense to go on."""
        done = []
        for case, want in zip(self.cases, self.wanted, strict=True):
            done.append(self.trial(case, want, observe(self.exercise, caller, case)))
            if ends(done[-1].got.fault):
                break
        return done

    def trial(self, case: Case, want: Observation, got: Observation) -> Trial:
        return Trial(case, want, got, self.gap(got, want, case))

    def again(self, case: Case, got: Observation) -> Trial | None:
        """A trial of a case that is not among the others; None if the answer is right there."""
        caller = trusted(self.exercise, right_answer(self.exercise.reference))
        try:
            trial = self.trial(case, observe(self.exercise, caller, case), got)
        finally:
            caller.close()
        return None if trial.right else trial

    def trials_of(self, seen: list[Observation]) -> list[Trial]:
        """The trials of an answer that was observed already."""
        return [self.trial(*three) for three in zip(self.cases, self.wanted, seen, strict=True)]

    def gap(self, got: Observation, want: Observation, case: Case) -> Difference | None:
        """What is wrong with one observation, or None."""
        if got.fault or want.fault:
            alike = got.fault and want.fault and got.fault.kind == want.fault.kind
            return None if alike else Difference("fault" if got.fault else "no fault")
        if self.exercise.metric is not None:
            gap = self._measured(got, case)
        else:
            gap = difference(got.value, want.value, self.rule)
        return gap or (Difference("mutated") if got.mutated and not want.mutated else None)

    def _measured(self, got: Observation, case: Case) -> Difference | None:
        metric = self.exercise.metric
        try:
            value = float(metric.measure(got.value, case))
        except Exception as error:  # a result of the wrong kind or shape
            stranger = _stranger(got.value)
            if stranger is not None:
                return Difference("object", expected="an array", received=type_name(stranger))
            return Difference("unmeasured", received=f"{type(error).__name__}: {error}")
        kept = metric.at_least <= value <= metric.at_most
        if math.isnan(value) or (kept and math.isinf(value)):
            return Difference("metric nan")
        bound = metric.at_least if value < metric.at_least else metric.at_most
        return None if kept else Difference("metric", received=number_texts(bound, value)[1])


def trusted(exercise: Exercise, answer: Any) -> InProcess:
    """A caller for an answer of our own."""
    return InProcess({exercise.name: answer}, trusted=True)


def _stranger(value: Any) -> Handle | None:
    """The first thing in an answer that never left its side: a tensor, say."""
    if isinstance(value, list | tuple | dict):
        inside = value.values() if isinstance(value, dict) else value
        return next((found for v in inside if (found := _stranger(v)) is not None), None)
    return value if isinstance(value, Handle) else None
