"""One mistake costs one mark, also where an answer calls an earlier one that is wrong or not begun."""

import pytest

from course_utils.checks import registry
from course_utils.checks.callers.inprocess import InProcess
from course_utils.checks.judging.judge import judge

RIGHT = """
def mse_gradient(X, y, w, b):
    error = predict(X, w, b) - y
    return 2 * X.T @ error / len(y), 2 * error.mean()
"""
HELPED = """
def residuals(X, y, w, b):
    return predict(X, w, b) - y
def mse_gradient(X, y, w, b):
    error = residuals(X, y, w, b)
    return 2 * X.T @ error / len(y), 2 * error.mean()
"""
HALVED = RIGHT.replace("2 * ", "")
EARLIER = {
    "without b": "def predict(X, w, b):\n    return X @ w",
    "not begun": "def predict(X, w, b):\n    raise NotImplementedError",
    "broken": "def predict(X, w, b):\n    return undefined",
    "missing": "",
}


def judged(*sources):
    names = {}
    for source in sources:
        exec(compile("import numpy as np\n" + source, "<answer>", "exec"), names)
    return judge(registry.find("04.3"), InProcess(names))


@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("own", [RIGHT, HELPED], ids=["calls it", "calls it by way of another"])
def test_a_wrong_earlier_answer_costs_its_own_exercise_only(earlier, own):
    result = judged(EARLIER[earlier], own)
    assert result.passed and result.supplied == ("predict",) and "right `predict`" in result.message


def test_its_own_mistake_is_diagnosed_in_spite_of_the_earlier_one():
    alone = judged("def predict(X, w, b):\n    return X @ w + b", HALVED)
    both = judged(EARLIER["without b"], HALVED)
    assert not both.passed and alone.misconception and both.misconception == alone.misconception
    assert both.supplied == ("predict",)


def test_nothing_is_supplied_to_an_answer_that_is_right_or_that_calls_nothing():
    assert judged("def predict(X, w, b):\n    return X @ w + b", RIGHT).supplied is None
    wrong = judged(EARLIER["without b"], "def mse_gradient(X, y, w, b):\n    return w, b")
    assert not wrong.passed and wrong.supplied is None


def test_an_earlier_answer_that_does_it_otherwise_is_left_alone():
    mine = "def predict(X, w, b, scale=1.0):\n    return scale * (X @ w + b)"
    own = RIGHT.replace("predict(X, w, b)", "predict(X, w, b, scale=1.0)")
    assert judged(mine, own).passed
    broken = judged(mine, own.replace("2 * X", "3 * X"))
    assert not broken.passed and "scale" not in broken.message
