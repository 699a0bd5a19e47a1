"""The tasks of lesson 06."""

import numpy as np

from course_utils import data
from course_utils.checks.lessons.l06_logistic_regression import e06_fit_logistic as tumours
from course_utils.checks.lessons.l06_logistic_regression.shared import logistic_gradient, sigmoid, softmax
from tests.checks.promises import Given

X_OF_ALL, Y_OF_ALL = tumours.tumours()


def naive_sigmoid(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


def gradient_of_naive(X, y, w, b):
    error = naive_sigmoid(X @ w + b) - y
    return X.T @ error / len(y), np.mean(error)


def from_the_file(X, y):
    table = data.load_breast_cancer()
    return tumours.fit_logistic(table.X[:, :10], 1.0 - table.y)


def from_the_notebook(X, y):
    return tumours.fit_logistic(X_OF_ALL, Y_OF_ALL)


def above(X, w, b, threshold):
    return sigmoid(X @ w + b) > threshold


NUMBERS = {
    '"odds of p = 0.75"': "odds-of-no",
    '"p of odds 4"': "one-in-four",
    '"loss when all ten classes get 1/10"': "coin",
    '"factor on the odds"': "doubled-once",
    "By what are the odds multiplied": "added",
    '"slope dl/dz"': "the-other-way",
    '"threshold"': "one-ninth",
}

PROMISES = {
    "06.1": [
        ("`z` of any shape", Given(lambda z: z.ndim != 1, some=True)),
        ("of whole numbers too", "dtype-kept"),
        ("the result has the same shape", lambda z: sigmoid(z).reshape(-1, 1)),
        ("and is float64", lambda z: sigmoid(z).astype(np.float32)),
        ("right at ±1000 too", "overflow"),
        ("right at ±1000 too", naive_sigmoid),
    ],
    "06.2": [
        ("the loss (6.6)", "sign"),
        ("one number", "one-for-each"),
        ("straight from the logits", "logits-as-probabilities"),
        ("Both arrays have the shape `(n,)`", Given(lambda logits, target: logits.shape == target.shape)),
        ("with the logit 1000 must cost 1000", "through-probabilities"),
        ("with the logit 1000 must cost 1000", "padded"),
    ],
    "06.3": [
        ("Write `logistic_gradient(X, y, w, b)`", None),
        ("It returns two things", lambda *args: logistic_gradient(*args)[0]),
        ("`dw` of shape `(d,)`", "mean-over-everything"),
        (
            "the number `db`",
            lambda *args: (logistic_gradient(*args)[0], sigmoid(args[0] @ args[2] + args[3]) - args[1]),
        ),
        ("the slopes of the cross-entropy", "slope-of-the-sigmoid"),
        ("for each weight", "dw-no-mean"),
        ("for the bias", "db-no-mean"),
        ("Logits of ±1000 must not give NaN", gradient_of_naive),
        ("The lesson did it for one feature", None),
    ],
    "06.4": [
        ("along the given axis", "axis-ignored"),
        ("any number of axes", Given(lambda logits, axis=-1: logits.ndim not in (1, 2), some=True)),
        ("of whole numbers too", "dtype-kept"),
        ("The result has the same shape", "axis-lost"),
        ("is float64", lambda logits, axis=-1: softmax(logits, axis).astype(np.float32)),
        ("its sums along `axis` are 1", "sums-to-one-in-all"),
        ("for logits of ±1000 too", "overflow"),
        ("even if they stand in one row only", "one-shift-for-all"),
        ("`softmax(logits, axis=-1)`", lambda logits, axis=0: softmax(logits, axis)),
    ],
    "06.5": [
        ("one number", "one-for-each"),
        ("integer labels", Given(lambda logits, labels: labels.dtype.kind == "i" and labels.shape == logits.shape[:1])),
        ("right at ±1000 too", "through-probabilities"),
        ("right at ±1000 too", "padded"),
    ],
    "06.6": [
        ("Write `fit_logistic(X, y)`", None),
        ("`X` of shape `(300, 10)`", Given(lambda X, y: X.shape == (300, 10) and y.shape == (300,))),
        ("with 1 for malignant", "exchanged"),
        ("Use nothing but these 300", from_the_file),
        ("Use nothing but these 300", from_the_notebook),
        ("the order of the features and their units differ", from_the_notebook),
        ("`w` and `b` for raw features", "weights-still-scaled"),
        ("`w` and `b` for raw features", "bias-of-scaled-features"),
        ("at most 0.25", "too-short"),
        ("the baseline has about 0.66", "says-nothing"),
        ("where only one in ten is malignant", "no-bias"),
        ("You may use your answers above", None),
    ],
    "06.7": [
        ("A colleague sends you", None),
        ("It should give `True`", lambda *args: (sigmoid(args[0] @ args[1] + args[2]) >= args[3]).astype(int)),
        ("whose probability of being malignant", "unrepaired"),
        ("at least `threshold`", "always-one-half"),
        ("at least `threshold`", above),
        ("at least `threshold`", "strictly-above"),
        ("it misses some that it should find", "wrong-side"),
        ("Find the fault and repair it", None),
    ],
    "06.8": [
        ("into the dictionary `numbers`", [3.0, 0.8, 2.3, 8.0, -0.1, 0.1]),
        *NUMBERS.items(),
        *[(f"{n}.", None) for n in range(1, 7)],
    ],
}
