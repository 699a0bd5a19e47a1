"""What is done to data before training: split it, cut it into batches, fill its holes, standardise it.

A Standardizer or an Imputer learns from the training data alone and is then applied to all: what it would
learn from the test data would make the test too easy (leakage).
"""

import math
from collections.abc import Iterator

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan, check_not_masked


def _generator(rng) -> "np.random.Generator":
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r}: pass np.random.default_rng(0).")
    return rng


def _rows(arrays) -> tuple[tuple[Array, ...], int]:
    """The arrays and the number of examples, which they share."""
    for a in arrays:
        check_not_masked("an array", a)
    arrays = tuple(np.asarray(a) for a in arrays)
    lengths = [len(a) if a.ndim else 0 for a in arrays]
    if not arrays or min(lengths) == 0 or len(set(lengths)) > 1:
        raise ValueError(f"arrays must have the same number of examples (at least 1), but they have {lengths}.")
    return arrays, lengths[0]


def batches(
    data: int | Array | tuple[Array, ...],
    batch_size: int,
    rng: "np.random.Generator | None" = None,
    *,
    drop_last: bool = False,
) -> Iterator:
    """One pass over the data in batches, each example once.

    Parameters
    ----------
    data : arrays (N, ...) in a tuple, one array, or the number N.
    batch_size : examples a batch; the last one may be smaller.
    rng : shuffles, with a new order for each call; None keeps the order.
    drop_last : leave out a smaller last batch.

    Returns
    -------
    iterator : of tuples of arrays for a tuple, of arrays for an array, of index arrays for a number.

    Raises
    ------
    ValueError : batch_size < 1, no examples, or different numbers of them.

    >>> [x.tolist() for x in batches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    if not isinstance(batch_size, int | np.integer) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number >= 1, but {batch_size!r} came.")
    if isinstance(data, int | np.integer):
        arrays, N = _rows((np.arange(data),))
    else:
        arrays, N = _rows(data if isinstance(data, tuple) else (data,))
    order = np.arange(N) if rng is None else _generator(rng).permutation(N)
    stop = N - N % batch_size if drop_last else N
    parts = (order[i : min(i + batch_size, stop)] for i in range(0, stop, batch_size))
    if isinstance(data, tuple):
        return (tuple(a[part] for a in arrays) for part in parts)
    return (arrays[0][part] for part in parts)


def train_test_split(
    *arrays: Array, rng: "np.random.Generator", test_size: float | int = 0.25, stratify: Array | None = None
) -> list[Array]:
    """Shuffle, then cut into a training and a test part.

    Parameters
    ----------
    arrays : (N, ...) each; the same examples go the same way in all.
    rng : decides the shuffle.
    test_size : a share in (0, 1), rounded up to whole examples, or a number of examples.
    stratify : (N,) labels; each gets its share of the test part, to the nearest example.

    Returns
    -------
    parts : [a_train, a_test, b_train, b_test, ...]

    Raises
    ------
    ValueError : different lengths; a part that would be empty; a label that occurs once.

    >>> train, test = train_test_split(np.arange(8), rng=np.random.default_rng(0)); len(train), len(test)
    (6, 2)
    """
    arrays, N = _rows(arrays)
    rng = _generator(rng)
    is_share = isinstance(test_size, float | np.floating)
    if not is_share and not isinstance(test_size, int | np.integer):
        raise TypeError(f"test_size must be a share such as 0.25, or a number of examples, but {test_size!r} came.")
    if is_share and not 0 < test_size < 1:
        n_test = 0  # neither is 1.0, nor a NaN, a share
    else:
        n_test = math.ceil(test_size * N) if is_share else int(test_size)
    if not 0 < n_test < N:
        raise ValueError(f"test_size must leave examples on both sides, but of {N} it takes {test_size} for the test.")
    order = rng.permutation(N)
    is_test = np.zeros(N, bool)
    is_test[order[:n_test] if stratify is None else _stratified(np.asarray(stratify), order, n_test)] = True
    train, test = order[~is_test[order]], order[is_test[order]]
    return [part for a in arrays for part in (a[train], a[test])]


def _stratified(labels: Array, order: Array, n_test: int) -> Array:
    """Indices of n_test examples with the classes in proportion; what is left of the shares decides the rest."""
    if labels.shape != order.shape:
        raise ValueError(
            f"stratify must hold one label for each of {len(order)} examples, but shape {labels.shape} came."
        )
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        raise ValueError(f"stratify needs each label at least twice, but {classes[counts.argmin()]!r} occurs once.")
    share = counts * n_test / len(labels)
    take = np.floor(share).astype(int)
    take[np.argsort(take - share, kind="stable")[: n_test - take.sum()]] += 1  # the largest remainders
    return np.concatenate([order[labels[order] == c][:k] for c, k in zip(classes, take, strict=True)])


class _Fitted:
    """What Standardizer and Imputer share: fit, then transform, and the check that it was in this order."""

    def fit_transform(self, X: Array) -> Array:
        """fit(X), then transform(X): for the training data only."""
        return self.fit(X).transform(X)

    def _columns(self, X, learned: str) -> Array:
        if not hasattr(self, learned):
            raise ValueError(f"this {type(self).__name__} has learned nothing yet: call fit(X_train) first.")
        X, D = as_float("X", X, ndim=2), len(getattr(self, learned))
        if X.shape[1] != D:
            raise ValueError(f"X must have the {D} columns of fit, but its shape is {X.shape}.")
        return X


class Standardizer(_Fitted):
    """Mean 0 and standard deviation 1 for each column: (x - mean_) / scale_, scikit-learn's StandardScaler.

    The standard deviation is the one by 1/N; a constant column is only centred (scale_ 1).

    Attributes
    ----------
    mean_, scale_ : (D,) float64.

    >>> Standardizer().fit_transform([[1.0, 5.0], [3.0, 5.0]])
    array([[-1.,  0.],
           [ 1.,  0.]])
    """

    def fit(self, X: Array) -> "Standardizer":
        """Learn means and standard deviations of the training data X (N, D).

        Raises
        ------
        ValueError : not a table, or NaN (fill holes first: `Imputer`).
        """
        X = as_float("X", X, ndim=2)
        _rows((X,))
        check_no_nan("X", X)
        self.mean_, scale = _mean_and_deviation(X)
        rounding = 10 * np.finfo(X.dtype).eps * np.abs(self.mean_)  # all that differs in a constant column
        self.scale_ = np.where(scale > rounding, scale, 1.0)
        return self

    def transform(self, X: Array) -> Array:
        """Standardised copy of X (N, D), of the same dtype."""
        X = self._columns(X, "mean_")
        return ((X - self.mean_) / self.scale_).astype(X.dtype, copy=False)

    def inverse_transform(self, X: Array) -> Array:
        """Back to the old units: x · scale_ + mean_."""
        X = self._columns(X, "mean_")
        return (X * self.scale_ + self.mean_).astype(X.dtype, copy=False)


def _mean_and_deviation(X: Array) -> tuple[Array, Array]:
    """Of each column, in float64; where squares would overflow (1e160) or vanish (1e-170), in a unit of its own."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    extreme = ~(deviation < np.inf) | (deviation < 1e-150)
    if extreme.any():
        columns = X[:, extreme].astype(np.float64)
        unit = 2.0 ** (np.frexp(np.abs(columns).max(axis=0))[1] - 1)  # a power of two: dividing by it is exact
        mean[extreme], deviation[extreme] = (columns / unit).mean(axis=0) * unit, (columns / unit).std(axis=0) * unit
    return mean, deviation


