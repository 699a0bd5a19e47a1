"""How good a model is on data that it is not trained on."""

from collections.abc import Callable

import numpy as np

from course_utils._nest import leaves, mapped
from course_utils._types import Array
from course_utils.train._batches import cut, examples, supervised
from course_utils.train._objectives import forward, loss_function, mean_loss


def evaluate(
    model,
    data,
    loss: str | Callable,
    metrics: dict[str, Callable[[Array, Array], float]] | None = None,
    *,
    batch_size: int = 256,
) -> dict[str, float]:
    """Loss and metrics on data that the model is not trained on, with training=False.

    Parameters
    ----------
    model, loss, metrics : as in `fit`. data : (x, y) or (x, y, weights); or a function that gives such batches, whose
        losses are then averaged by what counted in each (without metrics, which need all outputs at once).
    batch_size : examples a forward pass; no result depends on it.

    Returns
    -------
    results : {"loss": …, and each metric under its name}.

    >>> from course_utils.layers import ReLU
    >>> evaluate(ReLU(), (np.array([-1.0, 2.0]), np.array([0.0, 0.0])), "mse", {"size": lambda y, out: out.size})
    {'loss': 2.0, 'size': 2.0}
    """
    loss = loss_function(loss)
    if callable(data):
        if metrics:
            raise ValueError("metrics need all outputs at once: give data as arrays (x, y), not as a function.")
        return {"loss": mean_loss(loss(forward(model, x, False)[0], y, w) for x, y, w in map(supervised, data()))}
    x, y, weights = supervised(data)
    outs = [forward(model, part, training=False)[0] for part in cut(x, batch_size)]
    out = mapped(lambda *parts: np.concatenate(parts), *outs)
    if len(leaves(y)[0]) != examples(out):
        raise ValueError(f"x and y must have as many examples, but {examples(out)} and {len(leaves(y)[0])} came.")
    results = {"loss": loss(out, y, weights).values.sum()}
    results |= {name: metric(y, out) for name, metric in (metrics or {}).items()}
    return {name: float(value) for name, value in results.items()}
