"""fit: the training loop."""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from course_utils._types import Array, Params
from course_utils.optim import clip_by_global_norm
from course_utils.train._batches import one_epoch
from course_utils.train._objectives import (
    Slope,
    loss_function,
    mean_loss,
    part_slope,
    supervised_slope,
)
from course_utils.train._run import Run
from course_utils.train.evaluation import evaluate
from course_utils.train.history import Epoch, History, Step


def fit(
    model,
    data,
    loss,
    optimizer,
    epochs: int,
    rng: "np.random.Generator",
    *,
    batch_size: int = 32,
    drop_last: bool = False,
    validation=None,
    metrics: dict[str, Callable[[Array, Array], float]] | None = None,
    patience: int | None = None,
    clip: float | None = None,
    accumulate: int = 1,
    penalty: Callable[[Params], tuple[float, Params]] | None = None,
    callbacks: Sequence[Callable[[Epoch], bool | None]] = (),
    on_step: Callable[[Step], None] | None = None,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    progress: bool = True,
) -> History:
    """Train a model, which is changed: afterwards `model.params` are the trained ones.

    Parameters
    ----------
    model : has `params`, `forward(x, training)` and `backward(dout, cache)`; a `Sequential` for instance.
    data : (x, y) or (x, y, weights), shuffled anew in every epoch; or a function rng -> batches of one epoch.
        x and y may be tuples of arrays (several inputs and outputs); x as a dict is handed to `forward` by name,
        {"x": …, "mask": …}. Weights are one number an example, or one a token: a mask of what counts.
    loss : "mse", "mae", "huber", "binary_cross_entropy" or "cross_entropy", or the forward function of one of these,
        also with options: functools.partial(cross_entropy_forward, ignore_index=0);
        a pair (forward, backward) of the same form;
        or a function (output, y) -> (loss, gradient of the output), or (loss, gradient, how much counted).
        A list of these is one loss for each output; their sum is made smaller.
    optimizer : one of `course_utils.optim`.
    epochs : passes over the data, those before a resumed checkpoint included.
    rng : shuffles. A model's own generators may be the same object.
    batch_size : examples a step. drop_last : leave out a smaller last batch (batch norm cannot learn from one example).
    validation : data held out, looked at after every epoch with training=False; a function without arguments gives
        batches of it.
    metrics : name -> function (y, output) -> number, computed on `validation`.
    patience : stop after so many epochs in a row without a smaller validation loss, and go back to the best epoch.
    clip : greatest common length of the gradients, see `clip_by_global_norm`.
    accumulate : batches whose gradients are gathered before a step, as if they were one large batch.
    penalty : params -> (penalty, grads), added to the loss once a step; recorded as "penalty", and not in "loss".
    callbacks : functions that are shown an `Epoch` after each; one that returns True ends the training.
    on_step : a function that is shown every `Step`.
    checkpoint : .npz file, written whole or not at all after every epoch.
    resume : go on from `checkpoint` if it exists. Without it, an old checkpoint is overwritten.
    progress : show a bar, if the package tqdm is there.

    Returns
    -------
    history : see `History`.

    Raises
    ------
    TypeError, ValueError : settings that do not fit together; a checkpoint of another model or optimiser.
    FloatingPointError : the loss is infinite or not a number: the run has diverged.

    Notes
    -----
    Two networks with two optimisers (a GAN): `loss` and `optimizer` are dicts with the names of `model.parts`, a dict
    of layers. Each loss is a function (model, batch) -> (loss, gradients of that part), or with a third item, how much
    counted. For every batch the parts make a step each, in the order of the dict; the history has their names.

    >>> from course_utils.layers import Dense
    >>> from course_utils.optim import SGD
    >>> rng = np.random.default_rng(0); x = rng.normal(size=(64, 1)); model = Dense(1, 1, rng)
    >>> history = fit(model, (x, 3 * x + 1), "mse", SGD(lr=0.1), epochs=100, rng=rng, progress=False)
    >>> model.params["W"].round(3), model.params["b"].round(3)
    (array([[3.]]), array([1.]))
    """
    _check_settings(epochs, rng, validation, metrics, patience, checkpoint, resume, accumulate)
    slopes, optimizers = _parts(model, loss, optimizer, validation)
    run = Run(model, optimizers, rng)
    if resume and Path(checkpoint).exists():
        run.load(Path(checkpoint))
    stopped = False
    with _progress_bar(len(run.history), epochs, progress) as show:
        while len(run.history) < epochs and not stopped and not run.out_of_patience(patience):
            record = _train(
                run, slopes, one_epoch(data, batch_size, rng, drop_last), accumulate, penalty, clip, on_step
            )
            if validation is not None:
                record |= {f"val_{k}": v for k, v in evaluate(model, validation, loss, metrics).items()}
            run.finish_epoch(record)
            if checkpoint is not None:
                run.save(Path(checkpoint))
            show(record)
            told = [callback(Epoch(len(run.history), model, run.history)) for callback in callbacks]
            stopped = any(answer is True for answer in told)
    run.history.stopped_early = len(run.history) < epochs
    if patience is not None:
        run.back_to_best()
    return run.history


