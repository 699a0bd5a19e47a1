"""The tasks of lesson 16."""

import numpy as np

from course_utils.checks import registry
from tests.checks.borderline import slopes
from tests.checks.promises import Given, Passes

RIGHT = {number: exercise.reference for number, exercise in registry.lesson("16").items()}
BLOCKS = Given(lambda x, h, W, U, *b: W.shape[1] % U.shape[0] == 0 and all(v.shape == W.shape[1:] for v in b))


def overflowing_gates(x, h, W, U, b):
    with np.errstate(all="ignore"):
        i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
        return *(np.exp(a) / (1 + np.exp(a)) for a in (i, f)), np.tanh(g), np.exp(o) / (1 + np.exp(o))


def by_nudges(h):
    """Gradients by differences of one's own."""

    def answer(dh, dc, *args):
        def loss(*moved):
            h_new, c_new = RIGHT["16.2"](*moved)
            return np.sum(dh * h_new) + np.sum(dc * c_new)

        return slopes(loss, *args, h=h)

    return answer


class KeptBias:
    """An array of this size is made once, and given again whatever `forget` is then."""

    def __init__(self):
        self.made = {}

    def __call__(self, hidden, forget=1.0):
        return self.made.setdefault(hidden, RIGHT["16.6"](hidden, forget)).copy()


def bias_from_list(hidden, forget=1.0):
    """Floats only where `forget` is one."""
    return np.array([0] * hidden + [forget] * hidden + [0] * 2 * hidden)


def turned(number, order):
    """The right things in another order."""
    return lambda *args: tuple(RIGHT[number](*args)[k] for k in order)


NUMBERS = {
    "Where are `c` and `h` after very many steps?": "half",
    "i = 1, f = 0.5, g = 1 and o = 1": "shown-as-it-is",
    "i = 0 and f = 0.99": "one-step",
    "Which share of c_0 is left after 100 steps?": "continuous",
    "is its bias alone": "gate-itself",
    "Which bias gives f = 0.99?": "one-hundred",
    "`torch.nn.LSTM(10, 20)`": "one-of-four",
    "`torch.nn.GRU(10, 20)`": "as-many-as-lstm",
    "PyTorch keeps two bias vectors": "one-bias",
}
PROMISES = {
    "16.1": [
        ("formula (16.5)", "no-bias"),
        ("for a batch", lambda x, h, W, U, b: RIGHT["16.1"](x[:1], h[:1], W, U, b)),
        ("in this order", "candidate-last"),
        ("It returns the four arrays", Passes(lambda *args: np.stack(RIGHT["16.1"](*args)))),
        ("It returns the four arrays", lambda *args: np.hstack(RIGHT["16.1"](*args))),
        ("in this order", "tanh-on-the-last-block"),
        ("in this order", "candidate-returned-last"),
        ("each of shape `(N, H)`", "rows-cut"),
        ("if nothing can break it", overflowing_gates),
    ],
    "16.2": [
        ("one step for a batch", "never-forgets"),
        ("the states before the step", "old-memory-shown"),
        ("first `h`, then `c`", "pair-exchanged"),
    ],
    "16.3": [
        ("of shape `(N, T, D)`", "time-first"),
        ("from left to right", "backwards"),
        ("from the states `h0` and `c0`", "zeros"),
        ("after each step", "last-only"),
        ("as one array `(N, T, H)`", lambda *args: list(RIGHT["16.3"](*args).swapaxes(0, 1))),
    ],
    "16.4": [
        ("Write `lstm_cell_backward", None),
        ("the *new* hidden state", "upstream-exchanged"),
        ("with respect to the six arguments", "dc-left-out"),
        ("in their order", "parameters-first"),
        ("in their order", turned("16.4", (0, 2, 1, 3, 4, 5))),
        ("The lesson did one unit", None),
        *[("nudges, your own too, are too rough", by_nudges(10.0**-k)) for k in (3, 4, 5, 6, 7)],
    ],
    "16.5": [
        ("one step of a GRU", "no-blend"),
        ("as PyTorch has it", "reset-before-product"),
        ("in the blocks **r, z, n**", "update-first"),
        ("`W` is `(D, 3H)`", BLOCKS),
        ("Return the new `h`", lambda *args: (RIGHT["16.5"](*args), args[1])),
    ],
    "16.6": [
        ("of shape `(4 * hidden,)`", "table"),
        ("of shape `(4 * hidden,)`", "one-place-a-block"),
        ("dtype float64", "whole-numbers"),
        ("dtype float64", bias_from_list),
        ("The forget gates' biases are `forget`", "always-one"),
        ("The forget gates' biases are `forget`", KeptBias()),
        ("all others are 0", "all-gates"),
    ],
    "16.7": [
        ("are filled up with zeros", None),
        ("all are at least 1", Given(lambda x, lengths, W, U, b: lengths.min() >= 1 and lengths.max() <= x.shape[1])),
        ("after each sentence's last real step", "one-too-far"),
        ("when there are more zeros behind it", "unrepaired"),
        ("Repair it", None),
        ("picked one number from each row", None),
    ],
    "16.8": [
        ("No code: think", None),
        (
            "three digits will do",
            Passes({**RIGHT["16.8"], "bias for f = 0.99": 4.60, "h after very many steps": 0.964}),
        ),
        ("two are too few", "rounded-share"),
        ("two are too few", "rounded-h"),
        *NUMBERS.items(),
    ],
    "16.9": [
        ("No training", None),
        ("a value (-1 or 1) and a flag", "rows-exchanged"),
        ("Most flags are 0", None),
        ("the value that came with the *latest* flag 1", "not-emptied"),
        ("however long ago that was", "leaks"),
        ("near -0.76 for -1", "sign"),
        ("All values without a flag are noise", "always-writes"),
        ("columns i, f, g, o", "blocks-exchanged"),
        ("streams of 90 steps", None),
        ("at most 0.05", "weak-candidate"),
        ("Always saying 0 gives 0.76", "never-writes"),
    ],
}
