"""Does an answer keep something from one call to the next?  A call like an earlier one tells."""

from __future__ import annotations

from course_utils.checks.callers import Caller
from course_utils.checks.exercise import Exercise
from course_utils.checks.feedback.messages import say
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.compare import Rule, same
from course_utils.checks.judging.observation import observe

LATER = 7  # of the cases that are drawn once more
FEWEST = 2  # later results that are all alike, before anything is made of it
NEARLY = Rule(rtol=1e-6, atol=1e-9, same_dtype=False)


def wrong_later(bench: Bench, caller: Caller, trials: list[Trial]) -> Trial | None:
    """The smallest case once more with other numbers, if the answer is wrong there; None where nothing is kept."""
    exercise = bench.exercise
    if not _is_called(exercise):
        return None
    place = min(range(len(trials)), key=lambda n: trials[n].size)
    case = exercise.draw(bench.rng(LATER))[: place + 1][-1]  # with as many cases as before, or fewer
    return bench.again(case, observe(exercise, caller, case))


def gives_another(bench: Bench, caller: Caller, trials: list[Trial]) -> bool:
    """Does the same call give another result than before?"""
    first = min(trials, key=lambda t: t.size)
    if not _is_called(bench.exercise) or first.got.fault:
        return False
    again = observe(bench.exercise, caller, first.case)
    return not again.fault and not same(again.value, first.got.value, NEARLY)


def _is_called(exercise: Exercise) -> bool:
    """Is it a plain function, judged by what it gives?"""
    return exercise.kind in ("function", "repair") and exercise.metric is None and exercise.drive is None


def kept_words(bench: Bench, caller: Caller, trials: list[Trial]) -> str:
    """A sentence for an answer that is wrong because of what it kept; empty for all others."""
    if gives_another(bench, caller, trials):
        return say("kept", name=bench.exercise.name)
    first, *others = (t.got.value for t in trials)
    alone = trials[0].right and not trials[0].got.fault and not any(t.right for t in trials[1:])
    stuck = alone and len(others) >= FEWEST and all(same(v, first, NEARLY) for v in others)
    return say("kept first", name=bench.exercise.name) if stuck else ""
