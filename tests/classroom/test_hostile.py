"""Kinds of attack that put their trick in place of every answer, several to a notebook: each gets nothing, at once.

The kinds that harm on purpose have a notebook of their own in test_class.py; all of them run every night.
"""

import time

import pytest

from course_utils.checks.judging.judge import judge
from course_utils.classroom.grading import Bench, exercises
from course_utils.classroom.rehearsal.hostile import HOSTILE
from course_utils.classroom.rehearsal.hostile.leaving import CHANNELS
from course_utils.classroom.rehearsal.hostile.lying import LYING

TOGETHER = {k: v for k, v in (LYING | CHANNELS).items() if not v.spares and not v.first}
COSTLY = ("object that breaks when looked at", "exception of a lying class", "class that says it is a float")
AT_ONCE = 24  # answers in one notebook


@pytest.mark.parametrize("start", range(0, len(TOGETHER), AT_ONCE))
def test_no_lie_and_no_word_left_by_others_earns_a_point(run, start):
    """Each is tried as the answer to one and the same exercise, under a name of its own."""
    from dataclasses import replace

    names = [n for n in TOGETHER if n not in COSTLY][start : start + AT_ONCE]
    asked = [replace(exercises("04")[0], name=f"answer_{n}") for n in range(len(names))]
    cells = [TOGETHER[name]._function(e.name) for name, e in zip(names, asked, strict=True)]
    caller = run("import numpy as np", *cells)
    begin = time.monotonic()
    points = {n: float(judge(e, caller, bench=Bench(e, 3))) for n, e in zip(names, asked, strict=True)}
    assert points == dict.fromkeys(names, 0.0) and not caller.run.troubles
    assert time.monotonic() - begin < 60


def test_there_are_many_kinds_and_each_says_what_it_must_get():
    assert len(HOSTILE) >= 140 and len({repr(kind) for kind in HOSTILE.values()}) == len(HOSTILE)
    for name, kind in HOSTILE.items():
        assert kind.spares or kind.answer or kind.change or "trick" in kind.first or "Same" in kind.first, name
        compile(kind._function("f") if kind.answer else "", name, "exec")
