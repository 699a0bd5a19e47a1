"""`check` and what stands beside it, as a learner and a grader call them."""

import copy
import html.parser
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import course_utils.checks as checks
from course_utils.checks import (
    Exercise,
    Metric,
    Misconception,
    Result,
    check,
    hint,
    hints,
    progress,
    record,
    solution,
)
from course_utils.checks.feedback import errors, messages, slips
from course_utils.checks.feedback.panel import panel_html, text
from tests.checks.test_proofs import GOOD, but, mean_square

PACKAGE = Path(checks.__file__).parent


def test_the_answer_is_found_by_its_name(capsys):
    def mean_square(x):
        return (x * x).mean()

    assert check(GOOD).passed
    assert check(GOOD, np.var).status == "try again"
    assert capsys.readouterr().out.startswith("PASS 98.1 A mean of squares: 2 of 2 points\n")


def test_the_verdict_stands_once_and_one_is_not_counted_as_many(capsys):
    one = but(points=1, cases=lambda rng: [(rng.normal(size=3),)])
    check(one, mean_square)
    assert capsys.readouterr().out == "PASS 98.1 A mean of squares: 1 of 1 point\nRight.\n"


def test_without_an_answer_it_says_not_yet():
    result = check(but(name="nothing_here"), quiet=True)
    assert (result.status, float(result), result.passed) == ("not yet", 0.0, False)
    assert "nothing_here" in result.message


def test_the_result_is_the_points_as_a_float():
    right, wrong = check(GOOD, mean_square, quiet=True), check(GOOD, lambda x: np.sum(x**2), quiet=True)
    assert isinstance(right, float) and right == 2.0 and repr(right) == str(right) == "2"
    assert (right.passed, right.misconception, right.points, right.max) == (True, None, 2.0, 2)
    assert (wrong.passed, wrong.misconception, repr(wrong)) == (False, "sum", "0")
    assert wrong.message == GOOD.misconceptions[0].message
    assert right + wrong == 2.0
    assert copy.copy(wrong).misconception == "sum"


def test_a_result_survives_being_sent_to_another_process():
    result = Result(1.5, status="try again", misconception="sum", message="…", max=2)
    again = pickle.loads(pickle.dumps(result))
    assert (again, again.misconception, again.max, again.said) == (1.5, "sum", 2, {})


def test_quiet_prints_and_records_nothing(capsys, progress_file):
    check("00.1", "nonsense", quiet=True)
    assert capsys.readouterr() == ("", "")
    assert not progress_file.exists()
    check("00.1", "nonsense")
    assert "00.1" in capsys.readouterr().out
    assert progress_file.exists()


def test_another_seed_gives_other_cases_and_the_same_seed_the_same():
    wrong = lambda x: np.sum(x) * 0.0  # noqa: E731
    shown = [check(GOOD, wrong, seed=seed, quiet=True).example.inputs for seed in (1, 1, 2)]
    assert shown[0] == shown[1] != shown[2]


def test_the_smallest_failing_case_is_shown_side_by_side():
    result = check(GOOD, lambda x: mean_square(x) + (len(x) > 1), quiet=True)
    ((name, value),) = result.example.inputs
    assert name == "x" and "shape (3,)" in value
    assert float(result.example.received) == pytest.approx(float(result.example.expected) + 1, rel=1e-3)
    for word in ("Expected", "Received", "x ="):
        assert word in text(result)


def test_most_of_a_mistake_is_still_recognised():
    result = check(GOOD, lambda x: np.sum(x**2) if len(x) > 2 else -7.0, quiet=True)
    assert result.misconception is None or result.misconception == "sum"
    odd = but(cases=lambda rng: [(rng.normal(size=n),) for n in (2, 3, 4, 5)])
    result = check(odd, lambda x: np.sum(x**2) if len(x) > 2 else -7.0, quiet=True)
    assert result.misconception == "sum"
    assert result.message == f"{messages.say('mostly', alike=3, wrong=4)} {GOOD.misconceptions[0].message}"


TWENTY = but(cases=lambda rng: [(rng.normal(size=n),) for n in range(2, 22)])


