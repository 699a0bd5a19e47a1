"""Time and memory of an answer that is right: judged once, apart from the seeds, with a wide margin."""

from __future__ import annotations

import numpy as np

from course_utils.checks.callers import Caller
from course_utils.checks.exercise import Case, Exercise, Memory, Speed, as_case
from course_utils.checks.judging.bench import trusted
from course_utils.checks.judging.observation import observe

ROUNDS = 5
ENOUGH = 2.0  # seconds of slow code after which two rounds will do
TICK = 1e-5  # CPU clocks are not finer than this
LOOKS = 2  # a verdict of "too slow" needs as many
CROSSING = 2e-3  # seconds that one call in another process may cost beside the answer: a budget's margin covers them


def within(exercise: Exercise, caller: Caller, budget: Speed | Memory) -> bool:
    """Does the answer keep this budget?"""
    case = as_case(budget.case(np.random.default_rng(0)))
    if isinstance(budget, Speed):
        return any(speed_ratio(exercise, caller, budget, case) >= budget.times for _ in range(LOOKS))
    limit = budget.limit(case) if callable(budget.limit) else budget.limit
    return peak_memory(exercise, caller, case) <= limit


def speed_ratio(exercise: Exercise, caller: Caller, budget: Speed, case: Case) -> float:
    """CPU time of the slow way over that of the answer, best of five each, in turn; 0 if the answer fails."""
    slow, ours, theirs = trusted(exercise, budget.slow), [], []
    for done in range(ROUNDS):
        if sum(ours) < ENOUGH or done < 2:
            ours.append(observe(exercise, slow, case).cpu)
        got = observe(exercise, caller, case)
        if got.fault:
            return 0.0
        theirs.append(got.cpu)
        if theirs[-1] > ENOUGH and done:
            break
    return min(ours) / max(min(theirs), TICK)


def peak_memory(exercise: Exercise, caller: Caller, case: Case) -> float:
    """Bytes at the highest moment above what was there before the call; infinite if the answer fails."""
    got = observe(exercise, caller, case, memory=True)
    return np.inf if got.fault or got.peak is None else got.peak
