"""Exercise 04.5: Ridge, solved."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import people, ridge_solution


def ridge_cases(rng):
    for n, d, lam in [(8, 3, 0.5), (9, 2, 2.0), (7, 1, 1.0), (12, 3, 0.0), (3, 5, 0.3)]:
        X, y, _, _ = people(rng, n, d)
        yield X, y + 10.0, lam
    X, y, _, _ = people(rng, 6, 2)
    yield X, y, 1e4
    X, y, _, _ = people(rng, 9, 3)
    yield X * [0.1, 1.0, 1000.0], y, 0.2  # units so unlike that a walk does not arrive


def ridge_with(price, centre=True, penalise_bias=False):
    """Ridge by the normal equations with a column of ones; `price(n, lam)` goes on the diagonal."""

    def answer(X, y, lam):
        A = np.column_stack([X, np.ones(len(y))]) if centre else X
        P = np.eye(A.shape[1])
        if centre and not penalise_bias:
            P[-1, -1] = 0.0
        theta = np.linalg.lstsq(A.T @ A + price(len(y), lam) * P, A.T @ y, rcond=None)[0]
        return (theta[:-1], theta[-1]) if centre else (theta, 0.0)

    return answer


def ridge_by_extra_people(X, y, lam):
    """The price as d more people, with one feature each and the target 0: least squares does the rest."""
    d = X.shape[1]
    Z = np.vstack([X - X.mean(0), np.sqrt(lam * len(y)) * np.eye(d)])
    w = np.linalg.lstsq(Z, np.append(y - y.mean(), np.zeros(d)), rcond=None)[0]
    return w, np.mean(y - X @ w)


def ridge_split_wrong(X, y, lam):
    """The ones stand in the first column, and theta is split at its end."""
    w, b = ridge_solution(X, y, lam)
    return np.append(b, w[:-1]), w[-1]


def ridge_bias_is_mean(X, y, lam):
    return ridge_solution(X, y, lam)[0], y.mean()


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.5", title="Ridge, solved", name="ridge_solution", points=4, minutes=20, difficulty=4,
    section="6. Too few patients: ridge", reference=ridge_solution, cases=ridge_cases,
    forbidden=("family:ridge regression", "family:linear model"),
    alternatives=[ridge_with(lambda n, lam: n * lam), ridge_by_extra_people],
    parts=("w", "b"),
    misconceptions=[
        Misconception("forgot-n", ridge_with(lambda n, lam: lam),
            "Your price is n times too low: XᵀX adds over all people, while the loss is a mean. Set the gradient "
            "of MSE + lam·‖w‖² to zero and multiply by n: what becomes of lam?", family="mean and sum confused"),
        Misconception("penalised-bias", ridge_with(lambda n, lam: n * lam, penalise_bias=True),
            "The bias pays the price too: it is pulled towards 0, although the targets lie far from 0. Only the "
            "weights stand in the sum of (4.9). Which entry of the diagonal belongs to the bias?"),
        Misconception("both", ridge_with(lambda n, lam: lam, penalise_bias=True),
            "Two things at once: the bias pays a price though (4.9) has it free, and the price is n times too low "
            "because the loss is a mean."),
        Misconception("half-the-price", ridge_with(lambda n, lam: n * lam / 2),
            "Your price is half of what is asked: the 2 of the derivative was cancelled in the first term only. "
            "The derivative of lam·w² is 2·lam·w.", family="a factor forgotten or doubled"),
        Misconception("twice-the-price", ridge_with(lambda n, lam: 2 * n * lam),
            "Your price is twice what is asked: the derivative of lam·w² has a 2, but so has that of the MSE, and "
            "both cancel.", family="a factor forgotten or doubled"),
        Misconception("divided-by-n", ridge_with(lambda n, lam: lam / n),
            "The n went to the wrong side. From Xᵀe/n + lam·w = 0, multiply by n: does lam grow or shrink?"),
        Misconception("no-price", ridge_with(lambda n, lam: 0.0),
            "This is least squares: lam changes nothing in your answer."),
        Misconception("no-bias", ridge_with(lambda n, lam: n * lam, centre=False),
            "Your model has no bias, so the weights must lift all predictions. Add a column of ones, or take the "
            "averages of X and y away first.", family="bias forgotten"),
        Misconception("split-at-the-wrong-end", ridge_split_wrong,
            "Your numbers are right, but b is taken from the wrong end: where does the column of ones stand in your A, "
            "and which entry of theta is its weight?"),
        Misconception("bias-is-the-mean", ridge_bias_is_mean,
            "The weights are right. The bias is the mean of y only if every feature has mean 0; here the features "
            "carry b away: predict the average person, and ask what b must be."),
    ],
    hints=[
        "What is the slope of lam·w² with respect to w? Add it to (4.4) and ask where the sum is 0.",
        "Without the price you know the equations: (4.5). The price adds something to the diagonal of AᵀA. How "
        "much, if the loss is a mean over n people? And in which row must nothing be added?",
        "Another way without a special row: take the mean off every column of X and off y. Then the bias is 0 in "
        "the new numbers, and you find it again from the means at the end.",
        "A = [X, ones]; P = identity with a 0 for the bias; solve (A.T @ A + ... * P) theta = A.T @ y; split theta.",
    ],
    takeaway="Ask sum or mean, and who pays.",
)
