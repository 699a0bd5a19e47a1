"""Exercises of lesson 04: the model, its loss, the gradient, the walk, ridge, a repair and an experiment."""

import numpy as np

from course_utils import data
from course_utils.checks.exercise import Case, Exercise, Metric, Misconception


def people(rng, n, d):
    """Features of different size and centre, and targets that follow a line through noise."""
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 2.0, d) + rng.uniform(-2.0, 2.0, d)
    w, b = rng.uniform(0.5, 2.0, d) * rng.choice([-1.0, 1.0], d), rng.uniform(1.0, 5.0)
    return X, X @ w + b + 0.5 * rng.normal(size=n), w + rng.normal(size=d), float(b + 1.0)


# 04.1 ---------------------------------------------------------------------------------------------------------------
def predict(X, w, b):
    return X @ w + b


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


PREDICT = Exercise(
    id="04.1",
    title="Predict for any number of features",
    name="predict",
    points=2,
    minutes=8,
    difficulty=1,
    section="5. Ten measurements, and people never seen",
    reference=predict,
    cases=predict_cases,
    forbidden=("course_utils.affine.affine_forward",),
    alternatives=[
        predict_by_loop,
        lambda X, w, b: (X * w).sum(axis=1) + b,
        lambda X, w, b: np.column_stack([X, np.ones(len(X))]) @ np.append(w, b),
    ],
    misconceptions=[
        Misconception(
            "no-bias",
            lambda X, w, b: X @ w,
            "Every prediction is off by the same amount, b. A person whose features are all 0 should get b, not 0: "
            "see (4.7).",
        ),
        Misconception(
            "no-sum",
            lambda X, w, b: X * w + b,
            "You have one number for each feature of each person; a person has one prediction. In (4.7) the products "
            "of a row are added up.",
        ),
        Misconception(
            "sum-over-people",
            lambda X, w, b: np.sum(X * w) + b,
            "You have one number for all people together: the sum ran over the rows too. Along which axis does one "
            "person's row lie?",
        ),
        Misconception(
            "bias-for-each-feature",
            lambda X, w, b: (X * w + b).sum(axis=1),
            "The bias came in once for each feature, because it was added before the sum. In (4.7) it stands outside.",
        ),
        Misconception(
            "bias-before-weights",
            lambda X, w, b: (X + b) @ w,
            "You added b to the features, so the weights multiply it too. The bias is added to the prediction, last.",
        ),
        Misconception(
            "a-column",
            lambda X, w, b: (X @ w + b)[:, None],
            "The numbers are right, but the shape is (n, 1) and not (n,). Beside targets of shape (n,) this becomes a "
            "table of n by n: section 8 shows the harm.",
        ),
    ],
    hints=[
        "How many predictions do you expect for 5 people with 3 features? Which sizes must disappear?",
        "A matrix product makes many dot products at once: one for each row of X, with w. `@` is Python's sign for it.",
        "Two steps: scores = (the product of X and w, shape (n,)); then add the one number that all people share.",
    ],
    takeaway="One matrix product predicts for everybody.",
)


# 04.2 ---------------------------------------------------------------------------------------------------------------
def mean_squared_error(pred, y):
    return np.mean((pred - y) ** 2)


def error_cases(rng):
    for n in [5, 8, 2, 1]:
        y = rng.normal(size=n)
        yield y + rng.uniform(0.5, 1.5, n) * rng.choice([-1.0, 1.0], n), y
    yield np.full(4, 1e6) + rng.normal(size=4), rng.normal(size=4)
    same = rng.normal(size=3)
    yield same, same.copy()


def error_by_loop(pred, y):
    total = 0.0
    for p_i, y_i in zip(pred, y, strict=True):
        total += (p_i - y_i) ** 2
    return total / len(y)


