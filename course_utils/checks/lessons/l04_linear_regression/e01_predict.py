"""Exercise 04.1: Predict for any number of features."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import people, predict


def predict_cases(rng):
    for n, d in [(6, 3), (4, 4), (5, 1), (1, 4)]:
        X, _, w, b = people(rng, n, d)
        yield X, w, b
    yield 1e6 * rng.normal(size=(3, 2)), rng.normal(size=2), -0.5
    yield rng.normal(size=(3, 2)), np.zeros(2), 7.0


def predict_by_loop(X, w, b):
    predictions = []
    for row in X:
        total = b
        for x_j, w_j in zip(row, w, strict=True):
            total = total + x_j * w_j
        predictions.append(total)
    return np.array(predictions)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.1", title="Predict for any number of features", name="predict", points=2, minutes=8, difficulty=1,
    section="5. Ten measurements, and people never seen", reference=predict, cases=predict_cases,
    forbidden=("family:affine layer",),
    alternatives=[
        predict_by_loop,
        lambda X, w, b: (X * w).sum(axis=1) + b,
        lambda X, w, b: np.column_stack([X, np.ones(len(X))]) @ np.append(w, b),
        lambda X, w, b: b + w @ X.T,
        lambda X, w, b: np.einsum("nd,d->n", X, w) + b,
    ],
    misconceptions=[
        Misconception("no-bias", lambda X, w, b: X @ w,
            "Every prediction is off by the same amount, b. A person whose features are all 0 should get b, not 0: "
            "see (4.7).", family="bias forgotten"),
        Misconception("no-sum", lambda X, w, b: X * w + b,
            "You have one number for each feature of each person; a person has one prediction. In (4.7) the "
            "products of a row are added up."),
        Misconception("sum-over-people", lambda X, w, b: np.sum(X * w) + b,
            "You have one number for all people together: the sum ran over the rows too. Along which axis does one "
            "person's row lie?", family="wrong axis"),
        Misconception("bias-for-each-feature", lambda X, w, b: (X * w + b).sum(axis=1),
            "The bias came in once for each feature, because it was added before the sum. In (4.7) it stands "
            "outside."),
        Misconception("bias-before-weights", lambda X, w, b: (X + b) @ w,
            "You added b to the features, so the weights multiply it too. The bias is added to the prediction, "
            "last."),
        Misconception("a-column", lambda X, w, b: (X @ w + b)[:, None],
            "The numbers are right, but the shape is (n, 1) and not (n,). Beside targets of shape (n,) this "
            "becomes a table of n by n: section 8 shows the harm."),
        Misconception("minus-bias", lambda X, w, b: X @ w - b,
            "The bias is taken off instead of added. Which sign has b in (4.7)?", family="wrong sign"),
        Misconception("sum-down-the-columns", lambda X, w, b: (X * w).sum(axis=0) + b,
            "You added down the columns, over the people: there is one number for each feature. Which axis is a row?",
            family="wrong axis"),
        Misconception("first-feature", lambda X, w, b: X[:, 0] * w[0] + b,
            "Only the first feature counts. All d of them have a weight."),
        Misconception("bias-on-the-weights", lambda X, w, b: X @ (w + b),
            "You added b to the weights, so every feature multiplies it. The bias is added to the prediction, last."),
        Misconception("mean-over-features", lambda X, w, b: np.mean(X * w, axis=1) + b,
            "You took the mean over a person's features. (4.7) adds their products up.",
            family="mean and sum confused"),
        Misconception("axis-and-bias", lambda X, w, b: (X * w + b).sum(axis=0),
            "Two things at once: the sum runs down the columns, over the people, and the bias stands inside of it."),
    ],
    hints=[
        "How many predictions do you expect for 5 people with 3 features? Which sizes must disappear?",
        "A matrix product makes many dot products at once: one for each row of X, with w. `@` is Python's sign for "
        "it.",
        "Two steps: scores = (the product of X and w, shape (n,)); then add the one number that all people share.",
    ],
    takeaway="One matrix product predicts for everybody.",
)
