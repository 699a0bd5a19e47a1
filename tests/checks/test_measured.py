"""Time and memory: what is measured is also compared, and nobody is slow because the machine is busy."""

import dataclasses

import numpy as np
import pytest

from course_utils.checks import Memory, Speed, check
from course_utils.checks.callers import Fault
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.budgets import LOOKS, ROUNDS, TICK, look_at
from course_utils.checks.judging.judge import judge
from tests.checks import proofs
from tests.checks.test_proofs import but, mean_square


def by_loop(x):
    return sum(float(v) ** 2 for v in x) / len(x)


def by_table(x):
    return np.mean(np.outer(x, x).diagonal())


TIMED = Speed(lambda rng: rng.normal(size=rng.integers(9000, 10000)), by_loop, 10, "One by one. All at once?")
WEIGHED = Memory(lambda rng: rng.normal(size=rng.integers(500, 550)), by_table, 200_000, "Is a table needed?")
ASKED = but(speed=TIMED, memory=WEIGHED)


class Hindered(InProcess):
    """Right answers on a machine that has other things to do for the first calls."""

    def __init__(self, answer, calls, *, fault=None, cpu=1.0, peak=0):
        super().__init__({ASKED.name: answer})
        self.left, self.fault, self.cpu, self.peak = calls, fault, cpu, peak

    def call(self, *args, **options):
        outcome = super().call(*args, **options)
        if self.left > 0:
            self.left -= 1
            outcome.cpu, outcome.fault = self.cpu, self.fault  # told, not measured: a machine may halt
            outcome.peak = outcome.peak and outcome.peak + self.peak
        else:
            outcome.cpu = min(outcome.cpu, TICK)
        return outcome


def kept(budget, caller):
    return look_at(Bench(ASKED, 0), caller, budget).kept


@pytest.mark.parametrize("budget", [{"speed": TIMED}, {"memory": WEIGHED}], ids=["speed", "memory"])
def test_the_example_is_proved(budget):
    proofs.prove_budgets(but(**budget))
    proofs.prove_measured_calls(but(**budget))
    (alone,) = but(**budget).budgets
    for case in (
        lambda rng: np.ones(9000),
        lambda rng: np.ones(rng.integers(500, 550)),
        lambda rng: rng.normal(size=9),
    ):
        (name,) = budget
        with pytest.raises(AssertionError):
            proofs.prove_measured_calls(but(**{name: dataclasses.replace(alone, case=case)}))


def test_too_slow_needs_two_looks_that_agree():
    assert kept(TIMED, Hindered(mean_square, ROUNDS))
    assert kept(TIMED, Hindered(mean_square, 1, fault=Fault("TimeUp")))
    assert not kept(TIMED, Hindered(mean_square, LOOKS * ROUNDS))
    assert not kept(TIMED, InProcess({ASKED.name: by_loop}))


def test_too_much_memory_needs_two_looks_that_agree():
    assert kept(WEIGHED, Hindered(mean_square, 1, peak=10**9))
    assert kept(WEIGHED, Hindered(mean_square, 1, fault=Fault("MemoryError")))
    assert not kept(WEIGHED, Hindered(mean_square, LOOKS, peak=10**9))
    assert not kept(WEIGHED, InProcess({ASKED.name: by_table}))


def test_a_right_answer_is_looked_at_once_and_best_of_five():
    caller = Hindered(mean_square, ROUNDS - 1)
    look = look_at(Bench(ASKED, 0), caller, TIMED)
    assert look.kept and len(look.trials) == ROUNDS
    sizes = {t.case.args[0].size for t in look.trials}
    assert len(sizes) > 1 and len({t.want.value for t in look.trials}) == ROUNDS


def test_two_seeds_are_measured_on_different_inputs():
    drawn = [look_at(Bench(ASKED, seed), InProcess({ASKED.name: mean_square}), TIMED).trials[0] for seed in (1, 1, 2)]
    assert drawn[0].want.value == drawn[1].want.value != drawn[2].want.value


def large(wrong):
    return lambda x: wrong(x) if len(x) > 100 else mean_square(x)


def raises(x):
    raise ValueError("too large for me")


WRONG = {
    "zero": (lambda x: 0.0, "value"),
    "nan": (lambda x: np.nan, "nan"),
    "none": (lambda x: None, "nothing"),
    "an error": (raises, "ValueError"),
    "a changed argument": (lambda x: np.mean(np.square(x, out=x)), "mutated"),
}


@pytest.mark.parametrize("budget", ["speed", "memory"])
@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_only_where_it_is_measured_is_wrong(what, budget):
    wrong, fault = WRONG[what]
    other = {"speed": "memory", "memory": "speed"}[budget]
    result = check(dataclasses.replace(ASKED, **{other: None}), large(wrong), quiet=True)
    assert (float(result), result.fault, result.passed) == (0.0, fault, False)
    assert result.message.startswith("Right on every small case, but not on a larger one.")
    assert result.example.expected and "shape (" in result.example.inputs[0][1]


def test_borrowing_only_where_it_is_measured_is_borrowing():
    borrows = large(lambda x: np.var(x) + np.mean(x) ** 2)
    result = check(but(speed=TIMED, forbidden=["numpy.var"]), borrows, quiet=True)
    assert (result.misconception, float(result)) == ("borrowed", 0.0)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_a_budget_costs_its_share(share):
    slow = but(points=4, speed=dataclasses.replace(TIMED, share=share))
    greedy = but(points=4, memory=dataclasses.replace(WEIGHED, share=share))
    for exercise, answer, name in [(slow, by_loop, TIMED.name), (greedy, by_table, WEIGHED.name)]:
        result = judge(exercise, InProcess({exercise.name: answer}))
        assert (float(result), result.misconception, result.passed) == (4 * (1 - share), name, False)