MEAN_SQUARED_ERROR = Exercise(
    id="04.2",
    title="The mean squared error without a loop",
    name="mean_squared_error",
    points=2,
    minutes=6,
    difficulty=1,
    section="2. A line, and how wrong it is",
    reference=mean_squared_error,
    cases=error_cases,
    forbidden=(
        "course_utils.losses.mse_forward",
        "sklearn.metrics.mean_squared_error",
        "torch.nn.functional.mse_loss",
    ),
    alternatives=[
        error_by_loop,
        lambda pred, y: (pred - y) @ (pred - y) / len(y),
        lambda pred, y: np.square(y - pred).sum() / y.size,
    ],
    misconceptions=[
        Misconception(
            "half",
            lambda pred, y: np.mean((pred - y) ** 2) / 2,
            "Exactly half of what is asked. Some books put 1/2 before the mean to save a 2 in the derivative; (4.2) "
            "does not, nor do PyTorch and Keras.",
        ),
        Misconception(
            "sum",
            lambda pred, y: np.sum((pred - y) ** 2),
            "This is the sum of the squares: it grows with every person you add, even if all errors stay alike. "
            "What is missing in front of the sum of (4.2)?",
        ),
        Misconception(
            "root",
            lambda pred, y: np.sqrt(np.mean((pred - y) ** 2)),
            "This is the root of the mean squared error. It has the unit of the target, which is good for reading, "
            "but (4.2) stops before the root.",
        ),
        Misconception(
            "absolute",
            lambda pred, y: np.mean(np.abs(pred - y)),
            "This is the mean of the distances |e|, another good loss. Here large errors shall count more: square.",
        ),
        Misconception(
            "signed",
            lambda pred, y: np.mean(pred - y),
            "Too high and too low cancel here, as in the quiz of section 2. What happens to each error before the "
            "mean is taken?",
        ),
        Misconception(
            "square-last",
            lambda pred, y: np.mean(pred - y) ** 2,
            "You took the mean first and squared last, so errors of opposite sign cancelled before the square could "
            "help. Which comes first in (4.2)?",
        ),
        Misconception(
            "n-minus-1",
            lambda pred, y: np.sum((pred - y) ** 2) / max(len(y) - 1, 1),
            "You divided by n - 1. That is for the variance of a sample whose mean was estimated; (4.2) divides by n.",
        ),
        Misconception(
            "one-for-each",
            lambda pred, y: (pred - y) ** 2,
            "These are the squares, one for each person. A loss is one number: which function makes one of many?",
        ),
    ],
    hints=[
        "Say (4.2) aloud from the inside to the outside. What is the innermost step?",
        "NumPy subtracts and squares whole arrays: no loop is needed. One more function makes one number of them.",
        "error = ... ; squared = ... ; return the mean of squared.",
    ],
    takeaway="Difference, square, mean: in this order.",
)


# 04.3 ---------------------------------------------------------------------------------------------------------------
def mse_gradient(X, y, w, b):
    error = X @ w + b - y
    return 2 * X.T @ error / len(y), 2 * np.mean(error)


def gradient_cases(rng):
    for n, d in [(6, 3), (5, 2), (7, 1), (4, 4), (1, 3)]:
        X, y, w, b = people(rng, n, d)
        yield X, y, w, b
    X, y, w, b = people(rng, 5, 3)
    yield 1e3 * X, y, w, b


def gradient_by_loop(X, y, w, b):
    n, d = X.shape
    dw, db = np.zeros(d), 0.0
    for i in range(n):
        error = sum(X[i, j] * w[j] for j in range(d)) + b - y[i]
        db += 2 * error / n
        for j in range(d):
            dw[j] += 2 * error * X[i, j] / n
    return dw, db


def gradient_by_columns(X, y, w, b):
    error = X @ w + b - y
    return np.array([np.mean(2 * error * column) for column in X.T]), np.mean(2 * error)


def gradient_by_ones(X, y, w, b):
    A = np.column_stack([X, np.ones(len(y))])
    both = 2 / len(y) * A.T @ (A @ np.append(w, b) - y)
    return both[:-1], both[-1]


def wrong_gradient(dw, db):
    """A mistake in the gradient, from what it does with X and the errors."""

    def answer(X, y, w, b):
        error = X @ w + b - y
        return dw(X, error), db(X, error)

    return answer


