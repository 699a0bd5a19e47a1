"""Models that are one matrix product: least squares, ridge, logistic and softmax regression.

They follow scikit-learn's conventions: `fit` returns the model, what was learned ends in an underscore,
the intercept is never penalised. Everything is computed in float64; the results have the dtype of X.
"""

import warnings
from collections.abc import Callable

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, as_labels, check_no_nan
from course_utils.activations import sigmoid, softmax
from course_utils.data.preparation import Standardizer
from course_utils.losses import binary_cross_entropy_forward, cross_entropy_forward
from course_utils.metrics import accuracy


def _table(X, features: int | None = None) -> Array:
    """X as a finite table (N, D); D is checked where it is known."""
    X = as_float("X", X, ndim=2)
    if X.size == 0:
        raise ValueError(f"X must hold examples and features, but its shape is {X.shape}.")
    if features is not None and X.shape[1] != features:
        raise ValueError(f"X must have the {features} features of fit, but its shape is {X.shape}.")
    check_no_nan("X", X)
    if np.isinf(X).any():
        raise ValueError("X holds an infinity: a division by zero or a logarithm of zero when it was made?")
    return X


def _same_length(X: Array, y: Array) -> None:
    if len(X) != len(y):
        raise ValueError(f"X and y must have one row each an example, but they have {len(X)} and {len(y)} rows.")


class _Linear:
    """Prediction X @ coef_ᵀ + intercept_, shared by all four."""

    def _values(self, X) -> Array:
        if not hasattr(self, "coef_"):
            raise ValueError(f"this {type(self).__name__} has learned nothing yet: call fit(X, y) first.")
        X = _table(X, self.n_features_in_)
        return X @ self.coef_.T.astype(X.dtype) + np.asarray(self.intercept_, X.dtype)


class _Regressor(_Linear):
    def predict(self, X: Array) -> Array:
        """X @ coef_ᵀ + intercept_: (N,), or (N, K) after a fit on y of shape (N, K)."""
        return self._values(X)

    def score(self, X: Array, y: Array) -> float:
        """Coefficient of determination R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; 0 is no better than the mean.

        For several targets their mean. Of a constant y it is 1 if it is hit exactly, else 0.
        """
        y = as_float("y", y, ndim=(1, 2))
        predicted = self.predict(X)
        if predicted.shape != y.shape:
            raise ValueError(f"y must have the shape of the prediction, {predicted.shape}, but it has {y.shape}.")
        error, spread = y - predicted, y - y.mean(axis=0)
        exponent = np.frexp(np.abs(spread).max(axis=0, initial=0))[1]  # squares of 1e160 overflow; powers of two cancel
        residual, total = (np.ldexp(e, -exponent) ** 2 for e in (error, spread))
        residual, total = residual.sum(axis=0), total.sum(axis=0)
        share = np.divide(residual, total, out=np.asarray(residual > 0, float), where=total > 0)
        return float(np.mean(1 - share))

    def _fit(self, X, y, alpha: float):
        """Least squares on centred data, with √α·I as further rows: no normal equations, whose condition is squared."""
        X, y = _table(X), as_float("y", y, ndim=(1, 2))
        _same_length(X, y)
        check_no_nan("y", y)
        dtype, D = X.dtype, X.shape[1]
        X, y = X.astype(np.float64), y.astype(np.float64)
        X_mean, y_mean = X.mean(axis=0), y.mean(axis=0)
        A, target = X - X_mean, y - y_mean
        if alpha > 0:
            A = np.vstack([A, np.sqrt(alpha) * np.eye(D)])
            target = np.concatenate([target, np.zeros((D, *y.shape[1:]))])
        w = np.linalg.lstsq(A, target, rcond=None)[0]  # (D,) or (D, K)
        self.coef_ = w.T.astype(dtype)
        self.intercept_ = (y_mean - X_mean @ w).astype(dtype)
        self.n_features_in_ = D
        return self


class LinearRegression(_Regressor):
    """Least squares: w, b minimise Σ (y - Xw - b)² (Legendre, 1805).

    Of several minima, when features are collinear or more than examples, the one with the shortest w.

    Attributes
    ----------
    coef_ : (D,), or (K, D) for y of shape (N, K). intercept_ : number, or (K,). n_features_in_ : D.

    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> model.coef_.round(6), float(model.intercept_.round(6))
    (array([2.]), 1.0)
    """

    def fit(self, X: Array, y: Array) -> "LinearRegression":
        """Learn from X (N, D) and y (N,) or (N, K).

        Raises
        ------
        ValueError : shapes that do not fit, NaN or infinity.
        """
        return self._fit(X, y, alpha=0.0)


