"""Writing on: one id after the other, drawn from what a model says of the next."""

from collections.abc import Callable

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float
from course_utils.activations import softmax


def top_k(logits: Array, k: int) -> Array:
    """Logits (..., V) with all but the k largest set to -inf; ties at the edge are kept.

    Raises
    ------
    ValueError : k less than 1.

    >>> top_k(np.array([1.0, 3.0, 2.0]), 2)
    array([-inf,   3.,   2.])
    """
    logits = as_float("logits", logits)
    if k < 1:
        raise ValueError(f"k must be at least 1, but {k} came.")
    edge = np.sort(logits, axis=-1)[..., -min(int(k), logits.shape[-1]), None]
    return np.where(logits >= edge, logits, -np.inf).astype(logits.dtype)


def top_p(logits: Array, p: float) -> Array:
    """Logits (..., V) with all but the smallest set of a probability of at least p set to -inf: nucleus sampling.

    Raises
    ------
    ValueError : p outside (0, 1].

    References
    ----------
    Holtzman et al. (2020), The Curious Case of Neural Text Degeneration, eq. (3).

    >>> top_p(np.log([0.5, 0.3, 0.2]), 0.7).round(2)
    array([-0.69, -1.2 ,  -inf])
    """
    logits = as_float("logits", logits)
    if not 0 < p <= 1:
        raise ValueError(f"p must lie in (0, 1], but {p} came.")
    order = np.argsort(-logits, axis=-1, kind="stable")
    sorted_p = np.take_along_axis(softmax(logits), order, axis=-1)
    before = sorted_p.cumsum(axis=-1) - sorted_p  # what the larger ones have together
    keep = np.empty(logits.shape, bool)
    np.put_along_axis(keep, order, before < p, axis=-1)
    return np.where(keep, logits, -np.inf).astype(logits.dtype)


def draw(logits: Array, *, temperature: float = 1.0, k=None, p=None, rng=None) -> Array:
    """An id for each row of logits (N, V).

    Parameters
    ----------
    temperature : divides the logits; 0 takes the largest, without chance.
    k, p : `top_k` and then `top_p` before the draw, on the divided logits; None leaves them out.
    rng : needed unless the temperature is 0; one number a row is drawn.

    Raises
    ------
    TypeError, ValueError : no generator; a negative temperature.

    >>> draw(np.array([[0.0, 2.0, 1.0]]), temperature=0)
    array([1])
    """
    logits = as_float("logits", logits, ndim=2)
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, but {temperature} came.")
    if temperature == 0:
        return logits.argmax(axis=-1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r}: pass np.random.default_rng(0), or temperature=0.")
    logits = (logits - logits.max(axis=-1, keepdims=True)) / float(temperature)
    logits = logits if k is None else top_k(logits, k)
    logits = logits if p is None else top_p(logits, p)
    edges = softmax(logits.astype(np.float64)).cumsum(axis=-1)
    return (edges < rng.random((len(logits), 1)) * edges[:, -1:]).sum(axis=-1)


def generate(
    step: Callable,
    ids,
    n: int,
    *,
    context: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    rng: "np.random.Generator | None" = None,
    stop: int | None = None,
    cache: bool = True,
) -> Array:
    """A prompt and what a model writes after it.

    Parameters
    ----------
    step : (ids (N, t), past) -> (logits (N, V) after the last id, past for the next call); with past None the ids are
        all that the model sees, else they follow what it saw.
    ids : (T,) or (N, T) integers, at least one each.
    n : how many new ids at most.
    context : the most ids the model can see. Where there are more, the older ones are forgotten, all but context / 2.
    temperature, top_k, top_p, rng : see `draw`.
    stop : the id that ends a text; a row that has ended is filled up with it.
    cache : False looks at everything anew at each step: the same ids, slowly.

    Returns
    -------
    ids : (T + n,) or (N, T + n); fewer where all rows have ended.

    >>> def step(ids, past): return np.eye(4)[(ids[:, -1] + 1) % 4], None
    >>> generate(step, [0], 5, context=8, temperature=0, stop=3)
    array([0, 1, 2, 3])
    """
    given = np.asarray(ids)
    text = np.atleast_2d(given)
    if text.ndim != 2 or text.shape[1] == 0 or text.dtype.kind not in "iu":
        raise ValueError(
            f"ids must be (T,) or (N, T) integers, at least one each, but {text.dtype} {given.shape} came."
        )
    begin, past, ended = 0, None, np.zeros(len(text), bool)
    for _ in range(n):
        if text.shape[1] - begin > context:
            begin, past = text.shape[1] - max(1, context // 2), None
        logits, past = step(text[:, begin:] if past is None else text[:, -1:], past)
        past = past if cache else None
        new = draw(logits, temperature=temperature, k=top_k, p=top_p, rng=rng)
        if stop is not None:
            new = np.where(ended, stop, new)
            ended |= new == stop
        text = np.concatenate((text, new[:, None].astype(text.dtype)), axis=1)
        if ended.all():
            break
    return text[0] if given.ndim == 1 else text
