"""Training: the loop around a model, a loss and an optimiser, so that it can be watched, stopped and taken up again.

`fit` does in a few lines what every training loop does: shuffle, forward, loss, backward, step. What it adds is
bookkeeping: a history, early stopping on held-out data, and a checkpoint after every epoch from which an interrupted
run goes on as if nothing had happened, to the last bit.

`loop` holds fit, `evaluation` its counterpart; behind them `_objectives` says what a step makes smaller, `_batches` how
data is cut, `_run` what must be kept to go on.
"""

from course_utils.train.evaluation import evaluate
from course_utils.train.history import Epoch, History, Step
from course_utils.train.loop import fit

__all__ = ["Epoch", "History", "Step", "evaluate", "fit"]