@pytest.mark.parametrize(("alike", "named"), [(20, True), (11, True), (10, True), (9, False), (2, False), (1, False)])
def test_half_of_what_went_wrong_must_be_explained(alike, named):
    answer = lambda x: np.sum(x**2) if len(x) < 2 + alike else -1.0 - len(x)  # noqa: E731
    assert check(TWENTY, answer, quiet=True).misconception == ("sum" if named else None)


def test_one_case_alone_explains_nothing():
    two = but(cases=lambda rng: [(rng.normal(size=n),) for n in (2, 3)])
    assert check(two, lambda x: np.sum(x**2) if len(x) > 2 else -7.0, quiet=True).misconception is None


def test_a_mistake_explains_nothing_where_it_is_right():
    """An answer with a fault of its own is not told a mistake that shows elsewhere only."""
    negative = Misconception("negative", lambda x: np.mean(x**2) * (1 if x[0] > 0 else -1), "Which sign has a square?")
    cases = lambda rng: [(np.abs(rng.normal(size=n)),) for n in (3, 4, 5)] + [(np.array([-1.0, 2.0]),)]  # noqa: E731
    exercise = but(misconceptions=[negative, *GOOD.misconceptions[1:]], cases=cases)
    assert check(exercise, negative.answer, quiet=True).misconception == "negative"
    single = lambda x: float(np.float32(mean_square(x))) if x[0] > 0 else 7.0  # noqa: E731
    assert check(exercise, single, quiet=True).misconception is None


def test_the_default_tolerances():
    assert check(GOOD, lambda x: mean_square(x) * (1 + 5e-7), quiet=True).passed
    for share in (3e-6, 1e-5, 1e-4):
        assert not check(GOOD, lambda x, share=share: mean_square(x) * (1 + share), quiet=True).passed
    nought = but(cases=lambda rng: [(np.zeros(3),)])
    assert check(nought, lambda x: mean_square(x) + 5e-10, quiet=True).passed
    assert not check(nought, lambda x: mean_square(x) + 5e-9, quiet=True).passed


@pytest.mark.parametrize("share", [1e-5, 3e-6, -1e-4, 4e-4])
def test_what_prints_alike_gets_more_digits_and_the_difference(share):
    """ "Expected 1.03, received 1.03" helps nobody; a number, an array, a dict, a tuple, a measure."""
    right = 1.03
    answers = [lambda v: v, lambda v: np.array([2.0, v]), lambda v: {"a": v, "b": 1}, lambda v: (1, v), lambda v: [[v]]]
    for make in answers:
        exercise = but(reference=lambda x, make=make: make(right), alternatives=[len, len])
        result = check(exercise, lambda x, make=make: make(right * (1 + share)), quiet=True)
        assert result.example.expected != result.example.received
        assert f"The difference is only {abs(right * share):.1g}" in result.message
    measured = but(kind="experiment", metric=Metric(lambda value, case: value, "accuracy", at_least=0.95))
    assert "accuracy: 0.949996. Asked: at least 0.95" in check(measured, lambda x: 0.949996, quiet=True).message


