"""Which mistake is it?  A misconception is recognised by what it does, never by how the code looks."""

from __future__ import annotations

from course_utils.checks.exercise import Misconception
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.compare import same
from course_utils.checks.judging.observation import Observation

FEWEST_ALIKE, SHARE_ALIKE = 2, 0.5  # when most, but not all, of what went wrong is explained


def recognise(bench: Bench, trials: list[Trial]) -> tuple[Misconception, bool] | None:
    """The misconception that explains the wrong trials, and whether it explains everything that was seen."""
    for misconception in bench.exercise.misconceptions:
        if _explains_all(bench, trials, misconception):
            return misconception, True
    return _explains_most(bench, trials)


def _explains_all(bench: Bench, trials: list[Trial], misconception: Misconception) -> bool:
    if misconception.seen is not None:
        return all(_is_seen(misconception, t) for t in trials if not t.right)
    if bench.exercise.is_value and isinstance(misconception.answer, dict):
        return _same_entries(bench, trials[0].got.value, misconception.answer)
    pairs = zip(trials, bench.wrong(misconception), strict=False)
    return all(alike(t.got, wrong, bench) for t, wrong in pairs)


def _same_entries(bench: Bench, value: object, entries: dict) -> bool:
    """The wrong entries of this mistake, whatever the other entries are."""
    return isinstance(value, dict) and all(k in value and same(value[k], v, bench.rule) for k, v in entries.items())


def _explains_most(bench: Bench, trials: list[Trial]) -> tuple[Misconception, bool] | None:
    """The misconception that agrees with most of the wrong trials: on those, it is wrong in the very same way.

    Where the mistake itself gives what is right, it explains nothing.
    """
    best, most = None, 0
    for misconception in bench.exercise.misconceptions:
        if misconception.seen is not None:
            continue
        pairs = zip(trials, bench.wrong(misconception), strict=False)
        pairs = [(t, wrong) for t, wrong in pairs if not t.right and not t.got.fault]
        count = sum(alike(t.got, w, bench) and bench.gap(w, t.want, t.case) is not None for t, w in pairs)
        if count > most:
            best, most = misconception, count
    enough = max(FEWEST_ALIKE, SHARE_ALIKE * sum(not t.right for t in trials))
    return (best, False) if best is not None and most >= enough else None


def _is_seen(misconception: Misconception, trial: Trial) -> bool:
    if trial.got.fault:
        return False
    try:
        return bool(misconception.seen(trial.got.value, trial.want.value, trial.case))
    except Exception:  # the predicate met a result of a kind it does not know
        return False


def alike(got: Observation, wrong: Observation, bench: Bench) -> bool:
    """Did the answer do on this case what the mistake does: same value or same fault, same changed arguments?"""
    if got.fault or wrong.fault:
        return bool(got.fault and wrong.fault) and (got.fault.kind, got.fault.text) == (
            wrong.fault.kind,
            wrong.fault.text,
        )
    rule = bench.rule._replace(seven_digits=True)  # a mistake is the same mistake in float32
    return bool(got.mutated) == bool(wrong.mutated) and same(got.value, wrong.value, rule)
