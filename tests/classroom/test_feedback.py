"""A student's page: the cause first and once, in words for a page, with their own answer and never ours."""

import re

import pytest

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.exercise import Metric
from course_utils.checks.feedback.messages import ENGLISH, on_page, say
from course_utils.checks.judging.judge import judge
from course_utils.classroom.grading import MOST_LINES, answer_cell, entry, exercises
from course_utils.classroom.notebook import Cell, Notebook
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.reports.pages import lesson_title, ring, words
from course_utils.plan import load_lessons
from tests.classroom.made_results import fault, made, mistake


def no_numpy(*ids):
    return {e: fault("NameError", "`f` stopped with NameError: name 'np' is not defined") for e in ids}


def test_one_cause_is_one_card_and_stands_first():
    cell = {"place": 1, "kind": "error", "text": "ModuleNotFoundError: No module named 'nunpy'"}
    ids = [e.id for e in exercises("04")][:5]
    page = feedback_page(made("ann", wrong=no_numpy(*ids) | {"04.6": fault("shape")}, cells=[cell]))
    assert page.count("<section") == 2 and "5 answers stop for this one reason" in page
    order = [page.index(t) for t in ("Cells that did not run through", "is not defined</h3>", "To mend")]
    assert order == sorted(order) and page.count("No module named") == 1
    assert all(f"{e.id} {e.title}" in page for e in exercises("04")[:5])


def test_a_cell_that_explains_nothing_stands_last():
    cell = {"place": 9, "kind": "error", "text": "NotImplementedError"}
    page = feedback_page(made("ann", wrong={"04.1": mistake("no-bias")} | no_numpy("04.2"), cells=[cell]))
    assert page.index("To mend") < page.index("Cells that did not run through")
    assert page.count("<section") == 2  # one NameError alone is a card like any other


NOTEBOOK_ONLY = re.compile(r"this one|that cell|kernel|run the cell", re.I)
NEVER_GRADED = ("hint more", "hint last", "next")


def test_every_sentence_that_speaks_to_a_notebook_has_another_for_a_page():
    asks = {k for k, text in ENGLISH.items() if NOTEBOOK_ONLY.search(text) and not k.startswith("page ")}
    assert asks - set(NEVER_GRADED) == {k.removeprefix("page ") for k in ENGLISH if k.startswith("page ")}
    for key in asks - set(NEVER_GRADED):
        told = on_page(say(key, name="f", limit="5"), name="f", limit="5")
        assert not NOTEBOOK_ONLY.search(told) and "`f`" in told


@pytest.mark.parametrize("given", [{}, {"predict": None}])
def test_what_is_not_begun_is_told_in_words_for_a_page(given):
    exercise = registry.find("04.1")
    told = entry(exercise, judge(exercise, InProcess(given)))["message"]
    assert told and not NOTEBOOK_ONLY.search(told)


def test_an_answer_that_stops_never_shows_trained_weights_as_expected():
    """Where many answers reach a bound, what is expected is the bound."""

    def stops(*args, **options):
        raise ValueError("no")

    measured = [e for e in registry.every() if isinstance(e.metric, Metric) and not e.is_value]
    assert measured
    for exercise in measured:
        if exercise.kind != "class":
            example = judge(exercise, InProcess({exercise.name: stops})).example
            assert example.expected.startswith(exercise.metric.label), exercise.id


def test_the_case_that_is_shown_fits_the_message():
    """A capped loss is told that 1000 should cost 1000, and shown just that."""
    exercise = registry.find("06.2")
    (padded,) = [m for m in exercise.misconceptions if m.name == "padded"]
    told = judge(exercise, InProcess({exercise.name: padded.answer}))
    assert told.misconception == "padded" and "should cost 1000" in told.message
    assert told.example.expected == "1000.0" and float(told.example.received) < 100


def test_a_page_has_the_day_and_says_when_it_came_late():
    page = feedback_page(made("ann", late=True), "3 May 2027")
    assert "graded on 3 May 2027" in page and "handed in late" in page
    assert "late" not in feedback_page(made("ann")).split("</style>")[1]


def cells(*sources):
    return Notebook([Cell(n, source) for n, source in enumerate(sources, 1)])


@pytest.mark.parametrize(
    "source",
    ["def f(x):\n    return x", "class f:\n    pass", "f = 3", "g, f = 1, 2", "f: int = 3", "async def f(): 1"],
)
def test_the_students_own_answer_is_found(source):
    assert answer_cell(cells("f = None", source, "print(f == 3)\ng = f", "ff = 1"), "f") == source


def test_a_long_answer_is_clipped_and_none_is_none():
    long = "def f():\n" + "    x = 1\n" * 500
    assert len(answer_cell(cells(long), "f").splitlines()) == MOST_LINES + 1
    assert answer_cell(cells("f == 2", "h(f=1)"), "f") == ""


def test_their_answer_stands_on_the_page_as_text_where_there_is_something_to_mend():
    code = "def predict(X, w, b):\n    return '<b>' + X"
    page = feedback_page(made("ann", wrong={"04.1": mistake("no-bias", code=code)}))
    assert "Your answer</summary><pre>def predict" in page and "&lt;b&gt;" in page
    assert "Your answer" not in feedback_page(made("ann", wrong={"04.1": fault("stub", status="not yet", code=code)}))


def test_every_part_of_a_card_stands_in_its_place():
    example = {"inputs": [("X", "in")], "script": [], "expected": "ours", "received": "theirs", "note": ""}
    wrong = {"04.2": fault("value", example=example, hint="A hint.", section="2. A line", points=0.5)}
    page = feedback_page(made("ann", wrong=wrong | {"04.3": fault("value", "Worse.")}))
    pairs = re.findall(r"<dt>([^<]+)</dt><dd><pre>([^<]*)</pre>", page)
    assert pairs == [("X", "in"), ("Expected", "ours"), ("Your answer gave", "theirs")]
    assert "0.5 of 2 points" in page and "A hint.</p>" in page and "In the lesson: 2. A line" in page
    assert page.index("Worse.") < page.index("04.2 ")  # what brings most stands first
    right = page.split("<h2>Right</h2>")[1]
    assert right.count("✓") == len(exercises("04")) - 2 and "04.2" not in right


def test_the_circle_is_filled_as_far_as_the_marks_go():
    full, none = (re.search(r'stroke-dasharray="([\d.]+) ([\d.]+)"', ring(share, "")) for share in (1.0, 0.0))
    assert full[1] == full[2] and float(none[1]) == 0.0


def test_only_what_is_not_right_has_a_hint_and_it_is_the_first():
    exercise = registry.find("04.1")
    assert entry(exercise, judge(exercise, InProcess({"predict": exercise.reference})))["hint"] == ""
    assert entry(exercise, judge(exercise, InProcess({})))["hint"] == exercise.hints[0]


def test_titles_are_the_plans():
    plan = load_lessons()
    assert all(lesson_title(number) == plan[number].title for number in registry.folders())


def test_no_asterisks_of_the_course_are_left_raw():
    for exercise in registry.every():
        said = [m.message for m in (*exercise.misconceptions, *exercise.budgets)]
        for sentence in (*said, *exercise.hints, exercise.takeaway):
            plain = re.sub(r"<code>.*?</code>", "", words(sentence))
            assert not re.search(r"(?<![\w*\s(])\*(?=[\s.,;:])|(?<=[\s(])\*[A-Za-z]", plain), (exercise.id, plain)


def test_one_point_is_one_point():
    result = made("ann", wrong={"04.1": mistake("no-bias")})
    result["checks"][0]["max_points"] = 1.0
    assert "0 of 1 point<" in feedback_page(result)
