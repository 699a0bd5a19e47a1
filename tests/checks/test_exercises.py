"""Every exercise of the registry, proved without a test of its own: a class for each lesson, to run side by side."""

import json
import re
from pathlib import Path

import pytest

from course_utils.checks import registry
from tests.checks import proofs

ROOT = Path(__file__).resolve().parents[2]


def of_lesson(number):
    """The tests of one lesson's exercises."""
    exercises = list(registry.lesson(number).values())

    @pytest.mark.parametrize("exercise", exercises, ids=[e.id for e in exercises])
    class Proofs:
        def test_right_answers_pass(self, exercise):
            proofs.prove_right_answers(exercise)

        def test_each_misconception_is_rejected_and_named(self, exercise):
            proofs.prove_misconceptions(exercise)

        def test_what_is_handed_out_says_not_yet(self, exercise):
            proofs.prove_not_yet(exercise)

        def test_faults_have_their_own_messages(self, exercise):
            proofs.prove_faults(exercise)

        def test_hints_and_messages(self, exercise):
            proofs.prove_words(exercise)

        def test_time_and_memory(self, exercise):
            proofs.prove_budgets(exercise)

        def test_what_is_measured_is_compared(self, exercise):
            proofs.prove_measured_calls(exercise)

    return Proofs


for number in proofs.lessons():
    globals()[f"TestLesson{number}"] = of_lesson(number)


def test_no_hint_or_message_belongs_to_two_exercises():
    exercises = registry.every()
    words = [w for e in exercises for w in (*e.hints, *(m.message for m in e.misconceptions))]
    doubled = sorted({w for w in words if words.count(w) > 1})
    assert len(words) > 50 and not doubled


def test_ids_are_in_order_and_belong_to_their_module():
    for number in registry.folders():
        found = registry.lesson(number).values()
        assert [e.id for e in found] == [f"{number}.{k}" for k in range(1, len(found) + 1)]
        stems = [name.rpartition(".")[2] for name in registry.modules(number)]
        assert stems == [f"e{int(e.id[3:]):02d}_{snake(e.name)}" for e in found]


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_the_section_to_teach_again_is_a_heading_of_the_lesson():
    seen = 0
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        headings = {line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")}
        for exercise in registry.lesson(path.name[:2]).values():
            assert exercise.section in headings, f"{exercise.id}: {exercise.section!r} is no heading of {path.name}"
            seen += 1
    assert seen


def test_needs_are_earlier_exercises():
    for exercise in registry.every():
        for needed in exercise.needs:
            assert (needed.split(".")[0], int(needed.split(".")[1])) < (exercise.lesson, int(exercise.id.split(".")[1]))