SQUARES = but(reference=lambda x: x**2, alternatives=[lambda x: x * x, np.square])
SAID = {  # what goes wrong: (an answer, the fault, words that only its message has)
    "shape": (lambda x: x[None] ** 2, ("The shape is (1, 1)", "(1,) was expected", "axis")),
    "dtype": (lambda x: np.round(x**2).astype(np.int64), ("The dtype is int64", "float64 was expected")),
    "nan": (lambda x: x**2 * np.nan, ("NaN (not a number)", "0/0")),
    "nothing": (lambda x: None, ("returns nothing", "`return` missing")),
    "type": (lambda x: (x**2).tolist(), ("gives a list", "an array was expected")),
    "tuple": (lambda x: (x**2, x), ("a tuple of 2", "comma")),
    "single": (lambda x: (x**2).astype(np.float32).astype(float), ("seven digits of float32",)),
    "mutated": (lambda x: np.square(x, out=x).copy(), ("`x` is changed by the call",)),
    "value": (lambda x: x**2 + 1, ("differs from what was expected", "At `result[0]`")),
    "ZeroDivisionError": (lambda x: 1 // 0, ("stopped with ZeroDivisionError",)),
    "SystemExit": (lambda x: sys.exit(1), ("called sys.exit",)),
    "RecursionError": (lambda x: again(x), ("calls itself without end",)),
}


def again(x):
    return again(x)


@pytest.mark.parametrize("fault", SAID)
def test_each_message_says_what_went_wrong(fault):
    answer, words = SAID[fault]
    result = check(SQUARES, answer, quiet=True)
    assert result.fault == fault and all(w in result.message for w in words), result.message
    others = [check(SQUARES, other, quiet=True).message for name, (other, _) in SAID.items() if name != fault]
    assert not any(words[0] in message for message in others)


def test_what_the_code_prints_is_in_the_text():
    def loud(x):
        print("I was here")
        print("oh no", file=sys.stderr)
        return np.log(-np.ones(1))[0]

    shown = text(check(GOOD, loud, quiet=True))
    assert "I was here" in shown and "oh no" in shown and "invalid value encountered in log" in shown


def test_a_warning_alone_is_no_fault():
    def warns(x):
        np.log(np.zeros(1))
        return mean_square(x)

    assert check(GOOD, warns, quiet=True).passed


def borrows(x):
    return np.var(x) + np.mean(x) ** 2


def test_borrowing_is_named_and_nothing_else_is_hindered():
    result = check(but(forbidden=["numpy.var"]), borrows, quiet=True)
    assert (result.misconception, float(result)) == ("borrowed", 0.0)
    assert "numpy.var" in result.message
    assert check(but(forbidden=["numpy.var", "torch.var", "no.such.thing"]), mean_square, quiet=True).passed
    assert check(but(forbidden=[".var"]), lambda x: x.var() + x.mean() ** 2, quiet=True).misconception == "borrowed"
    assert "torch" not in sys.modules or check(GOOD, mean_square, quiet=True).passed


def test_earlier_answers_are_supplied_right(monkeypatch):
    from course_utils.checks.judging import judge

    later = but(
        name="uses_earlier",
        needs=["98.1"],
        reference=lambda x: 2 * np.mean(x**2),
        alternatives=[lambda x: 2 * x @ x / len(x), lambda x: (x @ x + x @ x) / x.size],
    )
    monkeypatch.setattr(judge.registry, "find", lambda number: {"98.1": GOOD}[number])
    space = {"mean_square": lambda x: -1.0}
    exec("def uses_earlier(x):\n    return 2 * mean_square(x)", space)
    assert check(later, space["uses_earlier"], quiet=True).passed
    assert space["mean_square"](3) == -1.0
    del space["mean_square"]
    assert check(later, space["uses_earlier"], quiet=True).passed
    assert "mean_square" not in space


def test_a_dict_earns_its_right_parts():
    parts = Exercise(
        id="98.2",
        title="Three values",
        name="values",
        kind="value",
        points=3,
        reference={"a": 1, "b": 2.5, "c": "x"},
        alternatives=[{"a": 1.0, "b": 2.5, "c": "X"}, {"c": "x", "b": 2.5, "a": 1}],
        misconceptions=[Misconception(k, {k: 0 if k != "c" else "y"}, f"Look at {k} again, please.") for k in "abc"],
        hints=["one step", "two steps", "three steps"],
    )
    two = check(parts, {"a": 1, "b": 7.0, "c": "x"}, quiet=True)
    assert (float(two), two.passed, repr(two)) == (2.0, False, "2")
    assert "2 of 3 parts" in two.message and "'b'" in two.message and "2.5" not in text(two)
    assert check(parts, {"a": 0, "b": 7.0, "c": "x"}, quiet=True).misconception == "a"
    assert float(check(parts, {"a": 1}, quiet=True)) == 1.0
    assert float(check(parts, 5, quiet=True)) == 0.0


def test_a_prediction_is_not_given_away():
    choice = Exercise(
        id="98.3",
        title="A choice",
        name="choice",
        kind="value",
        points=1,
        choices=("a", "b", "c", "d"),
        reference="d",
        alternatives=["D", " d "],
        misconceptions=[Misconception(c, c, f"Not {c}: think again.") for c in "abc"],
        hints=["one step", "two steps", "three steps"],
    )
    assert "Choose one of: a, b, c, d" in check(choice, "e", quiet=True).message
    assert check(choice, 3, quiet=True).status == "try again"
    wrong = check(choice, "b", quiet=True)
    assert wrong.message == "Not b: think again." and wrong.example is None
    number = but(kind="value", cases=None, name="n", reference=2.5, alternatives=[2.5, 5 / 2])
    told = text(check(number, 3.5, quiet=True))
    assert "TRY AGAIN" in told and "2.5" not in told


def test_no_measure_is_passed_by_infinity():
    measured = but(kind="experiment", metric=Metric(lambda value, case: value, "loss", at_most=0.5))
    results = [check(measured, lambda x, end=end: end, quiet=True) for end in (0.5, -1e9, -np.inf, np.inf, np.nan)]
    assert [r.passed for r in results] == [True, True, False, False, False]


def test_unknown_exercises_are_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"00\.1"):
        check("00.99")
    with pytest.raises(ValueError, match="00"):
        check("nonsense")
    with pytest.raises(TypeError, match="text"):
        check(4.3)


