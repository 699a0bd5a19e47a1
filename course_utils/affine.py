"""The layer that multiplies, the layer that looks up, and the layer that forgets at random."""

import math
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_dout, as_float, check_labels, check_no_nan, check_shape, common_dtype


class AffineCache(NamedTuple):
    """What affine_backward needs: the input and the weights."""

    x: Array
    W: Array


class EmbeddingCache(NamedTuple):
    """What embedding_backward needs: the ids, and the shape and dtype of the table."""

    ids: Array
    shape: tuple[int, int]
    dtype: np.dtype


class DropoutCache(NamedTuple):
    """What dropout_backward needs: `scale` is 0 where a value was dropped and 1/(1-rate) where it was kept, or None
    where nothing is dropped; and the output's shape and dtype."""

    scale: Array | None
    shape: tuple[int, ...]
    dtype: np.dtype


def affine_forward(x: Array, W: Array, b: Array) -> tuple[Array, AffineCache]:
    """Affine map x @ W + b on the last axis.

    Parameters
    ----------
    x : (..., D_in) float; usually (N, D_in), or (N, T, D_in) for a sequence.
    W : (D_in, D_out) float. PyTorch's Linear stores its transpose.
    b : (D_out,) float.

    Returns
    -------
    out : (..., D_out), cache

    Raises
    ------
    ValueError : shapes that do not fit, or NaN in x.

    >>> out, cache = affine_forward(np.ones((1, 2)), np.array([[1.0], [2.0]]), np.array([0.5])); out
    array([[3.5]])
    """
    x, W, b = as_float("x", x), as_float("W", W, ndim=2), as_float("b", b, ndim=1)
    if x.ndim == 0 or x.shape[-1] != W.shape[0]:
        raise ValueError(
            f"x @ W needs as many columns in x as W has rows, but x has shape {x.shape} and W {W.shape}: "
            "is W stored transposed, as PyTorch does, or does x still have to be flattened?"
        )
    check_shape("b", b, (W.shape[1],), "One bias for each column of W.")
    check_no_nan("x", x)
    dtype = common_dtype(x, W, b)
    x, W, b = (a.astype(dtype, copy=False) for a in (x, W, b))
    out = _rows(x) @ W  # one matrix product, whatever the leading axes
    out += b
    return out.reshape(*x.shape[:-1], W.shape[1]), AffineCache(x, W)