MSE_GRADIENT = Exercise(
    id="04.3",
    title="The gradient for any number of features",
    name="mse_gradient",
    points=4,
    minutes=20,
    difficulty=3,
    section="3. Which way is down?",
    reference=mse_gradient,
    cases=gradient_cases,
    forbidden=("course_utils.losses.mse_backward", "course_utils.gradcheck.numerical_gradient"),
    alternatives=[gradient_by_loop, gradient_by_columns, gradient_by_ones],
    misconceptions=[
        Misconception(
            "no-mean",
            wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.sum()),
            "Both slopes are n times too large: they belong to the sum of the squares, but the loss is their mean. "
            "Look at the factor before the sums in (4.4).",
        ),
        Misconception(
            "no-factor-2",
            wrong_gradient(lambda X, e: X.T @ e / len(e), lambda X, e: e.mean()),
            "Both slopes are exactly half. The derivative of e² is 2e: the 2 of (4.3) is lost. (With a half before "
            "the loss it would cancel; our loss has no half.)",
        ),
        Misconception(
            "sign",
            wrong_gradient(lambda X, e: -2 * X.T @ e / len(e), lambda X, e: -2 * e.mean()),
            "Right size, wrong sign: your error is y minus the prediction. Then the inner derivative is -x, and its "
            "minus is missing. Take e = prediction - y, as in (4.2).",
        ),
        Misconception(
            "db-no-mean",
            wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: 2 * e.sum()),
            "dw is right. db is n times too large: it needs the mean as well, see the second half of (4.4).",
        ),
        Misconception(
            "dw-no-mean",
            wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.mean()),
            "db is right. dw is n times too large: the matrix product adds over all people, and nothing divides by n "
            "afterwards.",
        ),
        Misconception(
            "db-no-factor-2",
            wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: e.mean()),
            "dw is right. db is half: the 2 of the square belongs to the bias too, (4.3).",
        ),
        Misconception(
            "no-x",
            wrong_gradient(lambda X, e: np.full(X.shape[1], 2 * e.mean()), lambda X, e: 2 * e.mean()),
            "All entries of dw are equal to db: the feature is missing. The inner derivative of the error with "
            "respect to w is x, (4.3).",
        ),
        Misconception(
            "no-bias-in-the-error",
            lambda X, y, w, b: (2 * X.T @ (X @ w - y) / len(y), 2 * np.mean(X @ w - y)),
            "Your error leaves the bias out. The prediction is Xw + b, (4.7): compute it whole before you subtract y.",
        ),
        Misconception(
            "mean-over-everything",
            wrong_gradient(lambda X, e: 2 * np.mean(X * e[:, None]), lambda X, e: 2 * e.mean()),
            "dw is one number, but each weight has its own slope. Your mean ran over people and features: average "
            "over the people only. Which axis is that?",
        ),
        Misconception(
            "slope-of-one-person",
            wrong_gradient(lambda X, e: 2 * X * e[:, None], lambda X, e: 2 * e),
            "You have a slope for each person. The gradient of the mean is the mean of these: average over the people.",
        ),
    ],
    hints=[
        "For one feature you know it: (4.4). What changes if there are three features, and what stays the same?",
        "First the errors of all people, shape (n,). The slope for weight j is 2/n times the sum over people of "
        "error times feature j.",
        "That sum is a dot product of the errors with column j of X. All columns at once: a product with X.T.",
        "error = (the prediction) - y; dw = 2 / n * (X.T ... error), shape (d,); db = 2 * (the mean of ...).",
    ],
    takeaway="X turned round, times the errors: the gradient of every linear layer to come.",
)


# 04.4 ---------------------------------------------------------------------------------------------------------------
def descend(gradient=mse_gradient, start=0.0, step=None, record="both", lr_of=lambda lr: lr):
    """A whole gradient descent, with one part exchanged: the reference is made of the right parts."""
    step = step or (lambda w, b, dw, db, lr: (w - lr * dw, b - lr * db))

    def answer(X, y, lr, steps):
        w, b = np.full(X.shape[1], start), float(start)
        losses = [mean_squared_error(predict(X, w, b), y)] if record in ("both", "before") else []
        for _ in range(steps):
            dw, db = gradient(X, y, w, b)
            w, b = step(w, b, dw, db, lr_of(lr))
            losses.append(mean_squared_error(predict(X, w, b), y))
        return w, b, losses[:-1] if record == "before" and steps else losses

    return answer


