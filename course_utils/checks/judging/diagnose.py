"""Which mistake is it?  A misconception is recognised by what it does, never by how the code looks."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.exercise import Misconception
from course_utils.checks.judging.bench import Bench, Trial
from course_utils.checks.judging.compare import same
from course_utils.checks.judging.observation import Observation
from course_utils.checks.judging.parts import entries, parts_of

LUCK = 0.05  # chance that any of the mistakes agrees so often with an answer that has another one
CLEAR = 1e-2  # values that two answers give together more seldom than this are a sign by themselves
SMALL, MOST_LOOKED, MOST_AT_ONCE = 50, 12, 3
FEWEST_ALIKE, SHARE_ALIKE = 2, 0.5  # when most, but not all, of what went wrong is explained


class Found(NamedTuple):
    """The mistakes that were recognised, and how much they explain."""

    mistakes: list[Misconception]
    everything: bool
    alike: int = 0
    wrong: int = 0


def recognise(bench: Bench, trials: list[Trial]) -> Found | None:
    """The mistake that explains everything that was seen, else two that do together, else one that explains most."""
    whole = next((m for m in bench.exercise.misconceptions if _explains_all(bench, trials, m)), None)
    several = _by_parts(bench, trials, whole) or (None if whole else _by_cases(bench, trials))
    if several:
        return Found(several, True)
    return Found([whole], True) if whole else _explains_most(bench, trials)


def _explains_all(bench: Bench, trials: list[Trial], misconception: Misconception) -> bool:
    if misconception.warns and not any(misconception.warns in w for t in trials for w in t.got.warnings):
        return False
    if misconception.seen is not None:
        return all(_is_seen(misconception, t) for t in trials if not t.right)
    if bench.exercise.is_value and isinstance(misconception.answer, dict):
        return _same_entries(bench, trials[0], misconception.answer)
    pairs = zip(trials, bench.wrong(misconception), strict=False)
    return all(alike(t.got, wrong, bench) for t, wrong in pairs)


def _same_entries(bench: Bench, trial: Trial, wrong: dict) -> bool:
    """The wrong entries of this mistake, whatever the others are; what is near enough to be right is not wrong."""
    value, want = trial.got.value, trial.want.value
    if not isinstance(value, dict) or all(k in value and same(value[k], want[k], bench.rule) for k in wrong):
        return False
    return all(k in value and same(value[k], v, bench.rule) for k, v in wrong.items())


def _explains_most(bench: Bench, trials: list[Trial]) -> Found | None:
    """The misconception that agrees with most of the wrong trials, and with more than chance would let it.

    Where the mistake itself gives what is right, it explains nothing.
    """
    best, most = None, 0
    for misconception in _by_example(bench):
        count = len(_explained(bench, trials, misconception))
        if count > most and _beyond_chance(bench, trials, misconception):
            best, most = misconception, count
    wrong = sum(not t.right for t in trials)
    return Found([best], False, most, wrong) if best and most >= max(FEWEST_ALIKE, SHARE_ALIKE * wrong) else None


def _by_example(bench: Bench) -> list[Misconception]:
    return [m for m in bench.exercise.misconceptions if m.seen is None and not m.warns]


def _explained(bench: Bench, trials: list[Trial], misconception: Misconception) -> set[int]:
    """The numbers of the wrong trials on which the answer is wrong as this mistake is."""
    return {
        n
        for n, (trial, wrong) in enumerate(zip(trials, bench.wrong(misconception), strict=False))
        if not trial.right and not trial.got.fault and alike(trial.got, wrong, bench)
        if bench.gap(wrong, trial.want, trial.case) is not None
    }


def _beyond_chance(bench: Bench, trials: list[Trial], misconception: Misconception) -> bool:
    """Would another answer hardly agree so often?  Counts and yes or no agree by chance, long numbers do not."""
    pairs = list(zip(trials, bench.wrong(misconception), strict=False))
    shows = [(t, w) for t, w in pairs if bench.gap(w, t.want, t.case) is not None]
    agreed = sum(alike(t.got, w, bench) for t, w in shows)
    chances = [_luck(w.value) for _, w in shows]
    often = _meeting([t.got.value for t, _ in shows], [w.value for _, w in shows])
    chances = [max(c, often) if c > CLEAR else c for c in chances]  # two answers that mostly give 0 agree mostly
    return _at_least(agreed, chances) * len(bench.exercise.misconceptions) <= LUCK


def _at_least(count: int, chances: list[float]) -> float:
    """How likely at least so many of these come true, each by its own chance.

    >>> round(_at_least(2, [0.5, 0.5, 0.0]), 3)
    0.25
    """
    likely = np.array([1.0])  # of 0, 1, 2, ... that came true
    for chance in chances:
        likely = np.convolve(likely, [1 - chance, chance])
    return float(likely[count:].sum())


def _meeting(ours: list, theirs: list) -> float:
    """How often two lists of values meet if each were in any order."""
    mine, its = Counter(map(repr, ours)), Counter(map(repr, theirs))
    return sum(mine[v] * its[v] for v in mine) / max(1, len(ours) * len(theirs))


def _luck(value: Any) -> float:
    """How often two wrong answers give this same value by chance."""
    if isinstance(value, bool | np.bool_):
        return 0.5
    if isinstance(value, dict | list | tuple):
        return math.prod(_luck(v) for v in (value.values() if isinstance(value, dict) else value))
    if isinstance(value, np.ndarray):
        return math.prod(_luck(v) for v in value.ravel()[:MOST_LOOKED].tolist())
    plain = isinstance(value, int | float | np.number) and abs(value) <= SMALL and value == int(value)
    return 0.3 if plain or value is None or isinstance(value, str) else 1e-3


def _by_parts(bench: Bench, trials: list[Trial], whole: Misconception | None) -> list[Misconception]:
    """Two or more mistakes, each of which explains wrong parts of its own; empty where there are none such."""
    if bench.exercise.kind == "repair" and whole is not None:
        return []
    wrong, found = parts_of(bench, trials).wrong, []
    if len(wrong) < 2 or (whole is not None and not bench.exercise.is_value):
        return []
    for name in wrong:
        near = ([whole] if whole else []) + found + _by_example(bench)
        mistake = next((m for m in near if m.seen is None and _explains_part(bench, trials, m, name)), None)
        if mistake is not None and mistake not in found:
            found.append(mistake)
    return found[:MOST_AT_ONCE] if len(found) >= 2 else []


def _explains_part(bench: Bench, trials: list[Trial], misconception: Misconception, name: Any) -> bool:
    """Is this part of the answer, in every case, what the mistake makes of it, and wrong somewhere?"""
    off = False
    for trial, seen in zip(trials, bench.wrong(misconception), strict=False):
        got, wrong, want = (entries(bench.exercise, s) for s in (trial.got, seen, trial.want))
        if got is None or wrong is None or want is None or not all(name in e for e in (got, wrong, want)):
            return False
        if not same(got[name], wrong[name], bench.rule):
            return False
        off = off or not same(wrong[name], want[name], bench.rule)
    return off


def _by_cases(bench: Bench, trials: list[Trial]) -> list[Misconception]:
    """Two mistakes that explain all wrong trials together, each some beyond chance; empty where there are none."""
    wrong = {n for n, t in enumerate(trials) if not t.right}
    explained = {m.name: _explained(bench, trials, m) for m in _by_example(bench)}
    sure = [m for m in _by_example(bench) if len(explained[m.name]) >= FEWEST_ALIKE]
    for one, other in itertools.combinations(sure, 2):
        mine, its = explained[one.name], explained[other.name]
        if mine | its == wrong and min(len(mine - its), len(its - mine)) >= FEWEST_ALIKE:
            rest = [t for n, t in enumerate(trials) if n in mine ^ its]
            if all(_luck(t.got.value) <= CLEAR for t in rest):
                return [one, other]
    return []


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
