"""The examples of docs/authoring-exercises.md, one of each kind: proved like real ones, through both callers."""

import dataclasses
import linecache
import re
import sys
import types
from pathlib import Path

import pytest

from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.callers.separate import Subprocess
from course_utils.checks.exercise import KINDS, right_answer, wrong_answer
from course_utils.checks.judging.judge import judge
from tests.checks import proofs

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "authoring-exercises.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)


def examples():
    """(its code, the exercise) of every example."""
    for number, block in enumerate(BLOCKS):
        module = types.ModuleType(f"guide_{number}")
        module.__file__ = file = f"<guide {number}>"
        sys.modules[module.__name__] = module
        linecache.cache[file] = (len(block), None, block.splitlines(True), file)
        exec(compile(block, file, "exec"), vars(module))
        yield pytest.param(block, module.EXERCISE, id=f"{module.EXERCISE.id}-{module.EXERCISE.kind}")


EXAMPLES = list(examples())


def test_there_is_an_example_of_every_kind():
    found = [example.values[1] for example in EXAMPLES]
    assert {e.kind for e in found} == set(KINDS)
    assert any(e.speed for e in found) and any(e.memory for e in found)


@pytest.mark.parametrize(("block", "exercise"), EXAMPLES)
def test_example_is_proved(block, exercise):
    proofs.prove(exercise)


def callers(block, exercise):
    """The same answers in this process and in another one, under the names right, alternative0, wrong0, ..."""
    answers = {"right": "right_answer(exercise.reference)"}
    answers |= {f"alternative{i}": f"exercise.alternatives[{i}]" for i in range(len(exercise.alternatives))}
    count = len(exercise.misconceptions)
    answers |= {f"wrong{i}": f"wrong_answer(exercise, exercise.misconceptions[{i}])" for i in range(count)}
    source = "\n".join(
        [
            block,
            "from course_utils.checks.exercise import right_answer, wrong_answer",
            "exercise = EXERCISE",
            *(f"{name} = {code}" for name, code in answers.items()),
        ]
    )
    here = {"exercise": exercise, "right_answer": right_answer, "wrong_answer": wrong_answer}
    return InProcess({name: eval(code, here) for name, code in answers.items()}), Subprocess(source)


@pytest.mark.parametrize(("block", "exercise"), EXAMPLES)
def test_both_callers_judge_alike(block, exercise):
    here, there = callers(block, exercise)
    names = ["right", *(f"alternative{i}" for i in range(len(exercise.alternatives)))]
    wrong = [f"wrong{i}" for i in range(len(exercise.misconceptions))]
    try:
        for name in [*names, *wrong]:
            asked = dataclasses.replace(exercise, name=name)
            results = [judge(asked, caller, seed=3) for caller in (here, there)]
            assert [r.passed for r in results] == [name in names] * 2, results[1].message
            assert len({(float(r), r.misconception, r.message, str(r.example)) for r in results}) == 1, results[
                1
            ].message
    finally:
        there.close()