# ---- hints, solutions, progress


def test_hints_come_one_at_a_time(capsys):
    from course_utils.checks import registry

    hints = registry.find("00.1").hints
    for step, words in enumerate(hints, start=1):
        hint("00.1")
        shown = capsys.readouterr().out
        assert words in shown and f"{step} of {len(hints)}" in shown
        assert not any(other in shown for other in hints if other != words)
    hint("00.1")
    assert hints[-1] in capsys.readouterr().out
    assert record.entry("00.1")["hints"] == len(hints)


def test_the_solution_opens_after_three_attempts(capsys, monkeypatch):
    monkeypatch.setattr(hints, "solution_code", lambda exercise: "the_code = 1\nmore = 2")
    for left in (3, 2, 1):
        solution("00.1")
        shown = capsys.readouterr().out
        assert "the_code" not in shown and f"{left} more" in shown
        check("00.1", "nonsense")
        capsys.readouterr()
    solution("00.1")
    assert "the_code = 1\nmore = 2" in capsys.readouterr().out
    assert record.entry("00.1")["solution"] is True


def test_the_solution_opens_when_sure_only_after_all_hints(capsys, monkeypatch):
    monkeypatch.setattr(hints, "solution_code", lambda exercise: "the_code = 1")
    solution("00.1", sure=True)
    assert "the_code" not in capsys.readouterr().out
    for _ in range(5):
        hint("00.1")
    solution("00.1")
    shown = capsys.readouterr().out
    assert "sure=True" in shown and "the_code" not in shown
    solution("00.1", sure=True)
    assert "the_code" in capsys.readouterr().out


@pytest.fixture
def nothing_tried(monkeypatch):
    """As in a kernel that has just started."""
    monkeypatch.setattr(record, "_here", {})


def shown(capsys, *lessons):
    capsys.readouterr()
    progress(*lessons)
    return capsys.readouterr().out


def test_progress_shows_this_lesson_and_a_line_for_each_other_one(capsys, nothing_tried):
    from course_utils.checks import registry

    record.change("04.1", lambda entry: entry.update(passed=True, attempts=2, best=2.0))
    monday = shown(capsys)
    record._here.clear()  # the next day, in another notebook
    check("00.1", "nonsense")
    text = shown(capsys)
    ((title, _, row), rest) = (text.splitlines()[:3], text.splitlines()[3:])
    assert title == "Lesson 00: 0 of 1 exercise passed, 0 of 1 point" and "… tried" in row
    assert rest[0].startswith(f"Lesson 04: 1 of {len(registry.lesson('04'))} exercises passed, 2 of ")
    assert len(rest) == 2 and 'progress("all")' in rest[1]
    rows = {row.split()[0]: row for row in monday.splitlines()}
    assert "✓ passed" in rows["04.1"] and "– not tried" in rows["04.2"]


