"""What a training run tells: its history, and what callbacks are shown."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from course_utils._types import Params


@dataclass
class History:
    """What `fit` saw, one number an epoch: "loss" (the mean over all that counted, in training), "val_loss", "val_…".

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
        """Place in the lists of the smallest "val_loss" (without held-out data: "loss"), the first of equals.

        Where several parts are trained against each other none is best: it is the last.
        """
        if "loss" not in self.records and "val_loss" not in self.records and len(self):
            return len(self) - 1
        return int(np.argmin(self["val_loss" if "val_loss" in self.records else "loss"]))


class Epoch(NamedTuple):
    """What a callback is shown after every epoch: its number from 1, the model and the history so far."""

    number: int
    model: Any
    history: History


class Step(NamedTuple):
    """What `on_step` is shown: steps made so far, the part trained ("" where there is one), its loss and gradients."""

    number: int
    part: str
    loss: float
    grads: Params