class Ridge(_Regressor):
    """Least squares with a penalty: w, b minimise Σ (y - Xw - b)² + α‖w‖² (Hoerl and Kennard, 1970, eq. (2.1)).

    α belongs to the *sum* of squares, scikit-learn's convention: for a mean over N examples divide by N.
    Standardise the features first: the penalty knows no units.

    Parameters
    ----------
    alpha : α >= 0.

    Attributes
    ----------
    As `LinearRegression`.

    >>> Ridge(alpha=2.0).fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).coef_.round(6)
    array([1.])
    """

    def __init__(self, alpha: float = 1.0):
        if not alpha >= 0:
            raise ValueError(f"alpha must be a penalty >= 0, but {alpha!r} came.")
        self.alpha = alpha

    def fit(self, X: Array, y: Array) -> "Ridge":
        """Learn from X (N, D) and y (N,) or (N, K).

        Raises
        ------
        ValueError : shapes that do not fit, NaN or infinity.
        """
        return self._fit(X, y, self.alpha)


class _Classifier(_Linear):
    """Maximum likelihood with an L2 penalty, by Newton's method on standardised features.

    The penalty is put on the weights of the features as they came: only the search is standardised.
    """

    def __init__(self, C: float = 1.0, *, tol: float = 1e-10, max_iter: int = 100):
        for name, value in (("C", C), ("tol", tol), ("max_iter", max_iter)):
            if not value > 0:
                raise ValueError(f"{name} must be positive, but {value!r} came.")
        self.C, self.tol, self.max_iter = C, tol, max_iter

    def fit(self, X: Array, y: Array) -> "_Classifier":
        """Learn from X (N, D) and class labels y (N,), numbers or text.

        Raises
        ------
        ValueError : shapes that do not fit, NaN or infinity, fewer than two classes.
        """
        X, y = _table(X), as_labels("y", y)
        if y.ndim != 1 or (y.dtype.kind == "f" and not np.array_equal(y, np.round(y))):
            raise ValueError(f"y must be one column (N,) of class labels, but shape {y.shape}, dtype {y.dtype} came.")
        _same_length(X, y)
        self.classes_, Y = np.unique(y, return_inverse=True)
        self._check_classes(len(self.classes_))
        standard = Standardizer().fit(X)
        mean, scale = standard.mean_, standard.scale_
        A = np.column_stack([standard.transform(X.astype(np.float64)), np.ones(len(X))])  # (N, D+1)
        with np.errstate(over="ignore"):  # of features around 1e160: no penalty that counts
            penalty = 1 / (self.C * np.maximum(scale**2, 1e-200))
        penalty = np.append(penalty, 0.0)[:, None]  # none on the intercept
        theta, steps = self._maximise_likelihood(A, Y, penalty)
        w = theta[:-1] / scale[:, None]  # (D, K), back in the units that came
        self.coef_ = w.T.astype(X.dtype)
        self.intercept_ = (theta[-1] - mean @ w).astype(X.dtype)
        self.n_iter_ = np.array([steps])
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: Array) -> Array:
        """The most probable class of each example, (N,), in the labels of fit."""
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]

    def score(self, X: Array, y: Array) -> float:
        """Accuracy: the share of examples classified right."""
        return accuracy(y, self.predict(X))

    def _maximise_likelihood(self, A: Array, Y: Array, penalty: Array) -> tuple[Array, int]:
        """Newton's method: θ ← θ - t H⁻¹g for L(θ) = Σ loss + ½ Σ penalty · θ², t halved until L falls enough."""
        theta = np.zeros((A.shape[1], self._columns()))

        def objective(theta):
            return self._loss(A @ theta, Y) + 0.5 * np.sum(penalty * theta**2)

        value = objective(theta)
        for step in range(self.max_iter):
            P = self._probabilities(A @ theta)  # (N, K)
            g = A.T @ (P - self._targets(Y)) + penalty * theta  # (D+1, K)
            if np.abs(g).max() <= self.tol * len(A):
                return self._canonical(theta), step
            diagonal = (A**2).T @ (P * (1 - P)) + penalty
            d = _solve(lambda V, P=P: A.T @ self._curvature(P, A @ V) + penalty * V, -g, diagonal)
            slope = np.sum(g * d)
            if -slope <= 1e-24 * value:  # what is left to gain is far below rounding
                return self._canonical(theta), step
            theta, value = _line_search(objective, theta, value, d, slope)
        warnings.warn(f"no convergence in max_iter={self.max_iter} steps: the classes may be separable.", stacklevel=3)
        return self._canonical(theta), self.max_iter


def _solve(H: Callable, b: Array, diagonal: Array) -> Array:
    """H x = b by conjugate gradients with H's diagonal as preconditioner (Nocedal and Wright, 2006, algorithm 5.3).

    The nearer the optimum, the smaller b and the more exact the solution: Newton's last steps are full ones.
    """
    inverse = 1 / np.where(diagonal > 0, diagonal, 1.0)
    x, r = np.zeros_like(b), b.copy()
    z = inverse * r
    p, rz = z, np.sum(r * z)
    enough = rz * min(1e-4, rz)
    for _ in range(10 * b.size):
        Hp = H(p)
        curvature = np.sum(p * Hp)
        if curvature <= 1e-14 * np.sum(p * diagonal * p):  # columns that differ by rounding alone: flat that way
            break
        alpha = rz / curvature
        x, r = x + alpha * p, r - alpha * Hp
        z = inverse * r
        rz, rz_before = np.sum(r * z), rz
        if rz <= enough:
            break
        p = z + (rz / rz_before) * p
    return x


