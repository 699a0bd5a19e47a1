"""Every sentence of a task that asks or promises something is held: a breach of it is refused."""

import importlib
import warnings

import pytest

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import judge
from tests.checks.promises import Given, Passes, sentences, tasks

SEEDS = range(4)
LESSONS = registry.folders()


def promises(lesson):
    return importlib.import_module(f"tests.checks.promises.l{lesson}").PROMISES


def judged(exercise, answer, bench):
    """As the notebook judges it, budgets included."""
    caller = InProcess({exercise.name: answer})
    try:
        return judge(exercise, caller, bench=bench)
    finally:
        caller.close()


def bare(text, held):
    """The sentences of a task that nothing holds."""
    return [s for s in sentences(text) if not any(words in s for words, _ in held)]


def test_a_sentence_that_nothing_holds_is_seen():
    held = [("the mean", "sum"), ("Loops are welcome", None)]
    assert bare("Write `f(x)`: the mean.  Loops are welcome.", held) == []
    assert bare("Write `f(x)`: the mean. Never change `x`.\n- No loop.", held) == ["Never change `x`.", "- No loop."]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_sentence_is_held_by_something(lesson):
    held = promises(lesson)
    for number, text in tasks(lesson).items():
        assert number in held, f"write what holds each sentence of {number} into tests/checks/promises/l{lesson}.py"
        left = bare(text, held[number])
        assert not left, f"{number}: what holds this? {left}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_is_held_stands_in_the_task(lesson):
    asked = tasks(lesson)
    for number, held in promises(lesson).items():
        known = registry.find(number).mistakes
        for words, by in held:
            assert words in asked[number], f"{number}: the task says nothing of {words!r}"
            assert not isinstance(by, str) or by in known, f"{number}: no misconception {by!r}; there are {known}"


def held_by(number):
    return [(words, by) for words, by in promises(number[:2])[number] if by is not None and not isinstance(by, str)]


@pytest.mark.parametrize("number", [e.id for e in registry.every()])
def test_a_breach_is_refused_at_every_seed(number):
    exercise = registry.find(number)
    todo = held_by(number)
    seeds = SEEDS[:1] if exercise.is_value or exercise.budgets else SEEDS  # time and memory are long to measure
    for bench in [Bench(exercise, seed) for seed in seeds if todo]:
        for words, by in todo:
            if isinstance(by, Given):
                tests = [bool(by.test(*case.args, **case.options)) for case in bench.cases]
                assert any(tests) if by.some else all(tests), f"{number}, seed {bench.seed}: {words!r} of the inputs"
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer, right = (by.answer, True) if isinstance(by, Passes) else (by, False)
                result = judged(exercise, answer, bench)
            assert result.passed == right, f"{number}, seed {bench.seed}, {words!r}: {result.message}"
