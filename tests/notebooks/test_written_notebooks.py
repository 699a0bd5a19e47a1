"""Every lesson, solution and exercise notebook that is written keeps the rules."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from course_utils.checks import registry
from course_utils.viz.quizzes import quiz_html, quiz_text
from tools.anatomy import IGNORED, open_book, problems
from tools.lesson_rules import lesson_problems, quiz_calls, right_letters, the_course, written_out
from tools.notebooks import find
from tools.prose import bare_text, words
from tools.prose_numbers import parts
from tools.reference_kernel import ROOT
from tools.word_rules import wrong_names

NOTEBOOKS = find([])
LESSONS = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]


def name(path):
    return f"{path.parent.name}/{path.stem}"


def test_lessons_are_found():
    assert LESSONS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_form(path):
    faults = list(problems(open_book(path)))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson_fits_the_course(path):
    faults = list(lesson_problems(open_book(path)))
    assert not faults, "\n".join(faults)


def test_right_answers_are_spread_over_the_letters():
    found = Counter(letter for path in LESSONS for letter in right_letters(open_book(path), options=3))
    assert {letter: 0.2 <= found[letter] / found.total() <= 0.4 for letter in "abc"} == dict.fromkeys("abc", True)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_a_quiz_shows_what_its_cell_says(path):
    for cell, call in quiz_calls(open_book(path)):
        shown = [output.data for output in cell.outputs if "text/html" in output.get("data", {})]
        asked = written_out(call)
        assert {"text/html": quiz_html(*asked), "text/plain": quiz_text(*asked)} in shown, cell.id


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson_has_exercises_and_solutions(path):
    for folder in ("exercises", "solutions"):
        assert (ROOT / folder / path.name).is_file(), f"{folder}/{path.name} is missing"


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.parent.name != "exercises"], ids=name)
def test_stored_progress_tells_of_this_lesson_only_and_is_compared(path):
    """A table of all exercises would change with every lesson that is added."""
    for cell in open_book(path).cells("code"):
        if "progress()" in cell.source:
            shown = "\n".join(output.data["text/plain"] for output in cell.outputs)
            assert set(re.findall(r"^(\d\d)\.\d+ ", shown, re.M)) == {path.name[:2]}
            assert len(json.dumps(cell.outputs)) < 10_000 and IGNORED not in cell.metadata.get("tags", [])


MOST_WORDS_A_MINUTE = 40  # of a lesson's text in a second language, its cells run and its questions answered meanwhile
COUNTED = dict(enumerate("no one two three four five six seven eight nine ten eleven twelve".split()))  # noqa: SIM905


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_tasks_and_minutes_that_a_lesson_promises(path):
    book = open_book(path)
    texts = [text for cell in book.cells("markdown") for title, text in parts(cell.source, "") if title == "Exercises"]
    exercises = registry.lesson(book.number).values()
    for count in re.findall(r"(\w+) tasks", " ".join(texts)):
        assert count == COUNTED[len(exercises)]
    for minutes in re.findall(r"about (\d+) minutes", " ".join(texts)):
        assert int(minutes) == pytest.approx(sum(exercise.minutes for exercise in exercises), rel=0.07)
    reading = sum(words(cell.source) for cell in book.cells("markdown")) / MOST_WORDS_A_MINUTE
    tasks = sum(exercise.minutes for exercise in exercises)
    assert reading + tasks <= the_course().lessons[book.number].minutes


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_a_lesson_says_what_it_takes_from_unwritten_ones(path):
    lessons = the_course().lessons
    needs = re.search(r"\*\*Needs:\*\*.*", open_book(path).notebook.cells[0].source)[0]
    for number in lessons[path.name[:2]].requires:
        assert lessons[number].written or re.search(rf"lesson {number} \([^)]{{10,}}|lesson {number} .*remind", needs)


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.parent.name == "exercises"], ids=name)
def test_an_exercise_notebook_says_that_it_has_its_own_memory(path):
    assert "names that the lesson's notebook made are not here" in open_book(path).notebook.cells[0].source


def test_chinese_names_outside_of_lessons():
    files = [path for path in NOTEBOOKS if path not in LESSONS] + sorted(ROOT.glob("course_utils/**/*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    assert {path: found for path, text in texts.items() if (found := list(wrong_names(text, the_course())))} == {}


def test_spelling():
    texts = [
        f"{name(path)} {bare_text(cell.source)}" for path in NOTEBOOKS for cell in open_book(path).cells("markdown")
    ]
    command = [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml"), "-"]
    run = subprocess.run(command, input="\n".join(texts), capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.parent.name == "exercises"], ids=name)
def test_what_an_exercise_expects_can_be_read_in_a_window_of_1024_pixels(path):
    lines = [(cell.id, line) for cell in open_book(path).cells("code") for line in cell.source.splitlines()]
    assert [(cell, line) for cell, line in lines if len(line) > 88 and re.search(r"(^|\s)# (?!fmt: )", line)] == []