def _line_search(objective: Callable, theta: Array, value: float, d: Array, slope: float) -> tuple[Array, float]:
    """θ + t d with t = 1, ½, ¼, ... until the objective falls by a share of what its slope promises."""
    slack = 1e-14 * abs(value)  # rounding of a sum, near the optimum larger than the fall
    t = 1.0
    while True:
        candidate = theta + t * d
        found = objective(candidate)
        if found <= value + 1e-4 * t * slope + slack or t < 1e-10:
            return candidate, found
        t /= 2


class LogisticRegression(_Classifier):
    """Two classes: P(second class | x) = σ(w·x + b), fitted by w, b that minimise Σ cross-entropy + ‖w‖²/(2C).

    C is scikit-learn's: the inverse of the penalty, against the *sum* of the losses in nats; C=np.inf means
    no penalty. Separable classes then have no finite optimum: the weights grow until the gradient is below tol.
    (Cox, 1958; Newton's method as iteratively reweighted least squares: Bishop, 2006, section 4.3.3.)

    Parameters
    ----------
    C : > 0. tol : the largest component of the mean gradient, features standardised, to stop at.
    max_iter : of Newton steps.

    Attributes
    ----------
    coef_ : (1, D). intercept_ : (1,). classes_ : (2,), sorted. n_iter_ : (1,). n_features_in_ : D.

    >>> model = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]); model.predict([[0.2], [2.9]])
    array([0, 1])
    """

    def decision_function(self, X: Array) -> Array:
        """Logits w·x + b, (N,)."""
        return self._values(X)[:, 0]

    def predict_proba(self, X: Array) -> Array:
        """Probabilities (N, 2) of the two classes in the order of `classes_`."""
        z = self.decision_function(X)
        return np.column_stack([sigmoid(-z), sigmoid(z)])

    def _check_classes(self, K: int) -> None:
        if K != 2:
            raise ValueError(
                f"LogisticRegression needs exactly two classes in y, but {K} occur: "
                + ("more than two are SoftmaxRegression's." if K > 2 else "is y sorted, and the split unshuffled?")
            )

    def _columns(self) -> int:
        return 1

    def _targets(self, Y: Array) -> Array:
        return Y[:, None]

    def _probabilities(self, Z: Array) -> Array:
        return sigmoid(Z)

    def _loss(self, Z: Array, Y: Array) -> float:
        return len(Y) * binary_cross_entropy_forward(Z, target=Y[:, None])[0]

    def _curvature(self, P: Array, V: Array) -> Array:
        """Second derivative of the loss, σ(1-σ), times V."""
        return P * (1 - P) * V

    def _canonical(self, theta: Array) -> Array:
        return theta


class SoftmaxRegression(_Classifier):
    """K classes: P(k | x) = softmax(Wx + b)_k, fitted by W, b that minimise Σ cross-entropy + ‖W‖²/(2C).

    scikit-learn's LogisticRegression for more than two classes (for two it has one weight vector, this one two).
    Adding one vector to all rows of W changes no probability: the rows are chosen to sum to zero.
    (Bishop, 2006, section 4.3.4.)

    Parameters
    ----------
    C, tol, max_iter : as `LogisticRegression`.

    Attributes
    ----------
    coef_ : (K, D). intercept_ : (K,). classes_ : (K,), sorted. n_iter_ : (1,). n_features_in_ : D.

    >>> model = SoftmaxRegression().fit([[0.0], [1.0], [5.0], [6.0], [9.0]], ["a", "a", "b", "b", "c"])
    >>> model.predict([[0.5], [10.0]]).tolist()
    ['a', 'c']
    """

    def decision_function(self, X: Array) -> Array:
        """Logits Wx + b, (N, K)."""
        return self._values(X)

    def predict_proba(self, X: Array) -> Array:
        """Probabilities (N, K) of the classes in the order of `classes_`."""
        return softmax(self.decision_function(X))

    def _check_classes(self, K: int) -> None:
        if K < 2:
            raise ValueError("SoftmaxRegression needs at least two classes in y, but 1 occurs: is y sorted?")

    def _columns(self) -> int:
        return len(self.classes_)

    def _targets(self, Y: Array) -> Array:
        return np.eye(len(self.classes_))[Y]

    def _probabilities(self, Z: Array) -> Array:
        return softmax(Z)

    def _loss(self, Z: Array, Y: Array) -> float:
        return len(Y) * cross_entropy_forward(Z, labels=Y)[0]

    def _curvature(self, P: Array, V: Array) -> Array:
        """Second derivative of the loss, diag(p) - ppᵀ for each example, times V."""
        return P * (V - (P * V).sum(axis=1, keepdims=True))

    def _canonical(self, theta: Array) -> Array:
        return theta - theta.mean(axis=1, keepdims=True)
