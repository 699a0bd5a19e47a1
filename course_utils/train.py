"""Training: the loop around a model, a loss and an optimiser, so that it can be watched, stopped and taken up again.

`fit` does in a few lines what every training loop does: shuffle, forward, loss, backward, step. What it adds is
bookkeeping: a history, early stopping on held-out data, and a checkpoint after every epoch from which an interrupted
run goes on as if nothing had happened, to the last bit.
"""

import inspect
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course_utils import losses
from course_utils._types import Array, Params
from course_utils.data import batches
from course_utils.optim import clip_by_global_norm

LossFunction = Callable[[Array, Array], tuple[float, Array]]

_LOSSES = ("mse", "mae", "huber", "binary_cross_entropy", "cross_entropy")


@dataclass
class History:
    """What `fit` saw, one number an epoch: "loss" (mean over the epoch's batches, in training), "val_loss", "val_…".

    >>> history = History({"loss": [3.0, 1.0, 2.0]}); history["loss"], len(history), history.best_epoch
    ([3.0, 1.0, 2.0], 3, 1)
    """

    records: dict[str, list[float]] = field(default_factory=dict)
    stopped_early: bool = False

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.records:
            raise KeyError(f"{name!r} was not recorded, but {', '.join(self.records)} were.")
        return self.records[name]

    def __len__(self) -> int:
        return len(next(iter(self.records.values()), []))

    @property
    def best_epoch(self) -> int:
        """Place in the lists of the smallest "val_loss" (without held-out data: "loss"), the first of equals."""
        return int(np.argmin(self["val_loss" if "val_loss" in self.records else "loss"]))


def fit(
    model,
    data: "tuple[Array, Array] | Callable[[np.random.Generator], Iterable]",
    loss: str | Callable,
    optimizer,
    epochs: int,
    rng: "np.random.Generator",
    *,
    batch_size: int = 32,
    validation: tuple[Array, Array] | None = None,
    metrics: dict[str, Callable[[Array, Array], float]] | None = None,
    patience: int | None = None,
    clip: float | None = None,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    progress: bool = True,
) -> History:
    """Train a model, which is changed: afterwards `model.params` are the trained ones.

    Parameters
    ----------
    model : has `params`, `forward(x, training)` and `backward(dout, cache)`; a `Sequential` for instance.
    data : (x, y), shuffled anew in every epoch; or a function rng -> batches (x, y) of one epoch.
    loss : "mse", "mae", "huber", "binary_cross_entropy" or "cross_entropy", or the forward function of one of these;
        a pair (forward, backward) of the same form; or a function (output, y) -> (loss, gradient of the output).
    optimizer : one of `course_utils.optim`.
    epochs : passes over the data, those before a resumed checkpoint included.
    rng : shuffles. A model's own generators may be the same object.
    batch_size : examples a step.
    validation : (x, y) held out, looked at after every epoch with training=False.
    metrics : name -> function (y, output) -> number, computed on `validation`.
    patience : stop after so many epochs in a row without a smaller validation loss, and go back to the best epoch.
    clip : greatest common length of the gradients, see `clip_by_global_norm`.
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

    >>> from course_utils.layers import Dense
    >>> from course_utils.optim import SGD
    >>> rng = np.random.default_rng(0); x = rng.normal(size=(64, 1)); model = Dense(1, 1, rng)
    >>> history = fit(model, (x, 3 * x + 1), "mse", SGD(lr=0.1), epochs=100, rng=rng, progress=False)
    >>> model.params["W"].round(3), model.params["b"].round(3)
    (array([[3.]]), array([1.]))
    """
    _check_settings(epochs, rng, validation, metrics, patience, checkpoint, resume)
    loss = _loss_function(loss)
    run = _Run(model, optimizer, rng)
    if resume and Path(checkpoint).exists():
        run.load(Path(checkpoint))
    with _progress_bar(len(run.history), epochs, progress) as show:
        while len(run.history) < epochs and not run.out_of_patience(patience):
            pairs = data(rng) if callable(data) else batches(tuple(data), batch_size, rng)
            record = {"loss": run.train(pairs, loss, clip)}
            if validation is not None:
                record |= {f"val_{k}": v for k, v in evaluate(model, validation, loss, metrics).items()}
            run.finish_epoch(record)
            if checkpoint is not None:
                run.save(Path(checkpoint))
            show(record)
    run.history.stopped_early = len(run.history) < epochs
    if patience is not None:
        run.back_to_best()
    return run.history


def evaluate(
    model,
    data: tuple[Array, Array],
    loss: str | Callable,
    metrics: dict[str, Callable[[Array, Array], float]] | None = None,
    *,
    batch_size: int = 256,
) -> dict[str, float]:
    """Loss and metrics on data that the model is not trained on, with training=False.

    Parameters
    ----------
    model, loss, metrics : as in `fit`. data : (x, y). batch_size : examples a forward pass; no result depends on it.

    Returns
    -------
    results : {"loss": …, and each metric under its name}.

    >>> from course_utils.layers import ReLU
    >>> evaluate(ReLU(), (np.array([-1.0, 2.0]), np.array([0.0, 0.0])), "mse", {"size": lambda y, out: out.size})
    {'loss': 2.0, 'size': 2.0}
    """
    x, y = data
    outs = [model.forward(part, training=False)[0] for part in batches(x, batch_size)]
    out = np.concatenate(outs)
    results = {"loss": _loss_function(loss)(out, y)[0]}
    results |= {name: metric(y, out) for name, metric in (metrics or {}).items()}
    return {name: float(value) for name, value in results.items()}


