"""Optimisers: from parameters and gradients to the next parameters.

    state = opt.init(params)
    params, state = opt.step(params, grads, state)

`params` and `grads` are dicts of arrays with the same keys and are never changed; `state` is the optimiser's
own, a dict of a step counter and dicts of arrays, and may be reused by it. Formulas and defaults are
PyTorch's; where Keras computes something else, the docstring says so.

A schedule is any function from the number of steps already made (0 at first) to a learning rate, and can
stand wherever a learning rate can.

`rules` has the optimisers, `by_name` different ones for different parameters, `schedules` rates that change,
`clipping` a bound for gradients.
"""

from course_utils.optim._base import BLOCK
from course_utils.optim._checks import Schedule
from course_utils.optim.by_name import ByName, Frozen
from course_utils.optim.clipping import clip_by_global_norm
from course_utils.optim.rules import SGD, Adam, AdamW, RMSprop
from course_utils.optim.schedules import constant, cosine_decay, exponential_decay, linear_warmup, step_decay

__all__ = [
    "BLOCK", "SGD", "Adam", "AdamW", "ByName", "Frozen", "RMSprop", "Schedule", "clip_by_global_norm", "constant",
    "cosine_decay", "exponential_decay", "linear_warmup", "step_decay",
]  # fmt: skip
