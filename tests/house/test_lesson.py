"""`tools.lesson`: finds a lesson's parts, runs what is written, names what is not, and fails where something failed."""

import os
import re
import subprocess
import sys

import pytest

from tools import lesson
from tools.lesson import FAILED, LEFT_OUT, MISSING, PASSED, Done, Step
from tools.lesson_files import ROOT, Part, parts

PLAN = """
[07_small]
title = "Small"
part = "I"
minutes = 20
requires = []
data = "none"
widget = true
exercises = 2
terms = { "sum" = "和" }

[08_planned]
title = "Planned"
part = "I"
minutes = 30
requires = ["07"]
data = "none"
widget = true
exercises = 3
terms = {}
"""
FILES = {
    "concepts.toml": PLAN,
    "topics.toml": '["07"]\nA = ["E1", "E2"]\ncoverage = ["S1"]\n',
    "notebooks/07_small.ipynb": "{}",
    "solutions/07_small.ipynb": "{}",
    "course_utils/checks/lessons/l07_small/__init__.py": "",
    "course_utils/checks/lessons/l07_small/shared.py": "",
    "course_utils/checks/lessons/l07_small/e01_total.py": "",
    "course_utils/checks/lessons/l07_small/e02_mean.py": "",
    "tests/unit/test_small.py": 'SMALL = "07.2"',
    "tests/unit/test_other.py": "HALF = 0.07",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def at(tree, monkeypatch):
    """`tools.lesson` looks into the made-up tree."""
    monkeypatch.setattr(lesson, "parts", lambda number, only="": parts(number, tree, only))
    return tree


def test_the_parts_of_a_lesson_are_found(tree):
    found = parts("07", tree)
    assert list(found) == ["lesson", "solutions", "exercises", "checks", "plan", "errata", "tests"]
    assert found["lesson"].files == ["notebooks/07_small.ipynb"]
    assert not found["exercises"].there and "classroom release" in found["exercises"].word
    assert [file.rsplit("/", 1)[1] for file in found["checks"].files] == [
        *("__init__.py", "e01_total.py", "e02_mean.py", "shared.py")
    ]
    assert found["plan"].files == ["concepts.toml:2"] and "20 minutes" in found["plan"].word
    assert found["errata"] == Part("errata", ["topics.toml:1"], "A E1 E2, 1 subjects to cover")
    assert found["tests"].files == ["tests/unit/test_small.py"]


def test_an_exercise_is_its_module_and_what_it_shares(tree):
    assert [file.rsplit("/", 1)[1] for file in parts("07", tree, "07.2")["checks"].files] == [
        "e02_mean.py",
        "shared.py",
    ]
    assert not parts("07", tree, "07.3")["checks"].there


def test_every_part_of_a_written_lesson_is_found():
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        found = parts(path.name[:2])
        assert all(part.there for name, part in found.items() if name not in ("errata", "tests")), path.name


def test_nothing_that_an_exercise_needs_is_left_out_of_its_steps(tree):
    whole, one = (lesson.steps("07", parts("07", tree, only), only) for only in ("", "07.2"))
    said = [" ".join(step.arguments) for step in whole]
    for command in ("classroom release", "tools.once 07", "notebooks check 07", "test_exercises.py", "tools.graded 07"):
        assert any(command in words for words in said), command
    assert {step.name for step in one} < {step.name for step in whole}
    assert any("--without-lesson" in step.arguments for step in one)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "number"), [("", 16), ("16.4", 6)])
def test_the_proofs_that_are_run_are_those_of_the_lesson(what, number):
    """A class of tests, or an id, that is called otherwise one day would select nothing."""
    proofs = [line for line in collected("tests/checks/test_exercises.py", what) if "::TestLesson" in line]
    assert len(proofs) >= number and all("TestLesson16" in line and what in line for line in proofs)


@pytest.mark.slow
def test_the_words_and_the_imports_of_a_lesson_are_looked_at():
    """What CI would say of a changed message, or of a module that leans on another lesson, is said here too."""
    found = [line.partition("::")[2] for line in collected("tests/checks/test_words.py", "16.4") if "::" in line]
    assert found == [
        "test_every_text_is_where_it_was_read[16]",
        "test_every_sentence_is_held_by_something[16]",
        "test_what_is_held_stands_in_the_task[16]",
        "test_a_breach_is_refused_at_every_seed[16.4]",
        "test_a_lessons_exercises_import_no_other_exercise_and_no_other_lesson",
    ]


def collected(file, what):
    """The tests that the step with this file selects, for lesson 16 or an exercise of it."""
    (step,) = [s for s in lesson.steps("16", parts("16", only=what), what) if file in s.arguments]
    command = [sys.executable, "-m", *step.arguments, "--collect-only"]  # the second -q would count files only
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()


def test_what_is_not_written_is_named(at, monkeypatch, capsys):
    monkeypatch.setattr(lesson, "subprocess", None)  # nothing is run for a lesson that is only planned
    assert lesson.main(["8"]) == 0
    said = capsys.readouterr().out
    assert "solutions/08_planned.ipynb is not there yet" in said and "3 exercises or more are planned" in said
    assert "needs solutions and checks" in said and re.search(r"^0 passed, \d missing\.$", said, re.M)


def test_a_failure_is_shown_with_the_command_that_shows_more(at, monkeypatch, capsys):
    made = [
        Step("good", ["json.tool", "--help"], more="never shown"),
        Step("bad", ["no_such_module"], more="python -m no_such_module --loud"),
        Step("later", ["json.tool", "--help"], needs=("exercises",)),
    ]
    monkeypatch.setattr(lesson, "steps", lambda *_: made)
    assert lesson.main(["7"]) == 1
    said = capsys.readouterr().out
    assert "== bad: FAILED" in said and "No module named no_such_module" in said
    assert re.search(r"^bad +FAILED .* more: python -m no_such_module --loud$", said, re.M)
    assert re.search(r"^later +missing .* needs exercises$", said, re.M)
    assert said.endswith("1 passed, 1 failed, 1 missing.\n") and "never shown" not in said


def test_outputs_that_are_new_are_told(capsys):
    said = f"fine\n{lesson.NEW} notebooks/07_small.ipynb: 07-010\n"
    lesson.tell_step(Done(Step("run", []), PASSED, said=said))
    assert "07-010" in capsys.readouterr().out
    assert lesson.close([Done(Step("run", []), LEFT_OUT), Done(Step("x", []), MISSING)]) == 0
    assert lesson.close([Done(Step("run", []), FAILED)]) == 1


@pytest.mark.parametrize(
    ("what", "words"),
    [("9", "has no lesson 09"), ("07.3", "no module for it yet"), ("seven", "is written 16"), ("7.", "is written 16")],
)
def test_what_is_not_there_is_one_sentence(at, what, words):
    with pytest.raises(SystemExit, match=words):
        lesson.main([what, "--list"])


def test_a_few_seeds_only_where_they_are_asked_for():
    """The whole test takes at least 50, whatever the caller's shell says."""
    from tools.commands import stages

    assert {stage.seeds for stage in stages.stages(fast=False)} == {""}
    code = "from tests.checks import proofs; print(proofs.SEEDS)"
    for asked, given in (("", "50"), ("3", "3")):
        env = {**os.environ, "COURSE_SEEDS": asked}
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == given
