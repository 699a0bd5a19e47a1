"""The tasks of lesson 04."""

import numpy as np

from course_utils import data
from course_utils.checks.lessons.l04_linear_regression import e03_mse_gradient as gradient
from course_utils.checks.lessons.l04_linear_regression import e04_gradient_descent as walk
from course_utils.checks.lessons.l04_linear_regression.e07_few_patients import few_patients
from course_utils.checks.lessons.l04_linear_regression.shared import mse_gradient, ridge_solution
from tests.checks.borderline import ridge_by_descent
from tests.checks.promises import Given, Passes


def mse_by_loop(pred, y):
    return sum((p - t) ** 2 for p, t in zip(pred, y, strict=True)) / len(y)


def column(X, y, w, b):
    dw, db = mse_gradient(X, y, w, b)
    return dw[:, None], db


def kept_from_the_last_call():
    """Begins where the last walk ended, if the number of features is the same."""
    places = {}

    def answer(X, y, lr, steps):
        w, b = places.get(X.shape[1], (np.zeros(X.shape[1]), 0.0))
        shift = X @ w + b
        more, more_b, losses = walk.gradient_descent(X, y - shift, lr, steps)
        places[X.shape[1]] = w + more, b + more_b
        return w + more, b + more_b, losses

    return answer


def grows_its_list(X, y, lr, steps, losses=[]):  # noqa: B006
    w, b, new = walk.gradient_descent(X, y, lr, steps)
    losses.extend(new)
    return w, b, losses


def stops_when(enough):
    """Stops walking once two losses differ by less, or once a loss grows."""

    def answer(X, y, lr, steps):
        w, b, losses = walk.gradient_descent(X, y, lr, steps)
        for k in range(1, steps + 1):
            if enough(losses[k - 1], losses[k]):
                return walk.gradient_descent(X, y, lr, k)
        return w, b, losses

    return answer


def capped_rate(X, y, lr, steps):
    A = np.column_stack([X, np.ones(len(y))])
    return walk.gradient_descent(X, y, min(lr, 1 / np.linalg.eigvalsh(2 / len(y) * A.T @ A).max()), steps)


def needs_centred(X, y, lam):
    return np.linalg.solve(X.T @ X + len(y) * lam * np.eye(X.shape[1]), X.T @ y), 0.0


def other_order(X, y, order, n_test):
    order = np.sort(order)
    return one_test(X[order], y[order], slice(n_test), slice(n_test, None))


def one_test(X, y, test, train):
    A = np.column_stack([X, np.ones(len(X))])
    error = A[test] @ np.linalg.lstsq(A[train], y[train], rcond=None)[0] - y[test]
    return 1 - np.mean(error**2) / np.var(y[test])


def from_the_file(X, y):
    patients = data.load_diabetes()
    return few_patients(patients.X, patients.y, 0.0)


ALL_PATIENTS = data.load_diabetes()


def from_the_notebook(X, y):
    return few_patients(ALL_PATIENTS.X, ALL_PATIENTS.y, 0.0)


PROMISES = {
    "04.1": [
        ("the predictions (4.7)", "no-bias"),
        ("of all people at once", lambda X, w, b: X[0] @ w + b),
        ("shape `(n,)`", "a-column"),
        ("The lesson did it for one feature", None),
    ],
    "04.2": [
        ("the loss (4.2)", "signed"),
        ("both of shape `(n,)`", Given(lambda pred, y: pred.shape == y.shape == (len(y),))),
        ("One number", "one-for-each"),
        ("the mean of the squares", "sum"),
        ("without a half", "half"),
        ("no loop", mse_by_loop),
        ("no loop", lambda pred, y: np.mean([(p - t) ** 2 for p, t in zip(pred, y, strict=True)])),
    ],
    "04.3": [
        ("Write `mse_gradient(X, y, w, b)`", None),
        ("It returns two things", lambda X, y, w, b: np.append(*mse_gradient(X, y, w, b))),
        ("`dw` of shape `(d,)`", column),
        ("the number `db`", lambda X, y, w, b: (mse_gradient(X, y, w, b)[0], 2 * (X @ w + b - y) / len(y))),
        ("of the mean squared error", "no-mean"),
        ("for each weight", "mean-over-everything"),
        ("and for the bias", "db-no-mean"),
        ("Derive it on paper first", None),
        ("Nudges of your own are too rough", "nudges"),
        ("Nudges of your own are too rough", lambda *case: gradient.gradient_by_nudges(*case, h=1.0)),
        ("Nudges of your own are too rough", lambda *case: gradient.gradient_by_nudges(*case, h=1e-4)),
    ],
    "04.4": [
        ("Write `gradient_descent(X, y, lr, steps)`", None),
        ("starts with all weights 0 and bias 0", "starts-at-one"),
        ("starts with all weights 0 and bias 0", kept_from_the_last_call()),
        ("`steps + 1` numbers", grows_its_list),
        ("takes `steps` steps (4.6)", "stops-early"),
        ("takes `steps` steps (4.6)", "clipped"),
        ("takes `steps` steps (4.6)", stops_when(lambda before, after: abs(before - after) < 1e-12)),
        ("takes `steps` steps (4.6)", stops_when(lambda before, after: after > before)),
        ("takes `steps` steps (4.6)", capped_rate),
        ("returns `w`, `b` and `losses`", lambda *args: walk.gradient_descent(*args)[2]),
        ("the MSE before each step", "first-loss-missing"),
        ("once more after the last", "last-loss-missing"),
        ("`steps + 1` numbers", "last-loss-missing"),
        ("You may use your answers above", Passes(walk.gradient_descent)),
    ],
    "04.5": [
        ("Write `ridge_solution(X, y, lam)`", None),
        ("It returns `w` and `b`", lambda *args: ridge_solution(*args)[0]),
        ("the *mean* squared error", "forgot-n"),
        ("plus `lam` times", "half-the-price"),
        ("The bias is free", "penalised-bias"),
        ("Solve it, do not walk", ridge_by_descent),
        ("need not have mean 0", needs_centred),
        ("need not have mean 0", "no-bias"),
    ],
    "04.6": [
        ("A colleague sends you", None),
        ("into the given `order`", "not-shuffled"),
        ("into the given `order`", other_order),
        ("test on the first `n_test`", "parts-exchanged"),
        ("train on the others", "taught-by-all"),
        ("It runs, but its", "not-repaired"),
        ("Find the fault and repair it", None),
    ],
    "04.7": [
        ("Write `few_patients(X, y)`", None),
        ("of shape `(20, 10)`", Given(lambda X, y: X.shape[1:] == (20, 10) and y.shape[1:] == (20,))),
        ("used on the raw features of others", "weights-of-scaled-features"),
        ("used on the raw features of others", "bias-of-scaled-features"),
        ("Use nothing but these 20", from_the_file),
        ("Use nothing but these 20", from_the_notebook),
        ("the order of the ten columns differs", "columns-picked"),
        ("must be at least 0.26", "price-too-high"),
        ("To find a price with the try-out cell", None),
        ("Lesson 07 shows", None),
    ],
}