def _parts(model, loss, optimizer, validation) -> tuple[dict[str, Callable], dict]:
    """For each part: the function batch -> Slope, and the optimiser. The whole model is the part ""."""
    if not isinstance(optimizer, dict):
        return {"": functools.partial(supervised_slope, loss_function(loss), model)}, {"": optimizer}
    parts = getattr(model, "parts", None)
    if not isinstance(loss, dict) or not isinstance(parts, dict) or not set(loss) == set(optimizer) <= set(parts):
        raise ValueError(
            f"a dict of optimisers trains the parts of a model: loss, optimizer and model.parts must have the same "
            f"names, but they have {_names(loss)}, {_names(optimizer)} and {_names(parts)}."
        )
    if validation is not None:
        raise ValueError("validation needs one loss of outputs and targets: for parts, measure in a callback.")
    return {name: functools.partial(part_slope, loss[name], model) for name in loss}, optimizer


def _names(x) -> str:
    return ", ".join(x) if isinstance(x, dict) and x else "none"


def _train(run: Run, slopes: dict, batches: Iterable, accumulate: int, penalty, clip, on_step) -> dict[str, float]:
    """One epoch: for each batch, or each `accumulate` of them, one step of each part; the mean losses."""
    seen: dict[str, list[Slope]] = {name: [] for name in slopes}
    penalties = []
    for group in _grouped(batches, accumulate):
        for name, slope in slopes.items():
            found = [_finite(slope(batch), len(run.history) + 1) for batch in group]
            grads = _together(found)
            if penalty is not None:
                value, more = penalty(run.parts[name].params)
                penalties.append(float(value))
                grads = {key: g + more[key] if key in more else g for key, g in grads.items()}
            if clip is not None:
                grads, _ = clip_by_global_norm(grads, clip)
            run.step(name, grads)
            seen[name] += [one._replace(grads={}) for one in found]
            if on_step is not None:
                on_step(Step(run.steps, name, mean_loss(found), grads))
    record = {name or "loss": mean_loss(parts) for name, parts in seen.items()}
    return record | ({"penalty": float(np.mean(penalties))} if penalties else {})


def _grouped(batches: Iterable, size: int):
    """Lists of `size` batches in a row; the last may be shorter."""
    group = []
    for batch in batches:
        group.append(batch)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _finite(slope: Slope, epoch: int) -> Slope:
    if not np.isfinite(slope.values).all():
        raise FloatingPointError(
            f"the loss is {float(slope.values.sum())} in epoch {epoch}: the run has diverged. "
            "Try a smaller learning rate, standardised inputs, or clip=1.0."
        )
    return slope


def _together(slopes: list[Slope]) -> Params:
    """The gradients of the union of some batches: the mean of theirs, each by what counted in it."""
    if len(slopes) == 1:
        return slopes[0].grads
    shares = np.array([slope.counts for slope in slopes])  # (batches, losses)
    shares = shares / np.maximum(shares.sum(axis=0), 1e-300)
    if not np.allclose(shares, shares[:, :1]):
        raise ValueError("accumulate needs losses that count the same examples: here one counts others than another.")
    names = slopes[0].grads
    return {
        name: sum(
            slope.grads[name] * slope.grads[name].dtype.type(share)
            for slope, share in zip(slopes, shares[:, 0], strict=True)
        )
        for name in names
    }


def _check_settings(epochs, rng, validation, metrics, patience, checkpoint, resume, accumulate) -> None:
    for name, value in (("epochs", epochs), ("accumulate", accumulate)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} must be a whole number, at least 1, but {value!r} came.")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r}: pass np.random.default_rng(0).")
    if patience is not None and (validation is None or patience < 1):
        raise ValueError("patience must be at least 1, and needs validation=(x, y): the training loss always falls.")
    if metrics and validation is None:
        raise ValueError("metrics are computed on held-out data: pass validation=(x, y) too.")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs checkpoint=, the file to go on from.")


@contextmanager
def _progress_bar(done: int, epochs: int, wanted: bool):
    """Gives a function that shows the record of an epoch: on a bar, or nowhere."""
    try:
        from tqdm import tqdm
    except ImportError:
        wanted = False
    if not wanted:
        yield lambda record: None
        return
    with tqdm(total=epochs, initial=done, unit="epoch") as bar:

        def show(record):
            bar.set_postfix({name: f"{value:.4g}" for name, value in record.items()})
            bar.update()

        yield show