def _loss_function(loss) -> LossFunction:
    """(output, y) -> (loss, gradient), from any of the forms that `fit` takes."""
    if isinstance(loss, str) and loss in _LOSSES:
        loss = getattr(losses, f"{loss}_forward")
    name = getattr(loss, "__name__", "")
    if name.removesuffix("_forward") in _LOSSES and loss is getattr(losses, name):
        loss = loss, getattr(losses, name.replace("_forward", "_backward"))
    if callable(loss):
        return loss
    if not isinstance(loss, tuple) or len(loss) != 2:
        raise ValueError(f"loss must be one of {', '.join(_LOSSES)}, or a function, but {loss!r} came.")
    forward, backward = loss
    target = [*inspect.signature(forward).parameters][1]  # "target" or "labels"

    def value_and_gradient(out, y):
        value, cache = forward(out, **{target: y})
        return value, backward(1.0, cache)

    return value_and_gradient


class _Run:
    """Everything that must be kept to go on exactly: parameters, states, generators, history, the best epoch."""

    def __init__(self, model, optimizer, rng: "np.random.Generator"):
        self.model, self.optimizer = model, optimizer
        self.optimizer_state = optimizer.init(model.params)
        self.generators = [rng, *getattr(model, "generators", [])]
        self.history = History()
        self.best: dict[str, Params] | None = None  # arrays are replaced, never changed: references are enough

    def train(self, pairs: Iterable, loss: LossFunction, clip: float | None) -> float:
        """One epoch; the mean loss over its examples."""
        total = examples = 0
        for x, y in pairs:
            out, cache = self.model.forward(x, training=True)
            value, dout = loss(out, y)
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"the loss is {float(value)} in epoch {len(self.history) + 1}: the run has diverged. "
                    "Try a smaller learning rate, standardised inputs, or clip=1.0."
                )
            _, grads = self.model.backward(dout, cache)
            if clip is not None:
                grads, _ = clip_by_global_norm(grads, clip)
            self.model.params, self.optimizer_state = self.optimizer.step(
                self.model.params, grads, self.optimizer_state
            )
            total += float(value) * len(x)
            examples += len(x)
        if not examples:
            raise ValueError("data must give at least one batch an epoch, but none came: an iterator used up?")
        return total / examples

    def finish_epoch(self, record: dict[str, float]) -> None:
        for name, value in record.items():
            self.history.records.setdefault(name, []).append(value)
        if self.history.best_epoch == len(self.history) - 1:
            self.best = self._learned()

    def out_of_patience(self, patience: int | None) -> bool:
        waited = len(self.history) - 1 - self.history.best_epoch if len(self.history) else 0
        return patience is not None and waited >= patience

    def back_to_best(self) -> None:
        self._put(self.best)

    def _learned(self) -> dict[str, Params]:
        return {"params": dict(self.model.params), "state": dict(getattr(self.model, "state", {}))}

    def _put(self, learned: dict[str, Params]) -> None:
        self.model.params = learned["params"]
        if learned["state"]:
            self.model.state = learned["state"]

    def save(self, path: Path) -> None:
        """Write the checkpoint beside its place, then put it there in one step: a crash leaves the old one whole."""
        arrays = _flat({"now": self._learned(), "best": self.best, "optimizer": self.optimizer_state})
        about = {"records": self.history.records, "generators": [g.bit_generator.state for g in self.generators]}
        arrays["about"] = np.array(json.dumps(about, default=np.ndarray.tolist))
        path.parent.mkdir(parents=True, exist_ok=True)
        path = Path(os.path.realpath(path))  # a link stays a link
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise

    def load(self, path: Path) -> None:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            about = json.loads(str(arrays.pop("about")))
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{path} is not a whole checkpoint of fit ({error}): delete it, or resume=False."
            ) from None
        tree = {"now": self._learned(), "best": self._learned(), "optimizer": self.optimizer_state}
        _check_same(_flat(tree), arrays, path)
        states = about["generators"]
        if len(states) != len(self.generators):
            raise ValueError(f"{path} has {len(states)} random generators, but this run has {len(self.generators)}.")
        for generator, state in zip(self.generators, states, strict=True):
            generator.bit_generator.state = state
        loaded = _filled(tree, arrays)
        self.best, self.optimizer_state = loaded["best"], loaded["optimizer"]
        self.history.records = about["records"]
        self._put(loaded["now"])


def _flat(tree: dict, prefix: str = "") -> Params:
    """A nest of dicts as one dict of arrays: {"a": {"b": 1}} -> {"a/b": array(1)}."""
    flat = {}
    for name, value in tree.items():
        path = f"{prefix}{name}"
        flat |= _flat(value, f"{path}/") if isinstance(value, dict) else {path: np.asarray(value)}
    return flat


def _filled(tree: dict, flat: Params, prefix: str = "") -> dict:
    """The nest again, with the values of the flat dict; whole numbers as Python's."""
    return {
        name: _filled(value, flat, f"{prefix}{name}/")
        if isinstance(value, dict)
        else (int(flat[prefix + name]) if isinstance(value, int) else flat[prefix + name])
        for name, value in tree.items()
    }


def _check_same(expected: Params, came: Params, path: Path) -> None:
    if set(expected) != set(came):
        differ = sorted(set(expected) ^ set(came))[:4]
        raise ValueError(f"{path} is of another model or optimiser: {', '.join(differ)} … are in one only.")
    for name, value in expected.items():
        if came[name].shape != value.shape:
            raise ValueError(f"{path} is of another model: {name} has shape {came[name].shape}, not {value.shape}.")


def _check_settings(epochs, rng, validation, metrics, patience, checkpoint, resume) -> None:
    if isinstance(epochs, bool) or not isinstance(epochs, int | np.integer) or epochs < 1:
        raise ValueError(f"epochs must be a whole number, at least 1, but {epochs!r} came.")
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
