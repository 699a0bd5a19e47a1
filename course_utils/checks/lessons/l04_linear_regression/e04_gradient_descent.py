"""Exercise 04.4: Walk downhill."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import mean_squared_error, mse_gradient, people, predict


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
    X, y = np.linspace(-1.0, 1.0, 5)[:, None], rng.normal(3.0, 1.0, 5)
    yield X, y, 0.4, 150  # at the bottom long before the end
    yield X, 100 * y, 1.2, 8  # a rate so large that the losses grow


def play_descent(answer, X, y, lr, steps):
    """Call the answer; a list of losses is as good as an array."""
    w, b, losses = answer(X, y, lr, steps)
    if isinstance(w, list | tuple) and len(w) == steps + 1 and steps >= X.shape[1]:
        w = np.asarray(w)  # the losses came first: their order is told
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


def descent_stops_early(X, y, lr, steps):
    """Ends when a loss is (nearly) the last one."""
    w, b, losses = gradient_descent(X, y, lr, steps)
    still = [k for k in range(1, steps + 1) if abs(losses[k] - losses[k - 1]) < 1e-9]
    return gradient_descent(X, y, lr, still[0]) if still else (w, b, losses)


def clipped_gradient(X, y, w, b):
    """Slopes of at most 50."""
    dw, db = mse_gradient(X, y, w, b)
    length = np.sqrt(dw @ dw + db**2)
    return (dw, db) if length <= 50 else (dw * 50 / length, db * 50 / length)


def fewer_losses(received, expected, case):
    """Right as far as they go, but some are missing."""
    losses, right = received[2], expected[2]
    return 2 < len(losses) < len(right) - 1 and np.allclose(losses, right[: len(losses)])


def descent_moved_once_more(X, y, lr, steps):
    w, b, _ = gradient_descent(X, y, lr, steps + 1)
    return w, b, gradient_descent(X, y, lr, steps)[2]


def descent_half_losses(X, y, lr, steps):
    w, b, losses = gradient_descent(X, y, lr, steps)
    return w, b, [loss / 2 for loss in losses]


def descent_root_losses(X, y, lr, steps):
    w, b, losses = gradient_descent(X, y, lr, steps)
    return w, b, np.sqrt(losses)


def descent_from_the_mean(X, y, lr, steps):
    w, b, losses = gradient_descent(X, y - y.mean(), lr, steps)
    return w, b + y.mean(), losses


def descent_slower(X, y, lr, steps):
    """The rate falls from step to step."""
    w, b = np.zeros(X.shape[1]), 0.0
    losses = [mean_squared_error(predict(X, w, b), y)]
    for k in range(steps):
        dw, db = mse_gradient(X, y, w, b)
        w, b = w - lr / (k + 1) * dw, b - lr / (k + 1) * db
        losses.append(mean_squared_error(predict(X, w, b), y))
    return w, b, losses


def descent_best(X, y, lr, steps):
    """Keeps the place with the lowest loss."""
    losses = gradient_descent(X, y, lr, steps)[2]
    return *gradient_descent(X, y, lr, int(np.argmin(losses)))[:2], losses


def descent_standardized(X, y, lr, steps):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return gradient_descent(Z, y, lr, steps)


def late_half_gradient(X, y, lr, steps):
    return descent_late_b(X, y, lr / 2, steps)


def descent_three_in_a_tuple(X, y, lr, steps):
    w, b, losses = gradient_descent(X, y, lr, steps)
    return [w, np.array(b), tuple(losses)]


def from_small_weights(X, y, lr, steps):
    """Starts at small weights, as networks do."""
    start = np.full(X.shape[1], 0.01)
    w, b, losses = gradient_descent(X, y - X @ start, lr, steps)
    return w + start, b, losses


def starts_elsewhere(received, expected, case):
    (w, b, losses), right = received, expected[2]
    if len(right) == 1 and not (np.any(w) or b):  # no step, and it stands at 0
        return False
    rounded = np.array_equal(losses, np.round(losses, 4))
    return len(losses) == len(right) and not rounded and not np.isclose(losses[0], right[0], rtol=1e-7)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.4", title="Walk downhill", name="gradient_descent", points=4, minutes=20, difficulty=3,
    section="4. Two ways to the bottom", reference=gradient_descent, cases=descent_cases,
    drive=play_descent, needs=("04.1", "04.2", "04.3"),
    forbidden=("family:optimizer",),
    alternatives=[descend(), descent_by_ones, descent_three_in_a_tuple],
    parts=("w", "b", "losses"),
    misconceptions=[
        Misconception("uphill", descend(step=lambda w, b, dw, db, lr: (w + lr * dw, b + lr * db)),
            "Your losses grow: you walk with the gradient, which points uphill. Look at the sign in (4.6).",
            family="wrong sign"),
        Misconception("w-before-db", descent_late_b,
            "The first step of w is right, that of b is not: you moved w, and then measured the slope of b from "
            "the new place. Take both slopes from one place, then move both."),
        Misconception("last-loss-missing", descend(record="before"),
            "The last loss is missing: steps numbers came, steps + 1 are asked. After the last step you stand "
            "somewhere new; how high is it?", family="off by one"),
        Misconception("first-loss-missing", descend(record="after"),
            "The first loss is missing, the one at the start where all is 0: steps numbers came, steps + 1 are "
            "asked. Record before you move."),
        Misconception("starts-at-one", descend(start=1.0),
            "Already the first loss differs: it is that of weights and bias 1. The walk starts at w = 0 and b = 0."),
        Misconception("no-learning-rate", descend(lr_of=lambda lr: 1.0),
            "Your steps do not depend on lr. In (4.6) the slope is multiplied by it."),
        Misconception("bias-stays", descend(step=lambda w, b, dw, db, lr: (w - lr * dw, b)),
            "The bias never leaves 0. It has a slope of its own, and needs its own update.", family="bias forgotten"),
        Misconception("weights-stay", descend(step=lambda w, b, dw, db, lr: (w, b - lr * db)),
            "The weights never leave 0: only the bias walks."),
        Misconception("half-gradient",
            descend(gradient=lambda X, y, w, b: tuple(g / 2 for g in mse_gradient(X, y, w, b))),
            "Each step is half as long as asked: is the factor 2 of (4.4) missing in the gradient that you use "
            "here?", family="a factor forgotten or doubled"),
        Misconception("sum-gradient",
            descend(gradient=lambda X, y, w, b: tuple(g * len(y) for g in mse_gradient(X, y, w, b))),
            "Each step is n times too long: the gradient that you use here is that of the sum, not of the mean.",
            family="mean and sum confused"),
        Misconception("moved-once-more", descent_moved_once_more,
            "Your losses are right, but w and b have taken one step too many: you moved again after the last loss was "
            "noted. How many moves belong to steps + 1 losses?", family="off by one"),
        Misconception("stops-early", descent_stops_early,
            "Your losses are right, but you stop when they hardly change any more. Asked are `steps` steps, whatever "
            "the losses do: then everybody's list has the same length.", seen=fewer_losses),
        Misconception("clipped", descend(gradient=clipped_gradient),
            "Long gradients are made shorter before your step. (4.6) takes the gradient as it is, also where the "
            "losses grow: that they grow is what tells you that lr is too large."),
        Misconception("one-step", lambda X, y, lr, steps: descend()(X, y, lr, min(steps, 1)),
            "You stop after one step: is your return statement inside the loop?"),
        Misconception("half-losses", descent_half_losses,
            "You walk well, but each loss is half of the MSE: (4.2) has no half.",
            family="a factor forgotten or doubled"),
        Misconception("root-losses", descent_root_losses,
            "You walk well, but each loss is the root of the MSE. (4.2) stops before the root."),
        Misconception("starts-at-the-mean", descent_from_the_mean,
            "Already the first loss differs: it is that of a bias at the mean of y. A clever start, but the walk that "
            "is asked for begins at b = 0."),
        Misconception("rate-falls", descent_slower,
            "The first step is right, the later ones are too short: your rate falls from step to step. (4.6) has one "
            "rate."),
        Misconception("best-place", descent_best,
            "Your losses are right, but w and b are those with the lowest loss. Asked is where the walk ends, also "
            "where the losses grew."),
        Misconception("standardized", descent_standardized,
            "You standardize the features first, so w belongs to other units. Walk with X as it is given."),
        Misconception("half-and-late", late_half_gradient,
            "Two things at once: the 2 of (4.4) is missing, and b is moved by a slope from where the new w stands."),
        Misconception("uphill-and-short",
            descend(step=lambda w, b, dw, db, lr: (w + lr * dw, b + lr * db), record="before"),
            "Two things at once: you walk uphill, see the sign in (4.6), and the loss after the last step is missing."),
        Misconception("another-start", from_small_weights,
            "Already the first loss differs: at w = 0 and b = 0 it is the mean of y². Where does your walk start, and "
            "is its loss noted before the first step?", seen=starts_elsewhere),
    ],
    hints=[
        "Where do you stand at the start, and what must you know there before you may move?",
        "One round: note the loss, take both slopes, move w and b. How many rounds? And which loss is still "
        "missing?",
        "You may call your own predict, mean_squared_error and mse_gradient.",
        "w, b, losses = zeros, 0.0, [loss at the start]; for each step: (dw, db) from where you stand; move both "
        "against them, lr times; append ...; return all three.",
    ],
    takeaway="Measure both slopes, then move both.",
)
