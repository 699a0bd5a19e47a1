"""Does an answer keep something from one call to the next?  The same call twice tells."""

from __future__ import annotations

from course_utils.checks.callers import Caller
from course_utils.checks.feedback.messages import say
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.compare import Rule, same
from course_utils.checks.judging.observation import observe

FEWEST = 2  # later results that are all alike, before anything is made of it
NEARLY = Rule(rtol=1e-6, atol=1e-9, same_dtype=False)


def once_more(bench: Bench, caller: Caller, trials: list[Trial]) -> Trial | None:
    """The smallest case once more, if it gives another result than before; None where nothing is kept."""
    exercise = bench.exercise
    if exercise.kind not in ("function", "repair") or exercise.metric is not None or exercise.drive:
        return None
    first = min(trials, key=lambda t: t.size)
    again = bench.trial(first.case, first.want, observe(exercise, caller, first.case))
    alike = first.got.fault or again.got.fault or same(again.got.value, first.got.value, NEARLY)
    return None if alike else again


def kept_words(bench: Bench, caller: Caller, trials: list[Trial]) -> str:
    """A sentence for an answer that is wrong because of what it kept; empty for all others."""
    if once_more(bench, caller, trials) is not None:
        return say("kept", name=bench.exercise.name)
    first, *others = (t.got.value for t in trials)
    alone = trials[0].right and not trials[0].got.fault and not any(t.right for t in trials[1:])
    stuck = alone and len(others) >= FEWEST and all(same(v, first, NEARLY) for v in others)
    return say("kept first", name=bench.exercise.name) if stuck else ""