def gradient_descent(X, y, lr, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(mean_squared_error(predict(X, w, b), y))
        dw, db = mse_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, [*losses, mean_squared_error(predict(X, w, b), y)]


def descent_cases(rng):
    for n, d, steps in [(8, 3, 10), (6, 1, 5), (5, 2, 1), (5, 2, 3)]:
        X, y, _, _ = people(rng, n, d)
        limit = 2 / np.linalg.eigvalsh(2 / n * (X.T @ X)).max()
        yield X, y, float(0.2 * min(limit, 1.0)), steps
    X, y, _, _ = people(rng, 4, 2)
    yield X, y, 0.1, 0


def play_descent(answer, X, y, lr, steps):
    """Call the answer; a list of losses is as good as an array."""
    w, b, losses = answer(X, y, lr, steps)
    return w, b, np.asarray(losses, dtype=float)


def descent_by_ones(X, y, lr, steps):
    A, theta, losses = np.column_stack([X, np.ones(len(y))]), np.zeros(X.shape[1] + 1), np.empty(steps + 1)
    for k in range(steps + 1):
        error = A @ theta - y
        losses[k] = error @ error / len(y)
        if k < steps:
            theta = theta - lr * 2 / len(y) * (error @ A)
    return theta[:-1], theta[-1], losses


def gradient_late_b(X, y, w, b, lr):
    """w is moved first; the slope of b is measured afterwards, from another place."""
    w = w - lr * mse_gradient(X, y, w, b)[0]
    return w, b - lr * mse_gradient(X, y, w, b)[1]


def descent_late_b(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    losses = [mean_squared_error(y, 0 * y)]
    for _ in range(steps):
        w, b = gradient_late_b(X, y, w, b, lr)
        losses.append(mean_squared_error(predict(X, w, b), y))
    return w, b, losses


GRADIENT_DESCENT = Exercise(
    id="04.4",
    title="Walk downhill",
    name="gradient_descent",
    points=4,
    minutes=20,
    difficulty=3,
    section="4. Two ways to the bottom",
    reference=gradient_descent,
    cases=descent_cases,
    drive=play_descent,
    needs=("04.1", "04.2", "04.3"),
    forbidden=("course_utils.linear_models.LinearRegression", "course_utils.optim.SGD"),
    alternatives=[descend(), descent_by_ones],
    misconceptions=[
        Misconception(
            "uphill",
            descend(step=lambda w, b, dw, db, lr: (w + lr * dw, b + lr * db)),
            "Your losses grow: you walk with the gradient, which points uphill. Look at the sign in (4.6).",
        ),
        Misconception(
            "w-before-db",
            descent_late_b,
            "The first step of w is right, that of b is not: you moved w, and then measured the slope of b from the "
            "new place. Take both slopes from one place, then move both.",
        ),
        Misconception(
            "last-loss-missing",
            descend(record="before"),
            "The last loss is missing: steps numbers came, steps + 1 are asked. After the last step you stand "
            "somewhere new; how high is it?",
        ),
        Misconception(
            "first-loss-missing",
            descend(record="after"),
            "The first loss is missing, the one at the start where all is 0: steps numbers came, steps + 1 are asked. "
            "Record before you move.",
        ),
        Misconception(
            "starts-at-one",
            descend(start=1.0),
            "Already the first loss differs: it is that of weights and bias 1. The walk starts at w = 0 and b = 0.",
        ),
        Misconception(
            "no-learning-rate",
            descend(lr_of=lambda lr: 1.0),
            "Your steps do not depend on lr. In (4.6) the slope is multiplied by it.",
        ),
        Misconception(
            "bias-stays",
            descend(step=lambda w, b, dw, db, lr: (w - lr * dw, b)),
            "The bias never leaves 0. It has a slope of its own, and needs its own update.",
        ),
        Misconception(
            "weights-stay",
            descend(step=lambda w, b, dw, db, lr: (w, b - lr * db)),
            "The weights never leave 0: only the bias walks.",
        ),
        Misconception(
            "half-gradient",
            descend(gradient=lambda X, y, w, b: tuple(g / 2 for g in mse_gradient(X, y, w, b))),
            "Each step is half as long as asked: is the factor 2 of (4.4) missing in the gradient that you use here?",
        ),
        Misconception(
            "sum-gradient",
            descend(gradient=lambda X, y, w, b: tuple(g * len(y) for g in mse_gradient(X, y, w, b))),
            "Each step is n times too long: the gradient that you use here is that of the sum, not of the mean.",
        ),
        Misconception(
            "one-step",
            lambda X, y, lr, steps: descend()(X, y, lr, min(steps, 1)),
            "You stop after one step: is your return statement inside the loop?",
        ),
    ],
    hints=[
        "Where do you stand at the start, and what must you know there before you may move?",
        "One round: note the loss, take both slopes, move w and b. How many rounds? And which loss is still missing?",
        "You may call your own predict, mean_squared_error and mse_gradient.",
        "w, b, losses = zeros, 0.0, [loss at the start]; for each step: (dw, db) from where you stand; move both "
        "against them, lr times; append ...; return all three.",
    ],
    takeaway="Measure both slopes, then move both.",
)


# 04.5 ---------------------------------------------------------------------------------------------------------------
def ridge_solution(X, y, lam):
    x_mean, y_mean = X.mean(axis=0), y.mean()
    Z = X - x_mean
    w = np.linalg.solve(Z.T @ Z + len(y) * lam * np.eye(X.shape[1]), Z.T @ (y - y_mean))
    return w, y_mean - x_mean @ w


def ridge_cases(rng):
    for n, d, lam in [(8, 3, 0.5), (9, 2, 2.0), (7, 1, 1.0), (12, 3, 0.0), (3, 5, 0.3)]:
        X, y, _, _ = people(rng, n, d)
        yield X, y + 10.0, lam
    X, y, _, _ = people(rng, 6, 2)
    yield X, y, 1e4


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


def ridge_bias_is_mean(X, y, lam):
    return ridge_solution(X, y, lam)[0], y.mean()


RIDGE_SOLUTION = Exercise(
    id="04.5",
    title="Ridge, solved",
    name="ridge_solution",
    points=4,
    minutes=20,
    difficulty=4,
    section="6. Too few patients: ridge",
    reference=ridge_solution,
    cases=ridge_cases,
    forbidden=(
        "course_utils.linear_models.Ridge",
        "course_utils.linear_models.LinearRegression",
        "sklearn.linear_model.Ridge",
    ),
    alternatives=[ridge_with(lambda n, lam: n * lam), ridge_by_extra_people],
    misconceptions=[
        Misconception(
            "forgot-n",
            ridge_with(lambda n, lam: lam),
            "Your price is n times too low: XᵀX adds over all people, while the loss is a mean. Set the gradient of "
            "MSE + lam·‖w‖² to zero and multiply by n: what becomes of lam?",
        ),
        Misconception(
            "penalised-bias",
            ridge_with(lambda n, lam: n * lam, penalise_bias=True),
            "The bias pays the price too: it is pulled towards 0, although the targets lie far from 0. Only the "
            "weights stand in the sum of (4.9). Which entry of the diagonal belongs to the bias?",
        ),
        Misconception(
            "both",
            ridge_with(lambda n, lam: lam, penalise_bias=True),
            "Two things at once: the bias pays a price though (4.9) has it free, and the price is n times too low "
            "because the loss is a mean.",
        ),
        Misconception(
            "half-the-price",
            ridge_with(lambda n, lam: n * lam / 2),
            "Your price is half of what is asked: the 2 of the derivative was cancelled in the first term only. The "
            "derivative of lam·w² is 2·lam·w.",
        ),
        Misconception(
            "twice-the-price",
            ridge_with(lambda n, lam: 2 * n * lam),
            "Your price is twice what is asked: the derivative of lam·w² has a 2, but so has that of the MSE, and "
            "both cancel.",
        ),
        Misconception(
            "divided-by-n",
            ridge_with(lambda n, lam: lam / n),
            "The n went to the wrong side. From Xᵀe/n + lam·w = 0, multiply by n: does lam grow or shrink?",
        ),
        Misconception(
            "no-price",
            ridge_with(lambda n, lam: 0.0),
            "This is least squares: lam changes nothing in your answer.",
        ),
        Misconception(
            "no-bias",
            ridge_with(lambda n, lam: n * lam, centre=False),
            "Your model has no bias, so the weights must lift all predictions. Add a column of ones, or take the "
            "averages of X and y away first.",
        ),
        Misconception(
            "bias-is-the-mean",
            ridge_bias_is_mean,
            "The weights are right. The bias is the mean of y only if every feature has mean 0; here the features "
            "carry b away: predict the average person, and ask what b must be.",
        ),
    ],
    hints=[
        "What is the slope of lam·w² with respect to w? Add it to (4.4) and ask where the sum is 0.",
        "Without the price you know the equations: (4.5). The price adds something to the diagonal of AᵀA. How much, "
        "if the loss is a mean over n people? And in which row must nothing be added?",
        "Another way without a special row: take the mean off every column of X and off y. Then the bias is 0 in the "
        "new numbers, and you find it again from the means at the end.",
        "A = [X, ones]; P = identity with a 0 for the bias; solve (A.T @ A + ... * P) theta = A.T @ y; split theta.",
    ],
    takeaway="Ask sum or mean, and who pays.",
)


# 04.6 ---------------------------------------------------------------------------------------------------------------
def held_out_r2(X, y, order, n_test):
    X, y = X[order], y[order]
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[n_test:], y[n_test:], rcond=None)[0]
    error = A[:n_test] @ theta - y[:n_test]
    return 1 - np.mean(error**2) / np.var(y[:n_test])


def broken_r2(X, y, order, n_test):
    X = X[order]
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[n_test:], y[n_test:], rcond=None)[0]
    error = A[:n_test] @ theta - y[:n_test]
    return 1 - np.mean(error**2) / np.var(y[:n_test])