class Imputer(_Fitted):
    """Fill NaN, column by column, with something learned from the training data.

    That a value was missing can itself tell something: ``np.isnan(X)`` before filling keeps it.

    Parameters
    ----------
    strategy : 'mean', 'median', 'most_frequent' (the smallest of several), or 'constant'.
    fill_value : the constant.

    Attributes
    ----------
    statistics_ : (D,) float64, what each column is filled with.

    >>> Imputer("median").fit_transform([[1.0], [np.nan], [2.0], [9.0]]).ravel()
    array([1., 2., 2., 9.])
    """

    STRATEGIES = ("mean", "median", "most_frequent", "constant")

    def __init__(self, strategy: str = "mean", *, fill_value: float = 0.0):
        if strategy not in self.STRATEGIES:
            raise ValueError(f"strategy must be one of {', '.join(self.STRATEGIES)}, but {strategy!r} came.")
        self.strategy, self.fill_value = strategy, float(fill_value)

    def fit(self, X: Array) -> "Imputer":
        """Learn what to fill the holes of each column of X (N, D) with.

        Raises
        ------
        ValueError : not a table; a column without any value (unless constant).
        """
        X = as_float("X", X, ndim=2)
        _rows((X,))
        empty = np.flatnonzero(np.isnan(X).all(axis=0))
        if self.strategy == "constant":
            self.statistics_ = np.full(X.shape[1], self.fill_value)
        elif len(empty):
            raise ValueError(f"columns {empty.tolist()} have no value at all: drop them, or strategy='constant'.")
        elif self.strategy == "most_frequent":
            self.statistics_ = np.array([_most_frequent(column[~np.isnan(column)]) for column in X.T])
        else:
            average = np.nanmean if self.strategy == "mean" else np.nanmedian
            self.statistics_ = average(X.astype(np.float64), axis=0)
        return self

    def transform(self, X: Array) -> Array:
        """Copy of X (N, D) without NaN, of the same dtype."""
        X = self._columns(X, "statistics_")
        return np.where(np.isnan(X), self.statistics_, X).astype(X.dtype, copy=False)


def _most_frequent(values: Array) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])
