"""Time and memory of an answer that is right: measured apart from the cases, with a wide margin.

Measured calls get inputs of their own, new ones each time and of sizes that are drawn, and their results are compared
like all others: an answer that gives nothing where it is timed, or that kept what it gave before, is wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from course_utils.checks.callers import Caller
from course_utils.checks.exercise import Memory, Speed, as_case, right_answer
from course_utils.checks.judging.bench import Bench, Trial, trusted
from course_utils.checks.judging.observation import observe

ROUNDS = 5
ENOUGH = 2.0  # seconds of slow code after which the fewest rounds will do
FEWEST, CLEAR = 2, 2.0  # rounds after which it is enough to be so many times faster than asked
TICK = 1e-5  # CPU clocks are not finer than this
CROSSING = 2e-3  # seconds that one call in another process may cost beside the answer: a budget's margin covers them
LOOKS = 2  # a verdict of "too slow" or "too much" needs as many that agree
SPENT = ("TimeUp", "Stuck", "Dead", "MemoryError")  # faults that say how much was used, not that something is wrong


class Look(NamedTuple):
    """Was the budget kept, and what the measured calls gave."""

    kept: bool
    trials: list[Trial]

    @property
    def wrong(self) -> list[Trial]:
        """The calls that gave something wrong."""
        return [t for t in self.trials if not t.right and not (t.got.fault and t.got.fault.kind in SPENT)]


def look_at(bench: Bench, caller: Caller, budget: Speed | Memory) -> Look:
    """Does the answer keep this budget?  Ends with the first look that says yes, or that shows a wrong result."""
    measured = speed_look if isinstance(budget, Speed) else memory_look
    for number in range(LOOKS):
        look = measured(bench, caller, budget, number)
        if look.kept or look.wrong:
            break
    return look


def speed_look(bench: Bench, caller: Caller, budget: Speed, look: int) -> Look:
    """CPU time of the slow way over that of the answer, best of five each, in turn, on the same inputs."""
    slow, ours, theirs, trials = trusted(bench.exercise, budget.slow), [], [], []
    for number in range(ROUNDS):
        trials.append(_measured(bench, caller, budget, (look, number)))
        if not trials[-1].right:
            return Look(False, trials)
        theirs.append(trials[-1].got.cpu)
        if sum(ours) < ENOUGH or number < FEWEST:
            ours.append(observe(bench.exercise, slow, trials[-1].case).cpu)
        ratio = min(ours) / max(min(theirs), TICK)
        if number + 1 >= FEWEST and (ratio >= CLEAR * budget.times or theirs[-1] > ENOUGH):
            break
    return Look(ratio >= budget.times, trials)


def memory_look(bench: Bench, caller: Caller, budget: Memory, look: int) -> Look:
    """Bytes at the highest moment of one call, above what was there before."""
    trial = _measured(bench, caller, budget, (look, 0))
    limit = budget.limit(trial.case) if callable(budget.limit) else budget.limit
    return Look(trial.got.peak is not None and trial.got.peak <= limit and trial.right, [trial])


def _measured(bench: Bench, caller: Caller, budget: Speed | Memory, turn: tuple[int, int]) -> Trial:
    """One call on new inputs, compared with what is right."""
    exercise, memory = bench.exercise, isinstance(budget, Memory)
    case = as_case(budget.case(bench.rng(1 + memory, *turn)))
    want = observe(exercise, trusted(exercise, right_answer(exercise.reference)), case)
    return bench.trial(case, want, observe(exercise, caller, case, memory=memory))
