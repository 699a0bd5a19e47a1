"""Exercise 06.7: It misses cancers."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l06_logistic_regression.shared import sigmoid


def find_malignant(X, w, b, threshold):
    return sigmoid(X @ w + b) >= threshold


def broken_find_malignant(X, w, b, threshold):
    z = X @ w + b
    return z >= threshold


def threshold_cases(rng):
    for threshold in [0.1, 0.3, 0.5, 0.9]:
        X = np.column_stack([np.linspace(-4.0, 4.0, 33) + rng.uniform(-0.05, 0.05), rng.normal(size=33)])
        yield X, np.array([1.0, 0.2]), 0.1, threshold
    yield np.array([[1000.0], [-1000.0], [0.0], [0.3]]), np.array([1.0]), 0.0, 0.5
    yield np.linspace(-2.0, 2.0, 33)[:, None], np.array([1.0]), -1.0, 0.3  # a bias that decides
    yield np.array([[-1.92], [-1.96]]), np.array([1.0]), 0.0, 0.125  # probabilities of 0.128 and 0.123


def is_other_side(received, expected, case):
    """True for False everywhere, except perhaps where p is the threshold itself."""
    at_bound = sigmoid(case.args[0] @ case.args[1] + case.args[2]) == case.args[3]
    return received.dtype == bool and bool(np.all((received != expected) | at_bound))


@quietly
def overflowing(X, w, b, threshold):
    odds = np.exp(X @ w + b)
    return odds / (1 + odds) >= threshold


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.7", title="It misses cancers", name="find_malignant", kind="repair", points=3, minutes=10, difficulty=2,
    section="5. Thirty features, and two kinds of mistake", reference=find_malignant,
    broken=broken_find_malignant, cases=threshold_cases, needs=("06.1",),
    alternatives=[
        lambda X, w, b, threshold: X @ w + b >= np.log(threshold / (1 - threshold)),
        quietly(lambda X, w, b, threshold: np.exp(X @ w + b) * (1 - threshold) >= threshold),
        lambda X, w, b, threshold: 1 - sigmoid(-(X @ w) - b) >= threshold,
    ],
    misconceptions=[
        Misconception("unrepaired", broken_find_malignant,
            "This still compares a logit with a probability. Two numbers on different scales: which of them can you "
            "bring to the scale of the other?"),
        Misconception("always-one-half", lambda X, w, b, threshold: X @ w + b >= 0,
            "z >= 0 is the right boundary for the threshold 1/2, and for no other. Where is `threshold` in your "
            "answer?"),
        Misconception("wrong-side", lambda X, w, b, threshold: sigmoid(X @ w + b) < threshold,
            "True and False have changed places: malignant is where p is at least the threshold.",
            seen=is_other_side),
        Misconception("odds-upside-down",
            lambda X, w, b, threshold: X @ w + b >= np.log((1 - threshold) / threshold),
            "Your boundary is on the wrong side of 0: in (6.11) it is t above 1 - t. A low threshold must give a "
            "negative logit."),
        Misconception("sigmoid-of-threshold",
            lambda X, w, b, threshold: X @ w + b >= 1 / (1 + np.exp(-threshold)),
            "You took the sigmoid of the threshold, which is a probability already. It is the logit z that needs "
            "the sigmoid.", family="logits and probabilities confused"),
        Misconception("probabilities", lambda X, w, b, threshold: sigmoid(X @ w + b),
            "These are the probabilities. Asked are True and False: compare them with the threshold."),
        Misconception("strictly-above", lambda X, w, b, threshold: sigmoid(X @ w + b) > threshold,
            "A tumour whose probability is exactly the threshold is missed. *At least* the threshold: `>` or `>=`?"),
        Misconception("sign", lambda X, w, b, threshold: sigmoid(-(X @ w + b)) >= threshold,
            "Your sigmoid falls instead of rising: a large logit gives a small probability. Look at the sign in (6.3).",
            family="wrong sign"),
        Misconception("odds", lambda X, w, b, threshold: X @ w + b >= threshold / (1 - threshold),
            "You compare a logit with odds. (6.11) needs one step more: what makes a logit of odds?",
            family="logits and probabilities confused"),
        Misconception("logarithm-only", lambda X, w, b, threshold: X @ w + b >= np.log(threshold),
            "log(threshold) is not the logit of the threshold. By what is it divided in (6.2) before the logarithm?",
            family="logits and probabilities confused"),
        Misconception("no-bias", lambda X, w, b, threshold: sigmoid(X @ w) >= threshold,
            "b changes nothing in your answer. The logit is Xw + b.", family="bias forgotten"),
        Misconception("places", lambda X, w, b, threshold: np.flatnonzero(sigmoid(X @ w + b) >= threshold),
            "These are the numbers of the tumours found. Asked is True or False for each tumour: the comparison "
            "itself."),
        Misconception("overflow", overflowing,
            "A tumour with the logit 1000 is missed: infinity over infinity is NaN, and NaN is at least nothing. Take "
            "the sigmoid of 06.1.", family="numerical instability"),
    ],
    hints=[
        "What does the function compare with what? On which scale, 0 to 1 or any number, is each of the two?",
        "Try threshold 0.5: from which p on does the function say malignant? The sigmoid of 0.5 is 0.62.",
        "Either make probabilities of the logits, or a logit of the threshold: (6.11).",
    ],
    takeaway="Logits have their own scale: 0 there is one half here.",
)
