"""Speed is judged alike on a busy machine, and alike from this process and from another one."""

import numpy as np
import pytest

from course_utils.checks import registry
from course_utils.checks.callers import Fault, Outcome
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import as_case
from course_utils.checks.judging.bench import Bench, trusted
from course_utils.checks.judging.budgets import CROSSING, LOOKS, ROUNDS, look_at
from course_utils.checks.judging.observation import observe
from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell
from tests.checks.test_authoring_examples import EXAMPLES

ASKED = [e for e in [*registry.every(), *(example.values[1] for example in EXAMPLES)] if e.speed]


def within(exercise, caller):
    return look_at(Bench(exercise, 0), caller, exercise.speed).kept


def case_of(exercise):
    return as_case(exercise.speed.case(np.random.default_rng(0)))


@pytest.mark.parametrize("exercise", ASKED, ids=[e.id for e in ASKED])
def test_the_margin_covers_the_way_to_another_process(exercise):
    """An answer that takes no time at all passes from there too: the slow way takes that much longer."""
    slow = trusted(exercise, exercise.speed.slow)
    seconds = min(observe(exercise, slow, case_of(exercise)).cpu for _ in range(3))
    assert seconds >= exercise.speed.times * CROSSING


def test_the_way_to_the_sandbox_is_no_longer_than_we_think(box, stage):
    with Sandboxed(box, stage, [Cell(1, "def nothing(x): return x")]) as caller:
        assert min(caller.call("nothing", (np.zeros(1500),)).cpu for _ in range(ROUNDS)) < CROSSING


class Hindered(InProcess):
    """Right answers on a machine that has other things to do for the first rounds."""

    def __init__(self, names, rounds, fault=None):
        super().__init__(names)
        self.rounds, self.fault, self.calls = rounds, fault, 0

    def call(self, *args, **options):
        outcome: Outcome = super().call(*args, **options)
        self.calls += 1
        if self.calls <= self.rounds:
            outcome.cpu, outcome.fault = 1.0, self.fault
        return outcome


@pytest.mark.slow
@pytest.mark.parametrize(("rounds", "fault"), [(ROUNDS, None), (1, Fault("TimeUp"))], ids=["slow", "late"])
def test_a_second_look_comes_before_the_verdict(rounds, fault):
    exercise = ASKED[-1]
    right = {exercise.name: exercise.reference}
    assert within(exercise, Hindered(right, rounds, fault))
    assert not within(exercise, Hindered(right, LOOKS * ROUNDS, fault))


@pytest.mark.slow
def test_what_is_slow_stays_slow_at_the_second_look():
    exercise = ASKED[-1]
    assert not within(exercise, InProcess({exercise.name: exercise.speed.slow}))
