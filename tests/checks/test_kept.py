"""What an answer keeps from one call to the next, and results that no metric can measure."""

import numpy as np
import pytest

from course_utils.checks import Case, Metric, check
from tests.checks.test_proofs import but

TOTALS, SHAPES, FIRST = {}, {}, []


def adds_to_earlier_ones(x):
    total = TOTALS.setdefault(x.shape, np.zeros(1))
    total += np.mean(x**2)
    return float(total[0])


def list_as_default(x, seen=[]):  # noqa: B006
    seen.extend(x)
    return np.mean(np.square(seen))


def first_one_for_ever(x):
    FIRST.append(np.mean(x**2))
    return FIRST[0]


def by_its_shape(x):
    return float(SHAPES.setdefault(x.shape, np.mean(x**2)))


@pytest.mark.parametrize("answer", [adds_to_earlier_ones, by_its_shape])
def test_a_call_like_an_earlier_one_tells_what_is_kept(answer):
    cases = lambda rng: [(rng.normal(size=n),) for n in (2, 3, 4, 5)]  # noqa: E731
    result = check(but(cases=cases), answer, quiet=True)
    assert (float(result), result.fault) == (0, "kept") and "Is something kept from that call" in result.message


def test_the_same_call_twice_tells_what_is_kept():
    result = check(but(), list_as_default, quiet=True)
    assert not result.passed and "kept from the call before" in result.message


def test_the_first_result_for_ever_is_told():
    result = check(but(cases=lambda rng: [(rng.normal(size=n),) for n in (2, 3, 4, 5)]), first_one_for_ever, quiet=True)
    assert not result.passed and "all later ones give its result again" in result.message


def test_what_is_wrong_for_other_reasons_is_not_said_to_be_kept():
    assert "call" not in check(but(), lambda x: np.mean(x**2) + x[0], quiet=True).message


def not_for_whole_numbers(x):
    raise NotImplementedError("\"softmax\" not implemented for 'Long'")


def test_what_a_library_has_not_implemented_is_no_stub():
    result = check(but(), not_for_whole_numbers, quiet=True)
    assert result.status == "try again" and "not implemented for 'Long'" in result.message


def line(x, y):
    w = ((x - x.mean()) * (y - y.mean())).mean() / x.var()
    return np.array([w]), y.mean() - w * x.mean()


def error(received, case):
    (w, b), (x, y) = received, case.held
    return np.abs(w[0] * x + b - y).mean()


FITS = but(
    kind="experiment", reference=line, alternatives=[line, line],
    cases=lambda rng: [Case(x, 3 * x - 1, held=(x, 3 * x - 1)) for x in rng.normal(size=(2, 9))],
    metric=Metric(error, "mean error", at_most=0.1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, y: line(x, y)[::-1], "the right things in another order"),
        (lambda x, y: (float(line(x, y)[0][0]), line(x, y)[1]), "`result[0]` is a number; an array was expected."),
        (lambda x, y: (*line(x, y), 0.0), "3 values instead of 2 values"),
        (lambda x, y: line(x, y)[0], "1 value instead of 2 values"),
    ],
)
def test_a_result_that_cannot_be_measured_is_told_by_its_form(answer, words):
    assert words in check(FITS, answer, quiet=True).message
