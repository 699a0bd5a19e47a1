"""Exercise 06.6: A classifier of your own."""

from functools import cache

import numpy as np

from course_utils import data
from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l06_logistic_regression.shared import binary_cross_entropy, logistic_gradient, sigmoid

LARGEST_LOSS = 0.25  # nats on tumours held back; the baseline has about 0.66, a good answer 0.16
SPLITS = (4, 10)  # without any price on the weights, however long the walk: at most 0.14
RARE, MALIGNANT, OTHERS = 8, 30, 95  # a split with few malignant ones: at most 0.18, without a bias 0.6


@cache
def tumours():
    table = data.load_breast_cancer()
    return table.X[:, :10], 1.0 - table.y


def splits():
    """Rows to learn from and rows held back; in the last split one tumour in ten is malignant."""
    y = tumours()[1]
    for split in SPLITS:
        order = np.random.default_rng(split).permutation(len(y))
        yield order[:300], order[300:]
    order = np.random.default_rng(RARE).permutation(len(y))
    malignant, benign = order[y[order] == 1], order[y[order] == 0]
    few = np.concatenate([malignant[:MALIGNANT], benign[: 300 - MALIGNANT]])
    yield few, np.concatenate([malignant[MALIGNANT:], benign[300 - MALIGNANT :]])[-OTHERS:]


def tumour_cases(rng):
    """300 tumours to learn from; others stay with us.

    Who is where is the same for every seed, so that the same answer has the same loss: chance decides the order of the
    tumours, and the order and units of the features, so that nothing known about all tumours helps.
    """
    X, y = tumours()
    for few, others in splits():
        few, columns, units = rng.permutation(few), rng.permutation(X.shape[1]), 10 ** rng.uniform(0, 1, X.shape[1])
        made = X[:, columns] * units
        yield Case(made[few], y[few].copy(), held=(made[others], y[others]))


def walked(X, y, lr=1.0, steps=300):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        dw, db = logistic_gradient(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, float(b)


def fit_logistic(X, y):
    mean, std = X.mean(axis=0), X.std(axis=0)
    w, b = walked((X - mean) / std, y)
    return w / std, b - mean @ (w / std)


def fit_by_newton(X, y):
    """Newton's method with a small price on the weights."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    A = np.column_stack([(X - mean) / std, np.ones(len(y))])
    theta, price = np.zeros(A.shape[1]), np.eye(A.shape[1])
    for _ in range(8):
        p = sigmoid(A @ theta)
        theta = theta - np.linalg.solve((A.T * (p * (1 - p))) @ A + price, A.T @ (p - y) + price @ theta)
    w = theta[:-1] / std
    return w, theta[-1] - mean @ w


def fit_in_batches(X, y):
    """Small steps on 30 tumours at a time, in plain order."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    Z, w, b = (X - mean) / std, np.zeros(X.shape[1]), 0.0
    for _ in range(40):
        for start in range(0, len(y), 30):
            dw, db = logistic_gradient(Z[start : start + 30], y[start : start + 30], w, b)
            w, b = w - 0.3 * dw, b - 0.3 * db
    return w / std, b - mean @ (w / std)


def fit_scaled(X, y):
    return walked((X - X.mean(axis=0)) / X.std(axis=0), y)


def fit_squares(X, y):
    theta = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y, rcond=None)[0]
    return theta[:-1], theta[-1]


def fit_flipped(X, y):
    w, b = fit_logistic(X, y)
    return -w, -b


def fit_too_short(X, y):
    mean, std = X.mean(axis=0), X.std(axis=0)
    w, b = walked((X - mean) / std, y, lr=0.01, steps=20)
    return w / std, b - mean @ (w / std)