def score(X, y, fit_rows, score_rows):
    """R² on `score_rows` of least squares fitted to `fit_rows`."""
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.lstsq(A[fit_rows], y[fit_rows], rcond=None)[0]
    return 1 - np.mean((A[score_rows] @ theta - y[score_rows]) ** 2) / np.var(y[score_rows])


def repair_cases(rng):
    for n, d, n_test in [(20, 2, 6), (15, 1, 5), (30, 4, 8), (12, 2, 2)]:
        X, y, _, _ = people(rng, n, d)
        order = rng.permutation(n)
        while (order == np.arange(n)).any():        # every person moves
            order = rng.permutation(n)
        yield X, y, order, n_test


REPAIR = Exercise(
    id="04.6",
    kind="repair",
    title="It runs, and it learns nothing",
    name="held_out_r2",
    points=3,
    minutes=12,
    difficulty=2,
    section="Article check",
    reference=held_out_r2,
    broken=broken_r2,
    cases=repair_cases,
    forbidden=("course_utils.linear_models.LinearRegression", "sklearn.linear_model.LinearRegression"),
    alternatives=[
        lambda X, y, order, n_test: score(X, y, order[n_test:], order[:n_test]),
        lambda X, y, order, n_test: score(
            np.take(X, order, axis=0), np.take(y, order), np.arange(len(y)) >= n_test, slice(None, n_test)
        ),
    ],
    misconceptions=[
        Misconception(
            "not-repaired",
            broken_r2,
            "Person by person, this is still the result of the code as it was. Print X and y of the first person "
            "before and after the first line: do they still belong together?",
        ),
        Misconception(
            "not-shuffled",
            lambda X, y, order, n_test: score(X, y, slice(n_test, None), slice(None, n_test)),
            "Features and targets belong together again, but nobody is shuffled any more: `order` is not used. If the "
            "file is sorted, the test people are then all of one kind.",
        ),
        Misconception(
            "targets-shuffled-back",
            lambda X, y, order, n_test: score(X[order], y[np.argsort(order)], slice(n_test, None), slice(None, n_test)),
            "The targets are put in another order than the features: argsort(order) undoes `order`. Both need the "
            "same one.",
        ),
        Misconception(
            "shuffled-twice",
            lambda X, y, order, n_test: score(X[order], y[order][order], slice(n_test, None), slice(None, n_test)),
            "The targets are shuffled twice and the features once. Both need the same order, once.",
        ),
        Misconception(
            "scored-on-training",
            lambda X, y, order, n_test: score(X, y, order[n_test:], order[n_test:]),
            "Now the score is high, because it is taken on the people who taught the model. Score the first n_test.",
        ),
        Misconception(
            "taught-by-all",
            lambda X, y, order, n_test: score(X, y, order, order[:n_test]),
            "The model was taught by everybody, the test people included, so the score flatters. Fit on the rows from "
            "n_test on only.",
        ),
        Misconception(
            "parts-exchanged",
            lambda X, y, order, n_test: score(X, y, order[:-n_test], order[-n_test:]),
            "You test on the last n_test people instead of the first. The task names the first n_test of `order`.",
        ),
    ],
    hints=[
        "Nothing crashes and the code looks right. What would R² be if every target were somebody else's?",
        "Follow one person. In which row are her features after the first line, and in which row is her target?",
        "One array is put into a new order, the other stays as it was. One line is enough to mend it.",
    ],
    takeaway="A loss at the variance of the targets: look whether features and targets still belong together.",
)


