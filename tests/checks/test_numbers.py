"""What is alike in all cases of a wrong answer is told: one factor, one result, something left from the last call."""

import numpy as np
import pytest

from course_utils.checks import check
from tests.checks.test_parts import WHOLE
from tests.checks.test_proofs import but

LOGS = but(reference=lambda x: np.log(x**2), alternatives=[len, len])
RIGHT = but().reference


def told(exercise, answer):
    return check(exercise, answer, quiet=True).message


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (-1.0, "In every case the result is -1 times what was expected. The size is right: where is the sign"),
        (0.75, "In every case the result is 3/4 times what was expected. Which factor"),
        (-0.5, "In every case the result is -1/2 times what was expected. That is two things at once"),
        (np.pi, "In every case the result is 3.142 times"),
    ],
)
def test_one_factor_in_all_cases_is_told(factor, words):
    assert told(but(), lambda x: factor * RIGHT(x)).startswith(words)


def test_a_logarithm_to_another_base_is_told():
    assert "to base 10" in told(LOGS, lambda x: np.log10(x**2))
    assert "to base 2" in told(LOGS, lambda x: -np.log2(x**2))


def test_rounded_numbers_are_told():
    assert told(but(), lambda x: round(float(RIGHT(x)), 2)).startswith(
        "The numbers are the right ones, rounded to 2 digits"
    )
    large = but(reference=lambda x: 100 * np.sum(x), alternatives=[len, len])
    assert "rounded to 0 digits" in told(large, lambda x: round(float(100 * np.sum(x))))
    assert "without what stands after the point" in told(large, lambda x: int(100 * np.sum(x)))
    rounds = lambda X, W: ((X @ W).round(2), W.sum(axis=0), 0)  # noqa: E731
    assert told(WHOLE, rounds).startswith("The numbers are the right ones, rounded to 2 digits")
    assert "rounded" not in told(large, lambda x: int(100 * np.sum(x)) + 1)


@pytest.mark.parametrize("answer", [lambda x: RIGHT(x) + 1, lambda x: RIGHT(x) * len(x), lambda x: np.zeros(3)])
def test_what_is_no_factor_is_not_told(answer):
    assert "times what was expected" not in told(but(), answer)


def test_the_factor_of_one_part_is_told_with_its_name():
    message = told(WHOLE, lambda X, W: (X @ W * 3, W.sum(axis=0), 0))
    assert message.startswith("In every case `dx` is 3 times what was expected.") and "Look again at `dx`" in message


def test_what_is_left_from_the_last_call_is_told():
    kept = []

    def adds(x):
        kept.extend(x**2)
        return np.mean(kept)

    def grows(x, squares=[]):  # noqa: B006
        squares.extend((x**2).tolist())
        return squares

    assert told(but(), adds).startswith("The same call twice gives two different results.")
    lists = but(reference=lambda x: (x**2).tolist(), alternatives=[len, len])
    assert told(lists, grows).startswith("The same call twice")
    assert told(but(), lambda x: RIGHT(x) + np.random.default_rng().normal()).startswith("The same call twice")


def test_one_result_for_all_inputs_is_told():
    assert told(but(), lambda x: 0.998).startswith("The result is the same in every case, whatever comes in.")
    few = but(cases=lambda rng: [(np.ones(2),), (2 * np.ones(3),)])
    assert "the same in every case" not in told(few, lambda x: 0.998)


def test_a_mistake_that_explains_every_wrong_case_is_not_said_to_fit_some():
    """It would make others wrong too, so we are not sure; but it is not said to fit "4 of the 4, not all" (03.6)."""
    many = but(cases=lambda rng: [(rng.normal(size=n),) for n in range(2, 10)])
    sums = {m.name: m for m in many.misconceptions}["sum"]
    result = check(many, lambda x: np.sum(x**2) if len(x) > 5 else RIGHT(x), quiet=True)
    assert result.message.startswith("This fits all 4 cases that went wrong, but others would go wrong too")
    assert result.message.endswith(sums.message)