def walked_too_far(X, y):
    """Standardized, with the sum of the slopes in place of their mean."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    w, b = walked((X - mean) / std, y, lr=0.5 * len(y), steps=300)
    return w / std, b - mean @ (w / std)


def fit_old_bias(X, y):
    """Weights for raw features, with the bias of the standardized ones."""
    w, _ = fit_logistic(X, y)
    return w, walked((X - X.mean(axis=0)) / X.std(axis=0), y)[1]


def with_bias(bias, power=-1):
    """Good weights of standardized features, carried back wrongly: w * std**power, and a bias of one's own."""

    def answer(X, y):
        mean, std = X.mean(axis=0), X.std(axis=0)
        w, b = walked((X - mean) / std, y)
        return w * std**power, bias(w, b, mean, std)

    return answer


def fit_without_bias(X, y):
    mean, std = X.mean(axis=0), X.std(axis=0)
    Z, w = (X - mean) / std, np.zeros(X.shape[1])
    for _ in range(300):
        w = w - logistic_gradient(Z, y, w, 0.0)[0]
    return w / std, -mean @ (w / std)


def held_loss(model, case):
    """Cross-entropy on the tumours that were held back."""
    (w, b), (X, y) = model, case.held
    return float(binary_cross_entropy(X @ np.asarray(w, dtype=float) + b, y))


def scaled_back(model, case):
    """What the weights are if they were meant for standardized features."""
    w, X = np.asarray(model[0], dtype=float) / case.args[0].std(axis=0), case.args[0]
    return w, model[1] - X.mean(axis=0) @ w


def is_flipped(received, expected, case):
    """Good with the opposite signs, or so far off that most tumours of both kinds are taken for the other."""
    w, b = np.asarray(received[0], dtype=float), received[1]
    X, y = case.args
    found = X @ w + b > 0
    return held_loss((-w, -b), case) <= LARGEST_LOSS or max(np.mean(found[y == 1]), np.mean(~found[y == 0])) < 0.4


def is_good_once(mend):
    """Bad as it is, and good once w and b are mended: `mend(w, b, mean, std)` gives both."""

    def seen(received, expected, case):
        X, w = case.args[0], np.asarray(received[0], dtype=float)
        return held_loss(mend(w, received[1], X.mean(axis=0), X.std(axis=0)), case) <= LARGEST_LOSS

    return seen


def is_raw(received, expected, case):
    """Features of large numbers have large weights: the opposite of what raw weights are like."""
    X, w = case.args[0], np.abs(np.asarray(received[0], dtype=float))
    return bool(np.all(w > 0)) and np.corrcoef(np.log(w), np.log(X.std(axis=0)))[0, 1] > 0.3


def is_still_scaled(received, expected, case):
    return held_loss(scaled_back(received, case), case) <= LARGEST_LOSS


def is_bias_off(received, expected, case):
    """Worse than the baseline as they are, but good once the bias belongs to raw features too."""
    if held_loss(received, case) < 0.7:
        return False
    w = np.asarray(received[0], dtype=float)
    return held_loss((w, received[1] - case.args[0].mean(axis=0) @ w), case) <= LARGEST_LOSS


def is_without_bias(received, expected, case):
    """For the average tumour the logit is 0."""
    w, mean = np.asarray(received[0], dtype=float), case.args[0].mean(axis=0)
    return np.abs(w).max() > 0 and abs(received[1] + mean @ w) < 1e-6 * (1 + np.abs(mean * w).sum())


def is_baseline(received, expected, case):
    return bool(np.all(np.abs(received[0]) * case.args[0].std(axis=0) < 1e-3))


def is_too_short(received, expected, case):
    """The right direction, but too timid: three times the weights would be better."""
    (w, b), loss = received, held_loss(received, case)
    return loss < 0.69 and held_loss((3 * np.asarray(w), 3 * b), case) < loss


