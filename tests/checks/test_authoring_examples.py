"""The examples of docs/authoring-exercises.md, one of each kind: proved like real ones, through both callers."""

import dataclasses
import linecache
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import KINDS, right_answer, wrong_answer
from course_utils.checks.judging.judge import judge
from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell
from course_utils.classroom.rehearsal.madeup import ANSWERS
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
        exercise = module.EXERCISE
        marks = [pytest.mark.slow] if exercise.speed else []  # what is slow on purpose is run again and again
        yield pytest.param(block, exercise, id=f"{exercise.id}-{exercise.kind}", marks=marks)


EXAMPLES = list(examples())


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_keeps_the_house_s_style(number, tmp_path):
    """Who follows it must not meet a red line; a file left open is one example's mistake."""
    path = tmp_path / "example.py"
    path.write_text(BLOCKS[number], encoding="utf-8")
    config = ["--config", str(GUIDE.parents[1] / "pyproject.toml")]
    ruff = [sys.executable, "-m", "ruff", "check", *config, "--ignore", "SIM115", str(path)]
    run = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_there_is_an_example_of_every_kind():
    found = [example.values[1] for example in EXAMPLES]
    assert {e.kind for e in found} == set(KINDS)
    assert any(e.speed for e in found) and any(e.memory for e in found)


@pytest.mark.parametrize(("block", "exercise"), EXAMPLES)
def test_example_is_proved(block, exercise):
    proofs.prove(exercise)


def answers(exercise):
    """{name: code}: right ones under the names right, other0, other1, then the wrong ones, all with their number."""
    number = exercise.id.replace(".", "_")
    named = {f"right_{number}": f'made_up.right("{exercise.id}")'}
    named |= {f"other{i}_{number}": f'made_up.other("{exercise.id}", {i})' for i in range(len(exercise.alternatives))}
    wrong = enumerate(exercise.misconceptions)
    return named, {f"wrong{i}_{number}": f'made_up.wrong("{exercise.id}", "{m.name}")' for i, m in wrong}


def here(exercise):
    """The same answers in this process."""
    fine = [exercise.reference, *exercise.alternatives]
    wrong = [wrong_answer(exercise, m) for m in exercise.misconceptions]
    names = [name for some in answers(exercise) for name in some]
    return InProcess(dict(zip(names, [*map(right_answer, fine), *wrong], strict=True)))


@pytest.fixture(scope="module")
def sandboxed(box, stage):
    """Every example's answers in one sandbox."""
    blocks = [b.replace("from course_utils.checks import", "from course_utils.checks.exercise import") for b in BLOCKS]
    sources = [(f"guide.example{number}", block) for number, block in enumerate(blocks)]
    exercises = [example.values[1] for example in EXAMPLES]
    lines = [f"{name} = {code}" for e in exercises for some in answers(e) for name, code in some.items()]
    cells = [Cell(1, f"SOURCES = {sources!r}\n{ANSWERS}"), Cell(2, "\n".join(lines))]
    routes = tuple(route for e in exercises for route in e.routes)
    with Sandboxed(box, stage, cells, routes) as caller:
        yield caller


@pytest.mark.parametrize(("block", "exercise"), EXAMPLES)
def test_both_callers_judge_alike(block, exercise, sandboxed):
    caller, (fine, wrong) = here(exercise), answers(exercise)
    budgets = exercise.speed is None  # the ratio of two times is not alike on a busy machine
    for name in [*fine, *wrong]:
        asked = dataclasses.replace(exercise, name=name)
        results = [judge(asked, there, seed=3, budgets=budgets) for there in (caller, sandboxed)]
        assert [r.passed for r in results] == [name in fine] * 2, results[1].message
        told = {(float(r), r.misconception, r.message, str(r.example)) for r in results}
        assert len(told) == 1, results[1].message
    assert not sandboxed.run.troubles