# 04.7 ---------------------------------------------------------------------------------------------------------------
HOSPITALS, PATIENTS = 40, 20


def few_patients(X, y, lam=1.0):
    """Ridge on standardised features, its weights told for the raw ones."""
    x_mean, x_std = X.mean(axis=0), X.std(axis=0)
    x_std = np.where(x_std > 0, x_std, 1.0)
    w, b = ridge_solution((X - x_mean) / x_std, y, lam)
    return w / x_std, b - x_mean @ (w / x_std)


def hospital_cases(rng):
    """Forty times 20 patients to learn from; the 422 others of each stay with us."""
    patients = data.load_diabetes()
    X, y = patients.X, patients.y
    orders = [rng.permutation(len(y)) for _ in range(HOSPITALS)]
    few, others = np.array([o[:PATIENTS] for o in orders]), np.array([o[PATIENTS:] for o in orders])
    yield Case(X[few], y[few], held=(X[others], y[others]))


def play_hospitals(answer, X, y):
    """One call a hospital; weights and biases as two arrays."""
    models = [answer(features, targets) for features, targets in zip(X, y, strict=True)]
    return np.array([w for w, _ in models], dtype=float), np.array([b for _, b in models], dtype=float)


def mean_r2(models, case):
    """R² on the people of each hospital that were held back, averaged over the hospitals."""
    (w, b), (X, y) = models, case.held
    error = np.einsum("hnd,hd->hn", X, w) + b[:, None] - y
    return float(np.mean(1 - np.mean(error**2, axis=1) / np.var(y, axis=1)))