def test_progress_does_not_depend_on_lessons_that_were_not_tried(capsys, nothing_tried, monkeypatch):
    from course_utils.checks import registry

    check("00.1", "nonsense")
    text, folders = shown(capsys), registry.folders()
    monkeypatch.setattr(registry, "folders", lambda: {"00": folders["00"]})
    assert shown(capsys) == text


def test_progress_of_the_lessons_asked_for(capsys, nothing_tried):
    from course_utils.checks import registry

    text = shown(capsys, "all")
    assert all(e.id in text and e.title in text for e in registry.every())
    assert shown(capsys, "04") == shown(capsys, "4") == shown(capsys, "04.1")
    assert re.findall(r"^(\d\d)\.", shown(capsys, "04"), re.M) == ["04"] * len(registry.lesson("04"))
    with pytest.raises(ValueError, match="no exercises of lesson 99"):
        progress("99")


def test_progress_where_nothing_is_tried(capsys, nothing_tried):
    assert "Nothing is tried yet" in shown(capsys) and shown(capsys).count("\n") == 1


# ---- how it looks


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.words, self.links = [], [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def page(result):
    found = Page()
    found.feed(panel_html(result))
    assert found.open == [] and found.links == []
    return " ".join(found.words)


def test_the_panel_says_in_words_what_the_colour_says():
    for answer, word, mark in [(mean_square, "PASS", "✓"), (np.sum, "TRY AGAIN", "✗"), (None, "NOT YET", "…")]:
        result = check(but(name="elsewhere"), answer, quiet=True)
        assert word in page(result) and mark in page(result)
        assert result.message.replace("`", "") in " ".join(page(result).split())
        assert word in text(result)


def test_the_panel_takes_its_colours_from_the_theme():
    result = check(GOOD, lambda x: np.sum(x**2), quiet=True)
    shown = panel_html(result)
    assert "color:inherit" in shown
    assert not re.search(r"(?<![-\w])color:\s*#", shown), "text in a fixed colour cannot be read on every theme"
    assert "<script" not in shown and "url(" not in shown


def test_what_a_learner_prints_cannot_break_the_panel():
    def evil(x):
        print("</pre></div><script>alert(1)</script>")
        raise ValueError("<b>&amp;</b>")

    result = check(GOOD, evil, quiet=True)
    assert "<script" not in panel_html(result) and "<b>" not in panel_html(result)
    assert "<script>alert(1)</script>" in page(result)
    assert result._repr_html_() == "<span></span>"


def test_every_sentence_is_used_and_every_sentence_exists():
    code = "\n".join(p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py") if p.name != "messages.py")
    asked = set(re.findall(r"\bsay\(\s*[\"']([^\"']+)[\"']", code))
    assert asked <= set(messages.ENGLISH)
    asked |= {key for _, key in slips.READINGS + slips.IN_THE_ROW + errors.READINGS}
    asked |= {f"page {key}" for key in messages.ENGLISH}  # the words of a page for each, where it has its own
    made = {"TimeUp", "Stuck", "Dead", "SystemExit", "KeyboardInterrupt", "RecursionError", "Unusable"}
    kinds = {"nothing", "nothing in", "object", "type", "type in", "tuple", "keys", "length", "order", "shape", "dtype"}
    kinds |= {"single", "length in", "its shape", "extra key", "object in"}
    states = {f"state {s}" for s in ("passed", "tried", "new")} | {
        "pass",
        "not yet",
        "try again",
        "said",
        "stderr",
        "warned",
    }
    assert set(messages.ENGLISH) - asked <= made | kinds | states | {
        "nan",
        "mutated",
        "value",
        "passed",
        "passed value",
        "passed one",
        "error",
        "error no text",
    }


def test_importing_the_checks_is_light():
    heavy = ("torch", "tensorflow", "sklearn", "scipy", "matplotlib", "pandas", "IPython", "nbgrader", "nbformat")
    code = f"import sys, course_utils.checks; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_exercises_are_not_imported_before_they_are_asked_for():
    code = "import sys, course_utils.checks; print([m for m in sys.modules if '.ex0' in m])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
