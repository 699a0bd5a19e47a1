"""Exercise 04.7: Make the small hospital useful."""

import numpy as np

from course_utils import data
from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l04_linear_regression.shared import ridge_solution

HOSPITALS, PATIENTS = 40, 20
SAME_HOSPITALS = 21  # prices from 0.15 to 4 reach 0.26 here, with 0.009 to spare; 0.1 and 5 do not


def few_patients(X, y, lam=1.0):
    """Ridge on standardized features, its weights told for the raw ones."""
    x_mean, x_std = X.mean(axis=0), X.std(axis=0)
    x_std = np.where(x_std > 0, x_std, 1.0)
    w, b = ridge_solution((X - x_mean) / x_std, y, lam)
    return w / x_std, b - x_mean @ (w / x_std)


def hospital_cases(rng):
    """Forty times 20 patients to learn from; the 422 others of each stay with us.

    Who is in which hospital is the same for every seed, so that the same price has the same R²: chance decides the
    order of hospitals, patients and columns.  (Each hospital has its own, so that nothing known about all patients
    helps.)
    """
    patients, fixed = data.load_diabetes(), np.random.default_rng(SAME_HOSPITALS)
    people = np.array([fixed.permutation(len(patients.y)) for _ in range(HOSPITALS)])
    people = rng.permutation(people)
    people[:, :PATIENTS] = rng.permuted(people[:, :PATIENTS], axis=1)
    X = np.array([patients.X[order][:, rng.permutation(patients.X.shape[1])] for order in people])
    y = patients.y[people]
    yield Case(X[:, :PATIENTS], y[:, :PATIENTS], held=(X[:, PATIENTS:], y[:, PATIENTS:]))


def play_hospitals(answer, X, y):
    """One call a hospital; weights and biases as two arrays."""
    models = [answer(features, targets) for features, targets in zip(X, y, strict=True)]
    for w, b in models:
        if np.shape(w) != X.shape[2:] or np.shape(b) != ():
            raise ValueError(f"w has shape {np.shape(w)} and b {np.shape(b)}; {X.shape[2:]} and a number were asked")
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


def paid_after(change):
    """A look at the weights: are they ridge on standardized features, at any price, after `change(w, X, y)`?"""

    def seen(received, expected, case):
        price = price_paid((change(received[0], *case.args), None), case)
        return bool(np.all(price > -1e-6))

    return seen


def deviation(X):
    return np.where(X.std(axis=-2) > 0, X.std(axis=-2), 1.0)


def multiplied_weights(X, y):
    w, b = ridge_solution((X - X.mean(axis=0)) / deviation(X), y, 1.0)
    return w * deviation(X), b - X.mean(axis=0) @ (w * deviation(X))


def targets_left_scaled(X, y):
    w, _ = few_patients(X, (y - y.mean()) / y.std())
    return w, y.mean() - X.mean(axis=0) @ w


def one_by_one(X, y):
    """The slope of each feature as if it were alone."""
    Z = X - X.mean(axis=0)
    w = Z.T @ (y - y.mean()) / np.maximum((Z**2).sum(axis=0), 1e-12)
    return w, y.mean() - X.mean(axis=0) @ w


def paid(low, high, scaled=True):
    """A look at the weights: is this ridge with a price between `low` and `high`?"""

    def seen(received, expected, case):
        price = price_paid(received, case, scaled)
        return bool(np.all((price >= low) & (price < high)))

    return seen


def weights_still_scaled(received, expected, case):
    """Bad as they are, but good once divided by the standard deviations."""
    (w, b), X = received, case.args[0]
    return bias_not_moved((w / np.maximum(X.std(axis=1), 1e-12), b), expected, case)


def bias_not_moved(received, expected, case):
    """Bad as they are, but good once the bias belongs to raw features too."""
    (w, b), X = received, case.args[0]
    return mean_r2((w, b - np.einsum("hd,hd->h", X.mean(axis=1), w)), case) > 0.2 > mean_r2(received, case)


def raw_weights_old_bias(X, y):
    """Weights for raw features, with the bias of the standardized ones."""
    w, _ = few_patients(X, y)
    return w, y.mean()


def two_columns(X, y):
    """Least squares on the two columns whose bars are long in the lesson; all other weights 0."""
    A = np.column_stack([X[:, [2, 8]], np.ones(len(X))])
    theta, w = np.linalg.lstsq(A, y)[0], np.zeros(X.shape[1])
    w[[2, 8]] = theta[:2]
    return w, theta[2]


