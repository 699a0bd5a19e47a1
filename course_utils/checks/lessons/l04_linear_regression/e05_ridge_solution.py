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


def centred(system, bias=lambda y_mean, x_mean, w: y_mean - x_mean @ w):
    """Ridge from centred data; `system(Z, y, lam)` gives the equations' two sides."""

    def answer(X, y, lam):
        x_mean, y_mean = X.mean(axis=0), y.mean()
        left, right = system(X - x_mean, y - y_mean, lam)
        w = np.linalg.lstsq(left, right, rcond=None)[0]
        return w, bias(y_mean, x_mean, w)

    return answer


def eye(Z):
    return np.eye(Z.shape[1])


def ridge_of_standardized(X, y, lam):
    size = X.std(axis=0)
    w, _ = ridge_solution(X / size, y, lam)
    return w / size, y.mean() - X.mean(axis=0) @ (w / size)


def ridge_left_standardized(X, y, lam):
    return ridge_solution((X - X.mean(axis=0)) / X.std(axis=0), y, lam)


def ridge_one_mean(X, y, lam):
    Z, t = X - X.mean(), y - y.mean()
    w = np.linalg.lstsq(Z.T @ Z + len(y) * lam * eye(X), Z.T @ t, rcond=None)[0]
    return w, y.mean() - X.mean() * w.sum()


def ridge_centred_late(X, y, lam):
    w = np.linalg.lstsq(X.T @ X + len(y) * lam * eye(X), X.T @ y, rcond=None)[0]
    return w, y.mean() - X.mean(axis=0) @ w


def ridge_first_free(X, y, lam):
    A, P = np.column_stack([X, np.ones(len(y))]), np.eye(X.shape[1] + 1)
    P[0, 0] = 0.0
    theta = np.linalg.lstsq(A.T @ A + len(y) * lam * P, A.T @ y, rcond=None)[0]
    return theta[:-1], theta[-1]


def ridge_by_people(X, y, lam):
    """One equation a person instead of one a feature."""
    Z, t = X - X.mean(axis=0), y - y.mean()
    w = Z.T @ np.linalg.lstsq(Z @ Z.T + len(y) * lam * np.eye(len(y)), t, rcond=None)[0]
    return w, y.mean() - X.mean(axis=0) @ w


def ridge_by_svd(X, y, lam):
    U, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    s = np.where(s > 1e-12 * s.max(), s, 0.0)
    shrink = np.divide(s, s**2 + lam * len(y), out=np.zeros_like(s), where=s > 0)
    w = Vt.T @ (shrink * (U.T @ (y - y.mean())))
    return [w, np.array(y.mean() - X.mean(axis=0) @ w)]


def ridge_shrunk(X, y, lam):
    """Least squares, and its weights by (4.10)."""
    w, _ = ridge_solution(X, y, 0.0) if len(X) > X.shape[1] else ridge_by_people(X, y, 0.0)
    return w / (1 + lam), y.mean() - X.mean(axis=0) @ w / (1 + lam)


def shrunk_weights(received, expected, case):
    """The weights of least squares, divided by 1 + lam; b may be anything."""
    X, y, lam = case.args
    return len(X) <= X.shape[1] or np.allclose(received[0], ridge_shrunk(X, y, lam)[0])


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.5", title="Ridge, solved", name="ridge_solution", points=4, minutes=20, difficulty=4,
    section="6. Too few patients: ridge", reference=ridge_solution, cases=ridge_cases,
    forbidden=("family:ridge regression", "family:linear model"),
    alternatives=[ridge_with(lambda n, lam: n * lam), ridge_by_extra_people, ridge_by_people, ridge_by_svd],
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
        Misconception("shrunk-by-the-formula", ridge_shrunk,
            "You divide the weights of least squares by 1 + lam. (4.10) holds for one feature whose squares have the "
            "mean 1; here features differ, and hang together.", seen=shrunk_weights),
        Misconception("bias-sign",
            centred(lambda Z, t, lam: (Z.T @ Z + len(t) * lam * eye(Z), Z.T @ t), lambda m, x, w: m + x @ w),
            "The weights are right. In b the part of the features has the wrong sign: the average person is predicted "
            "as x_mean · w + b, and that must be the mean of y.", family="wrong sign"),
        Misconception("centred-too-late", ridge_centred_late,
            "Your b belongs to your w, but w was found as if there were no bias. Take the means off before you solve, "
            "or solve for both at once.", family="bias forgotten"),
        Misconception("price-everywhere", centred(lambda Z, t, lam: (Z.T @ Z + len(t) * lam, Z.T @ t)),
            "The price went onto every entry of the table: a number is added everywhere. On which entries of XᵀX does "
            "w_j meet itself?"),
        Misconception("price-subtracted", centred(lambda Z, t, lam: (Z.T @ Z - len(t) * lam * eye(Z), Z.T @ t)),
            "The price is taken off, so it makes weights larger. Which sign has lam·w on the side of XᵀX?",
            family="wrong sign"),
        Misconception("price-squared", centred(lambda Z, t, lam: (Z.T @ Z + len(t) * lam**2 * eye(Z), Z.T @ t)),
            "Your price goes with lam². In (4.9) the weights are squared, lam is not."),
        Misconception("price-times-d", centred(lambda Z, t, lam: (Z.T @ Z + Z.shape[1] * lam * eye(Z), Z.T @ t)),
            "Your price is multiplied by the number of features. The mean of (4.9) runs over the people."),
        Misconception("n-on-one-side", centred(lambda Z, t, lam: (Z.T @ Z / len(t) + lam * eye(Z), Z.T @ t)),
            "The left side is divided by n, the right side is not. Both come from the same mean.",
            family="mean and sum confused"),
        Misconception("standardized", ridge_of_standardized,
            "You charge the price on standardized features. (4.9) charges it on the weights of X as it is given."),
        Misconception("left-standardized", ridge_left_standardized,
            "Your weights belong to standardized features, but X is given raw, and (4.9) is asked for these."),
        Misconception("one-mean-for-all", ridge_one_mean,
            "One mean was taken off the whole table. Every column has a mean of its own.", family="wrong axis"),
        Misconception("first-weight-free", ridge_first_free,
            "The first weight is free, and the bias pays: your 0 stands at the other end of the diagonal than the "
            "column of ones."),
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