def price_paid(models, case, scaled=True):
    """The price for which these weights are the ridge solution, a hospital; NaN where they are for none.

    At the minimum of MSE + lam·‖u‖² the slope of the MSE is -2·lam·u: both lie on one line.
    """
    (w, _), (X, y) = models, case.args
    Z = X - X.mean(axis=1, keepdims=True)
    size = np.where(Z.std(axis=1) > 0, Z.std(axis=1), 1.0) if scaled else np.ones_like(w)
    Z, u = Z / size[:, None], w * size
    slope = np.einsum("hnd,hn->hd", Z, np.einsum("hnd,hd->hn", Z, u) - y + y.mean(axis=1, keepdims=True)) / Z.shape[1]
    lengths = np.linalg.norm(slope, axis=1) * np.linalg.norm(u, axis=1)
    price = -np.sum(slope * u, axis=1) / np.maximum(np.sum(u * u, axis=1), 1e-300)
    on_one_line = np.isclose(-np.sum(slope * u, axis=1), lengths, rtol=1e-4) | (np.abs(price) < 1e-6)
    return np.where(on_one_line & (lengths > 0), price, np.nan)


def paid(low, high, scaled=True):
    """A look at the weights: is this ridge with a price between `low` and `high`?"""

    def seen(received, expected, case):
        price = price_paid(received, case, scaled)
        return bool(np.all((price >= low) & (price < high)))

    return seen