def few_weights(received, expected, case):
    """Some columns have a weight, most have none."""
    used = np.count_nonzero(received[0], axis=1)
    return bool(np.all((used > 0) & (used < received[0].shape[1])))


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="04.7", kind="experiment", title="Make the small hospital useful", name="few_patients", points=4, minutes=20,
    difficulty=4, section="6. Too few patients: ridge", reference=few_patients, cases=hospital_cases,
    drive=play_hospitals, needs=("04.5",),
    metric=Metric(mean_r2, "mean R² on the patients not seen, over 40 hospitals", at_least=0.26),
    forbidden=("sklearn.datasets.load_diabetes", "course_utils.data.load_diabetes"),
    alternatives=[lambda X, y: few_patients(X, y, 0.7), lambda X, y: few_patients(X, y, 1.3)],
    misconceptions=[
        Misconception("columns-picked", two_columns,
            "Only some columns have a weight. Each hospital has its columns in an order of its own, so a choice that "
            "was read off a picture of all patients does not help here. Let the 20 patients decide.",
            seen=few_weights),
        Misconception("least-squares", lambda X, y: few_patients(X, y, 0.0),
            "This is least squares without a price: ten weights bend to the noise of twenty people, and on others "
            "it is worse than their average. See section 6.", seen=paid(-1e-6, 1e-5)),
        Misconception("weights-multiplied", multiplied_weights,
            "Your weights are multiplied by the standard deviations. A unit that is ten times as long needs a weight "
            "that is ten times as large: so multiply or divide?",
            seen=paid_after(lambda w, X, y: w / deviation(X) ** 2), family="scaled features and raw ones mixed"),
        Misconception("targets-left-scaled", targets_left_scaled,
            "You standardized the scores too, and your weights still predict standardized ones: they are too small. "
            "What makes points of deviations again?",
            seen=paid_after(lambda w, X, y: w * y.std(axis=1, keepdims=True)),
            family="scaled features and raw ones mixed"),
        Misconception("one-by-one", one_by_one,
            "Each weight is that of its feature alone. Features that tell the same are then counted several times: fit "
            "them together."),
        Misconception("bias-of-scaled-features", raw_weights_old_bias,
            "Your weights are right for raw features, but the bias still belongs to standardized ones: the average "
            "person would get far more than the average score. What must b take back?", seen=bias_not_moved,
            family="scaled features and raw ones mixed"),
        Misconception("weights-of-scaled-features",
            lambda X, y: ridge_solution((X - X.mean(0)) / X.std(0), y, 1.0),
            "Your weights would be good for standardized features, but they are used on raw ones. Put (x - mean) / "
            "std into (4.7) and sort: what multiplies the raw x, and what goes into b?",
            seen=weights_still_scaled, family="scaled features and raw ones mixed"),
        Misconception("raw-features", lambda X, y: ridge_solution(X, y, 10.0),
            "You charge the price on raw features. Cholesterol runs over a hundred units and s5 over two, so s5 "
            "needs a large weight and pays most. Standardize first, each column by its own mean and deviation.",
            seen=paid(1e-5, np.inf, scaled=False), family="scaled features and raw ones mixed"),
        Misconception("price-too-low", lambda X, y: few_patients(X, y, 1.0 / PATIENTS),
            "Ridge on standardized features: well. But the price is low, and the weights still follow the noise. "
            "Try others; and does your price mean n·lam or lam?", seen=paid(1e-5, 0.5)),
        Misconception("price-too-high", lambda X, y: few_patients(X, y, float(PATIENTS)),
            "Ridge on standardized features: well. But the price is so high that the weights are nearly 0, and you "
            "say nearly the average to everybody. Try others.", seen=paid(1.5, np.inf)),
        Misconception("says-the-average", lambda X, y: (np.zeros(X.shape[1]), y.mean()),
            "All weights are 0: you say the average to everybody. That is the baseline; R² cannot rise above 0."),
    ],
    hints=[
        "What did section 6 do to twenty people to make a useless model useful?",
        "Two steps: standardize the features, with the mean and standard deviation of these twenty; then your "
        "ridge_solution. Which price is good, the try-out cell shows.",
        "The weights that you get belong to (x - mean) / std. Which weights give the same prediction from raw x?",
        "w_raw = w / std; and b_raw is chosen so that both predictions agree for the average person.",
    ],
    takeaway="A price on weights is worth more than nothing when people are few; and weights have units.",
)
