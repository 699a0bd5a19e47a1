"""What beginners hand in and were misled about: forms with dots, arrays in forms, a missing `self.`, a missing `()`."""

import re

import numpy as np

from course_utils.checks import check, registry
from course_utils.checks.judging.compare import difference
from course_utils.checks.lessons.l01_python_basics.e05_perceptron import Perceptron

PREDICTIONS, ANSWERS = registry.find("01.7").reference, registry.find("02.3").reference


def told(number, answer):
    return check(number, answer, quiet=True)


def test_arrays_count_in_a_form_with_any_number_of_axes():
    v = np.array([4, 6])
    assert told("02.3", {**ANSWERS, "values of v - v[:, None]": v - v[:, None], "values of v[v > 4]": v[v > 4]}).passed
    assert not told("02.3", {**ANSWERS, "values of v - v[:, None]": v[:, None] - v}).passed
    assert not told("02.3", {**ANSWERS, "values of v - v[:, None]": (v - v[:, None]).ravel()}).passed


def test_a_form_with_dots_is_not_filled_in():
    for form in (dict.fromkeys(PREDICTIONS, ...), dict.fromkeys(PREDICTIONS), ...):
        result = told("01.7", form)
        assert (result.status, result.fault) == ("not yet", "empty"), result.message
    assert told("01.7", {**PREDICTIONS, "D": ...}).status == "try again"


def test_none_is_not_given_away_and_the_place_is_told():
    for wrong in (0, False, "nothing"):
        result = told("01.7", {**PREDICTIONS, "E": wrong})
        assert "None" not in result.message and "Look again at 'E'" in result.message
    assert "`predictions['D']` is a range" in told("01.7", {**PREDICTIONS, "D": range(3)}).message


def test_the_place_of_nan_is_told_where_other_numbers_are_wrong_too():
    gap = difference(np.array([1.0, np.nan]), np.array([2.0, 3.0]))
    assert (gap.kind, gap.where, gap.received) == ("nan", "[1]", "nan")


class NoSelf(Perceptron):
    def update(self, x, target):
        return target - predict(x)  # noqa: F821


class NoSelfAttribute(Perceptron):
    def predict(self, x):
        return 1 if sum(w * v for w, v in zip(weights, x, strict=True)) > 0 else 0  # noqa: F821


class NoSelfParameter(Perceptron):
    def predict(self, x):
        return sum(self.weights[i] * x[i] for i in range(inputs))  # noqa: F821


class OtherNames:
    def __init__(self, inputs):
        self.w, self.b = [0] * inputs, 0

    def predict(self, x):
        return 1 if sum(w * v for w, v in zip(self.w, x, strict=True)) + self.b > 0 else 0


def test_a_class_is_told_about_self():
    for missing in (NoSelf, NoSelfAttribute, NoSelfParameter):
        message = told("01.5", missing).message
        assert re.search(r"is `self\.(predict|weights|inputs)` meant", message) and "quotes" not in message, message
    OtherNames.__name__ = OtherNames.__qualname__ = "Perceptron"
    assert "has no `.update`" in told("01.5", OtherNames).message


def test_brackets_that_are_missing_are_told():
    assert "brackets `()` missing" in told("02.1", lambda X: X.mean).message
    assert "round brackets" in told("02.1", lambda X: X.mean / 2).message


def ones_in_old_memory(labels, classes):
    table = np.empty((len(labels), classes))
    table[np.arange(len(labels)), labels] = 1
    return table


def test_memory_that_was_not_filled_in_is_seen_at_every_seed():
    for seed in range(20):
        result = check("02.6", ones_in_old_memory, quiet=True, seed=seed)
        assert not result.passed and "`np.zeros` begins with 0" in result.message, result.message


def lower_alone(text):
    text.lower()
    return dict.fromkeys(text.split(), 1)


def test_what_is_given_and_not_kept_is_told():
    assert "Line 2: `text.lower()` changes nothing" in told("01.1", lower_alone).message


def test_tuples_and_generators_are_told_by_what_makes_them():
    assert "A comma behind `return`" in told("00.1", lambda right, total: (25.0, 0)).message
    assert "`list(...)` around it" in told("01.2", lambda values: (v for v in values)).message
    assert "`list(...)` around it" in told("01.2", lambda values: map(abs, values)).message


def test_pieces_of_a_line_are_told_as_pieces():
    def read_scores(path):
        scores, bad = {}, 0
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, score = line.split(",")
                try:
                    scores[name.strip()] = float(score)
                except ValueError:
                    bad = bad + 1
        return scores, bad

    message = told("01.4", read_scores).message
    assert "an empty line too, is one piece" in message, message
    assert "the function return" not in message


def test_a_name_of_the_lesson_is_told_to_be_elsewhere():
    message = told("01.2", lambda values: mean(values)).message  # noqa: F821
    assert "A name from the lesson's notebook is not here: define or import it" in message


def test_a_file_left_open_is_told_in_words():
    def read_scores(path):
        return {}, open(path, encoding="utf-8").read().count("\n")

    result = told("01.4", read_scores)
    shown = " ".join(result.said.values())
    assert "ResourceWarning" not in shown and "tmp" not in shown