def affine_backward(dout: Array, cache: AffineCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dW, db): dx = dout @ Wᵀ, dW = xᵀ @ dout, db = Σ dout over all axes but the last.

    >>> _, cache = affine_forward(np.ones((1, 2)), np.array([[1.0], [2.0]]), np.array([0.5]))
    >>> affine_backward(np.array([[1.0]]), cache)
    (array([[1., 2.]]), array([[1.],
           [1.]]), array([1.]))
    """
    x, W = cache
    dout = as_dout(dout, (*x.shape[:-1], W.shape[1]), W.dtype)
    dx = (_rows(dout) @ W.T).reshape(x.shape)
    return dx, *affine_weight_gradients(dout, cache)


def affine_weight_gradients(dout: Array, cache: AffineCache) -> tuple[Array, Array]:
    """Gradients (dW, db) alone: all that a first layer needs, since nobody asks for the data's gradient.

    >>> _, cache = affine_forward(np.ones((1, 2)), np.array([[1.0], [2.0]]), np.array([0.5]))
    >>> affine_weight_gradients(np.array([[3.0]]), cache)[1]
    array([3.])
    """
    x, W = cache
    dout = as_dout(dout, (*x.shape[:-1], W.shape[1]), W.dtype)
    rows = _rows(dout)
    return _rows(x).T @ rows, rows.sum(axis=0)


def _rows(a: Array) -> Array:
    """(..., D) -> (N, D), leading axes merged; counted, since an empty array would not tell NumPy what -1 is."""
    return a.reshape(math.prod(a.shape[:-1]), a.shape[-1])


def affine_example_gradients(dout: Array, cache: AffineCache) -> tuple[Array, Array]:
    """Gradients (dW, db) of each example by itself, (N, D_in, D_out) and (N, D_out): their sums are those of all.

    Needed where the examples' gradients are clipped one by one (Abadi et al., 2016, algorithm 1). With leading axes
    (N, T, ...) an example is a row of the first one, and its T places are summed.

    >>> _, cache = affine_forward(np.array([[1.0], [2.0]]), np.array([[1.0]]), np.zeros(1))
    >>> affine_example_gradients(np.array([[3.0], [5.0]]), cache)[0].ravel()
    array([ 3., 10.])
    """
    x, W = cache
    if x.ndim < 2:
        raise ValueError(f"x must have an axis of examples, (N, ..., D_in), but its shape was {x.shape}.")
    dout = as_dout(dout, (*x.shape[:-1], W.shape[1]), W.dtype)
    places = math.prod(x.shape[1:-1])
    x, dout = x.reshape(len(x), places, W.shape[0]), dout.reshape(len(x), places, W.shape[1])
    return x.swapaxes(1, 2) @ dout, dout.sum(axis=1)


def embedding_forward(table: Array, *, ids: Array) -> tuple[Array, EmbeddingCache]:
    """Rows of a table by number: out[..., :] = table[ids[...]].

    Parameters
    ----------
    table : (V, D) float, one row for each symbol of the vocabulary.
    ids : integers in 0 … V-1, any shape.

    Returns
    -------
    out : ids.shape + (D,), cache

    Raises
    ------
    TypeError, ValueError : ids that are not integers, or out of range.

    >>> out, cache = embedding_forward(np.array([[1.0, 2.0], [3.0, 4.0]]), ids=[1, 1, 0]); out
    array([[3., 4.],
           [3., 4.],
           [1., 2.]])
    """
    table = as_float("table", table, ndim=2)
    ids = check_labels("ids", ids, len(table))
    return table[ids], EmbeddingCache(ids, table.shape, table.dtype)


def embedding_backward(dout: Array, cache: EmbeddingCache) -> Array:
    """Gradient of the table: each row collects the upstream gradients of all places that looked it up.

    >>> _, cache = embedding_forward(np.zeros((3, 1)), ids=[1, 1, 0])
    >>> embedding_backward(np.array([[1.0], [10.0], [100.0]]), cache).ravel()
    array([100.,  11.,   0.])
    """
    ids, shape, dtype = cache
    dout = as_dout(dout, (*ids.shape, shape[1]), dtype)
    dtable = np.zeros(shape, dtype)
    if ids.size == 0:
        return dtable
    order = np.argsort(ids, axis=None, kind="stable")  # equal ids side by side, then one sum a run
    used, starts = np.unique(ids.reshape(-1)[order], return_index=True)
    dtable[used] = np.add.reduceat(dout.reshape(ids.size, shape[1])[order], starts, axis=0)
    return dtable


def embedding_example_gradients(dout: Array, cache: EmbeddingCache) -> Array:
    """Gradient of the table for each example by itself, (N, V, D); an example is a row of the ids' first axis.

    >>> _, cache = embedding_forward(np.zeros((2, 1)), ids=[[1, 1], [0, 1]])
    >>> embedding_example_gradients(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), cache)[..., 0]
    array([[0., 3.],
           [3., 4.]])
    """
    ids, (V, D), dtype = cache
    if ids.ndim == 0:
        raise ValueError("ids must have an axis of examples, but a single number came.")
    dout = as_dout(dout, (*ids.shape, D), dtype)
    shifted = (
        ids.reshape(len(ids), math.prod(ids.shape[1:])) + V * np.arange(len(ids))[:, None]
    )  # each in a table of its own
    all_tables = EmbeddingCache(shifted, (len(ids) * V, D), dtype)
    return embedding_backward(dout.reshape(*shifted.shape, D), all_tables).reshape(len(ids), V, D)


def dropout_forward(
    x: Array, *, rate: float, rng: "np.random.Generator | None" = None, training: bool = True
) -> tuple[Array, DropoutCache]:
    """Inverted dropout (Srivastava et al., 2014, section 10): drop with probability `rate`, scale the rest.

    What is kept is divided by 1 - rate, so that the expectation stays the same and nothing needs to be
    done when the network is used: `training=False` returns x itself, and costs nothing.

    Parameters
    ----------
    x : float, any shape.
    rate : probability of being dropped, 0 <= rate < 1.
    rng : the generator that decides; needed when training.

    Raises
    ------
    ValueError : a rate outside [0, 1), or NaN in x.
    TypeError : no generator in training.

    >>> out, cache = dropout_forward(np.ones(6), rate=0.5, rng=np.random.default_rng(0)); out
    array([2., 0., 0., 0., 2., 2.])
    """
    x = as_float("x", x)
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be in [0, 1), the share that is dropped, but {rate} came.")
    if training:
        check_no_nan("x", x)
    else:
        return x, DropoutCache(None, x.shape, x.dtype)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator when training, got {rng!r}: pass np.random.default_rng(0).")
    scale = (rng.random(x.shape) >= rate) / np.asarray(1 - rate, x.dtype)
    return x * scale, DropoutCache(scale, x.shape, x.dtype)


def dropout_backward(dout: Array, cache: DropoutCache) -> Array:
    """Gradient dx = dout · scale: what was dropped learns nothing from this example.

    >>> _, cache = dropout_forward(np.ones(3), rate=0.5, rng=np.random.default_rng(0))
    >>> dropout_backward(np.ones(3), cache)
    array([2., 0., 0.])
    """
    dout = as_dout(dout, cache.shape, cache.dtype)
    return dout.copy() if cache.scale is None else dout * cache.scale
