"""Each rule about a lesson's place in the course notices the fault it is there for."""

import inspect

import pytest

from tools import lesson_rules, prose_numbers, taught, word_rules
from tools.anatomy import section_cells
from tools.lesson_rules import lesson_problems
from tools.prose import table_rows


def faults(book, rule, course):
    """What the rule says; the whole examination of a lesson must say it too."""
    found = [message for _, message in rule(book, course)]
    told = list(lesson_problems(book, course))
    for message in found:
        assert any(f": {message[:30]}" in line for line in told), f"{rule.__name__} is not listed"
    return found


def test_fixture_is_good(book, course):
    assert list(lesson_problems(book, course)) == []


BROKEN = [
    (lesson_rules.first_cells, "99-010", {"source": lambda s: s.replace("5 minutes", "6 minutes")}),
    (lesson_rules.first_cells, "99-020", {"source": "import numpy as np"}),
    (lesson_rules.summary, "99-110", {"source": "## Summary\n\n- One point only."}),
    (lesson_rules.widgets, "99-080", {"metadata": {}}),
    (lesson_rules.widgets, "99-080", {"source": "print(1)"}),
    (lesson_rules.quizzes, "99-040", {"source": "print(1)"}),
    (lesson_rules.quizzes, "99-040", {"source": lambda s: s.replace("That is the square of the sum, not", "")
                                          .replace(" the sum of the squares.", "")}),
    (lesson_rules.quizzes, "99-040", {"source": lambda s: s.replace("True", "False")}),
    (lesson_rules.quizzes, "99-040", {"source": "viz.quiz(question, options)"}),
    (lesson_rules.quizzes, "99-030", {"source": "Guess."}),
    (lesson_rules.letters, "99-040", {"source": lambda s: "\n".join([s] * 5)}),
    (lesson_rules.exercises_link, "99-110", {"source": "## Summary"}),
    (lesson_rules.pauses, "99-030", {"source": lambda s: f"{s}\n\n**Pause.** You can do exercises 99.1 and 99.2 now."}),
    (lesson_rules.mistakes, "99-100", {"metadata": {}}),
    (lesson_rules.mistakes, "99-100", {"metadata": {"erratum": ["E999", "E998"]}}),
    (lesson_rules.mistakes, "99-090", {"source": "## Other"}),
    (lesson_rules.coverage, "99-090", {"metadata": {}}),
    (lesson_rules.coverage, "99-090", {"metadata": {"coverage": ["S9-1", "S9-3"]}}),
    (lesson_rules.glossary, "99-120", {"source": lambda s: s.replace("| sum |", "| total |")}),
    (lesson_rules.glossary, "99-120", {"source": lambda s: s.replace("平方", "方")}),
    (lesson_rules.glossary, "99-120", {"source": lambda s: s.replace("a number times itself", "")}),
    (lesson_rules.later_terms, "99-060", {"source": "Next we use gradient descent."}),
    (prose_numbers.numbers, "99-060", {"source": lambda s: s.replace("385", "395")}),
    (word_rules.chinese_names, "99-060", {"source": lambda s: s.replace("和", "合")}),
    (word_rules.named_mistakes, "99-090", {"source": lambda s: s.replace("E999", "E998")}),
    (word_rules.meanings, "99-120", {"source": lambda s: s.replace("times itself", "times itself, (99.1)")}),
    (word_rules.agreed, "99-120", {"source": lambda s: s.replace("times itself", "times two")}),
    (word_rules.agreed, "99-030", {"source": lambda s: s + "\n\n$$s = n^2 \\tag{99.1}$$"}),
]  # fmt: skip
# the file's name and metadata, or its neighbours, not a cell
ASKED_OTHERWISE = {lesson_rules.known_lesson, lesson_rules.next_lesson, taught.untaught}  # the last: test_taught.py


@pytest.mark.parametrize(("rule", "cell", "what"), BROKEN)
def test_rule_notices(book, course, changed, rule, cell, what):
    assert faults(book, rule, course) == []
    assert faults(changed(cell, **what), rule, course)


def test_every_rule_is_listed_and_has_a_fixture_that_fails_without_it():
    modules = [vars(module).values() for module in (lesson_rules, prose_numbers, taught, word_rules)]
    functions = {value for values in modules for value in values if inspect.isgeneratorfunction(value)}
    written = {rule for rule in functions if list(inspect.signature(rule).parameters) == ["book", "course"]}
    assert {rule.__name__ for rule in written} == {rule.__name__ for rule in lesson_rules.RULES}
    assert written == {rule for rule, *_ in BROKEN} | ASKED_OTHERWISE


def test_a_lesson_leads_to_the_next_one_that_is_written(tmp_path, book, course):
    here = book._replace(path=tmp_path / "97_sums.ipynb")
    assert list(lesson_rules.next_lesson(here, course)) == []
    for name in ("96_before.ipynb", "98_later.ipynb", "99_much_later.ipynb"):
        (tmp_path / name).touch()
    assert [what for _, what in lesson_rules.next_lesson(here, course)] == [
        "no link 'Next: [98 Title](98_later.ipynb)' under the exercises"
    ]
    book.notebook.cells[0].source += "\n\nNext: [98 Later](98_later.ipynb)."
    assert list(lesson_rules.next_lesson(here, course)) == []


@pytest.mark.parametrize("form", ["*gradient descent (梯度下降)*", "**Gradient descent** (梯度下降)",
                                  "gradient descent (梯度下降, later)"])  # fmt: skip
def test_a_later_term_may_be_explained(changed, course, form):
    book = changed("99-060", source=f"Walking downhill is {form}.")
    assert faults(book, lesson_rules.later_terms, course) == []


@pytest.mark.parametrize("form", ["`gradient descent`", "$gradient descent$", "<!-- gradient descent -->"])
def test_code_and_formulas_are_no_prose(changed, course, form):
    book = changed("99-060", source=f"Not prose: {form}.")
    assert faults(book, lesson_rules.later_terms, course) == []


def test_a_wrong_number_or_name(book, course):
    elsewhere = book._replace(path=book.path.with_name("99_other.ipynb"))
    assert faults(elsewhere, lesson_rules.known_lesson, course)
    book.notebook.metadata["course"]["lesson"] = "98"
    assert faults(book, lesson_rules.known_lesson, course)


def test_mistakes_that_are_wording_may_stand_in_text(book, course, changed):
    course.topics["99"]["wording"] = ["E999"]
    moved = changed("99-100", metadata={})
    next(cell for cell in moved.notebook.cells if cell.id == "99-090").metadata["erratum"] = ["E999"]
    assert faults(moved, lesson_rules.mistakes, course) == []
    course.topics["99"]["wording"] = []
    assert faults(moved, lesson_rules.mistakes, course) == ["no code cell runs E999 (metadata.erratum)"]


def test_sections_and_tables(book):
    assert [cell.id for cell in section_cells(book, "Article check")] == ["99-090", "99-100"]
    assert [cell.id for cell in section_cells(book, "You will be able to")] == ["99-010", "99-020"]
    assert table_rows("| a | b |\n|---|:-:|\n| 1 | x \\| y |") == [["1", "x \\| y"]]