def weights_still_scaled(received, expected, case):
    """Bad as they are, but good once divided by the standard deviations."""
    (w, b), X = received, case.args[0]
    w = w / np.maximum(X.std(axis=1), 1e-12)
    return mean_r2((w, b - np.einsum("hd,hd->h", X.mean(axis=1), w)), case) > 0.2 > mean_r2(received, case)


EXPERIMENT = Exercise(
    id="04.7",
    kind="experiment",
    title="Make the small hospital useful",
    name="few_patients",
    points=4,
    minutes=20,
    difficulty=4,
    section="6. Too few patients: ridge",
    reference=few_patients,
    cases=hospital_cases,
    drive=play_hospitals,
    needs=("04.5",),
    metric=Metric(mean_r2, "mean R² on the patients not seen, over 40 hospitals", at_least=0.29),
    forbidden=("sklearn.datasets.load_diabetes", "course_utils.data.load_diabetes"),
    alternatives=[
        lambda X, y: few_patients(X, y, 0.7),
        lambda X, y: few_patients(X, y, 1.3),
    ],
    misconceptions=[
        Misconception(
            "least-squares",
            lambda X, y: few_patients(X, y, 0.0),
            "This is least squares without a price: ten weights bend to the noise of twenty people, and on others it "
            "is worse than their average. See section 6.",
            seen=paid(-1e-6, 1e-5),
        ),
        Misconception(
            "weights-of-scaled-features",
            lambda X, y: ridge_solution((X - X.mean(0)) / X.std(0), y, 1.0),
            "Your weights would be good for standardised features, but they are used on raw ones. Put "
            "(x - mean) / std into (4.7) and sort: what multiplies the raw x, and what goes into b?",
            seen=weights_still_scaled,
        ),
        Misconception(
            "raw-features",
            lambda X, y: ridge_solution(X, y, 10.0),
            "You charge the price on raw features. Cholesterol runs over a hundred units and s5 over two, so s5 needs "
            "a large weight and pays most. Standardise first.",
            seen=paid(1e-5, np.inf, scaled=False),
        ),
        Misconception(
            "price-too-low",
            lambda X, y: few_patients(X, y, 1.0 / PATIENTS),
            "Ridge on standardised features: well. But the price is low, and the weights still follow the noise. Try "
            "others; and does your price mean n·lam or lam?",
            seen=paid(1e-5, 0.5),
        ),
        Misconception(
            "price-too-high",
            lambda X, y: few_patients(X, y, float(PATIENTS)),
            "Ridge on standardised features: well. But the price is so high that the weights are nearly 0, and you "
            "say nearly the average to everybody. Try others.",
            seen=paid(1.5, np.inf),
        ),
        Misconception(
            "says-the-average",
            lambda X, y: (np.zeros(X.shape[1]), y.mean()),
            "All weights are 0: you say the average to everybody. That is the baseline; R² cannot rise above 0.",
        ),
    ],
    hints=[
        "What did section 6 do to twenty people to make a useless model useful?",
        "Two steps: standardise the features, with the mean and standard deviation of these twenty; then your "
        "ridge_solution. Which price is good, the try-out cell shows.",
        "The weights that you get belong to (x - mean) / std. Which weights give the same prediction from raw x?",
        "w_raw = w / std; and b_raw is chosen so that both predictions agree for the average person.",
    ],
    takeaway="A price on weights is worth more than nothing when people are few; and weights have units.",
)

EXERCISES = [PREDICT, MEAN_SQUARED_ERROR, MSE_GRADIENT, GRADIENT_DESCENT, RIDGE_SOLUTION, REPAIR, EXPERIMENT]