def is_wild(received, expected, case):
    """Worse than a coin, and sure of it."""
    return held_loss(received, case) > 0.7


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.6", title="A classifier of your own", name="fit_logistic", points=5, minutes=20, difficulty=4,
    kind="experiment", section="5. Thirty features, and two kinds of mistake", reference=fit_logistic,
    cases=tumour_cases, needs=("06.1", "06.3"),
    metric=Metric(held_loss, "cross-entropy on tumours held back", at_most=LARGEST_LOSS),
    forbidden=("family:logistic regression", "sklearn.datasets.load_breast_cancer",
               "course_utils.data.load_breast_cancer"),
    alternatives=[fit_by_newton, fit_in_batches],
    misconceptions=[
        Misconception("least-squares", fit_squares,
            "These are the weights of linear regression: its line runs from about 0 to 1, and used as a logit that "
            "never says anything clearly. The loss to make small is (6.6)."),
        Misconception("exchanged", fit_flipped,
            "With the opposite signs your model would be good: what you call malignant is benign. Is it p - y, and "
            "do you step *against* the gradient?", seen=is_flipped),
        Misconception("weights-still-scaled", fit_scaled,
            "Your weights are good, for *standardized* features; they are used on raw ones. Which w and b give the "
            "same logits from raw features?", seen=is_still_scaled, family="scaled features and raw ones mixed"),
        Misconception("bias-with-plus", with_bias(lambda w, b, mean, std: b + mean @ (w / std)),
            "Your weights are good for raw features; in the bias a sign is wrong. The average tumour is 0 once it is "
            "standardized: what is then to be taken off for its raw features?",
            seen=is_good_once(lambda w, b, mean, std: (w, b - 2 * mean @ w)), family="wrong sign"),
        Misconception("bias-not-divided", with_bias(lambda w, b, mean, std: b - mean @ w),
            "Your weights are good for raw features; the bias is not: in it the mean meets the weights of the "
            "standardized features. Which ones belong to a raw mean?",
            seen=is_good_once(lambda w, b, mean, std: (w, b + mean @ (w * std) - mean @ w)),
            family="scaled features and raw ones mixed"),
        Misconception("weights-times-std", with_bias(lambda w, b, mean, std: b - mean @ (w * std), power=1),
            "You multiply the weights by the standard deviations on the way back. A feature that was divided by 100 "
            "has a weight for its hundredths: what is the weight of the raw one?",
            seen=is_good_once(lambda w, b, mean, std: (w / std**2, b + mean @ (w - w / std**2))),
            family="scaled features and raw ones mixed"),
        Misconception("says-nothing", lambda X, y: (np.zeros(X.shape[1]), float(np.log(y.mean() / (1 - y.mean())))),
            "All weights are (nearly) 0, so everybody gets the same probability: the baseline.",
            seen=is_baseline),
        Misconception("raw-features", lambda X, y: walked(X, y, lr=0.1, steps=100),
            "Your weights are largest where the numbers are largest. One feature is about 0.1 and another about 600: "
            "no learning rate suits both. What did lesson 04 do to such features?", seen=is_raw,
            family="scaled features and raw ones mixed"),
        Misconception("too-short", fit_too_short,
            "The direction is right, but the weights are too small: with three times as much the loss would be lower. "
            "More steps, or a larger learning rate? And are your features standardized?", seen=is_too_short),
        Misconception("bias-of-scaled-features", fit_old_bias,
            "Your weights are good for raw features; the bias is not. For the average tumour, raw and standardized "
            "logits must agree: which b does that?", seen=is_bias_off, family="scaled features and raw ones mixed"),
        Misconception("no-bias", fit_without_bias,
            "Your bias was never learned: the average tumour gets the probability 1/2. Where malignant ones are rare, "
            "that is far too much. What has db to do with b?", seen=is_without_bias, family="bias forgotten"),
        Misconception("jumps", walked_too_far,
            "Worse than a coin, and sure of it. Print the loss along your walk. Does it jump? Then the steps are too "
            "long: a sum in place of a mean makes them n times as long. Does it fall? Then look at how w and b are "
            "carried back.",
            seen=is_wild),
    ],
    hints=[
        "What did lesson 04 do before it walked, and why?",
        "Standardize X with its own mean and standard deviation; start at 0; some hundred steps with your "
        "logistic_gradient and a learning rate near 1.",
        "The w and b that you find belong to (x - mean) / std. Which weights give the same logit from raw x?",
        "The raw weights are w / std; the raw bias is chosen so that both logits agree for the average tumour.",
    ],
    takeaway="Standardize, walk, translate back: a whole classifier in ten lines.",
)
