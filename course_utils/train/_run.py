"""A run: everything that must be kept to go on exactly, and how it goes to the disk and back."""

import json
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from course_utils._types import Params
from course_utils.train.history import History


class Run:
    """Parameters, optimisers' states, generators, history and the best epoch of a run.

    Parameters
    ----------
    model : what is trained. optimizers : one for each part that is trained by itself; {"": optimizer} is the whole.
    rng : shuffles.
    """

    def __init__(self, model, optimizers: dict, rng: "np.random.Generator"):
        self.model, self.optimizers = model, optimizers
        self.parts = {"": model} if list(optimizers) == [""] else {name: model.parts[name] for name in optimizers}
        self.optimizer_states = {name: opt.init(self.parts[name].params) for name, opt in optimizers.items()}
        self.generators = [rng, *self._model_generators()]
        self.history = History()
        self.best: dict[str, Params] | None = None  # arrays are replaced, never changed: references are enough
        self.steps = 0

    def _model_generators(self) -> list:
        """The model's own, or those of its parts."""
        found = getattr(self.model, "generators", None)
        if found is None:
            found = [g for part in self.parts.values() for g in getattr(part, "generators", [])]
        return found

    def step(self, name: str, grads: Params) -> None:
        """One step of a part's optimiser."""
        part = self.parts[name]
        part.params, self.optimizer_states[name] = self.optimizers[name].step(
            part.params, grads, self.optimizer_states[name]
        )
        self.steps += 1

    def finish_epoch(self, record: dict[str, float]) -> None:
        """Write an epoch down; where it is the best so far, keep what was learned."""
        for name, value in record.items():
            self.history.records.setdefault(name, []).append(value)
        if self.history.best_epoch == len(self.history) - 1:
            self.best = self._learned()

    def out_of_patience(self, patience: int | None) -> bool:
        """So many epochs in a row were no better than the best."""
        waited = len(self.history) - 1 - self.history.best_epoch if len(self.history) else 0
        return patience is not None and waited >= patience

    def back_to_best(self) -> None:
        """Give the model what it had after its best epoch."""
        self._put(self.best)

    def _learned(self) -> dict[str, Params]:
        return {kind: self._gathered(kind) for kind in ("params", "state")}

    def _gathered(self, kind: str) -> Params:
        return {
            _path(part, name): value
            for part, layer in self.parts.items()
            for name, value in getattr(layer, kind, {}).items()
        }

    def _put(self, learned: dict[str, Params]) -> None:
        for kind, values in learned.items():
            for part, layer in self.parts.items():
                own = getattr(layer, kind, {})
                if own:
                    setattr(layer, kind, {name: values[_path(part, name)] for name in own})

    # --- on the disk ---------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the checkpoint beside its place, then put it there in one step: a crash leaves the old one whole."""
        arrays = _flat(self._tree(self.best))
        about = {
            "records": self.history.records,
            "steps": self.steps,
            "generators": [g.bit_generator.state for g in self.generators],
        }
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
        """Take up the run where the checkpoint was written.

        Raises
        ------
        ValueError : a damaged checkpoint, or one of another model, optimiser or number of generators.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            about = json.loads(str(arrays.pop("about")))
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{path} is not a whole checkpoint of fit ({error}): delete it, or resume=False."
            ) from None
        tree = self._tree(self._learned())
        _check_same(_flat(tree), arrays, path)
        states = about["generators"]
        if len(states) != len(self.generators):
            raise ValueError(f"{path} has {len(states)} random generators, but this run has {len(self.generators)}.")
        for generator, state in zip(self.generators, states, strict=True):
            generator.bit_generator.state = state
        loaded = _filled(tree, arrays)
        optimizer = loaded["optimizer"]
        self.best, self.optimizer_states = loaded["best"], {"": optimizer} if "" in self.parts else optimizer
        self.history.records, self.steps = about["records"], about["steps"]
        self._put(loaded["now"])

    def _tree(self, best: dict[str, Params]) -> dict:
        states = self.optimizer_states
        return {"now": self._learned(), "best": best, "optimizer": states.get("", states)}


def _path(part: str, name: str) -> str:
    return f"{part}.{name}" if part else name


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
