"""Exercise 16.9: Set a memory by hand."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import lstm_gates
from course_utils.recurrent import lstm_forward


def store_weights(strength=20.0, value=5.0):
    """Rows of W: value, flag. Blocks: i f g o."""
    W = np.array([[0.0, 0.0, value, 0.0], [strength, -strength, 0.0, 0.0]])
    b = np.array([-strength / 2, strength / 2, 0.0, strength / 2])
    return W, np.zeros((1, 4)), b


def store_with(change=lambda W, b: None, order=(0, 1, 2, 3)):
    def answer():
        W, U, b = store_weights()
        change(W, b)
        return W[:, order], U[:, order], b[list(order)]

    return answer


def turn_forget(W, b):
    W[:, 1] *= -1
    b[1] *= -1


def store_uneven():
    """Each gate with a strength of its own, and an output gate that also listens to the state."""
    return (
        np.array([[0.0, 0.0, 3.0, 0.1], [30.0, -16.0, 0.2, 0.0]]),
        np.array([[0.5, -0.5, 0.0, 4.0]]),
        np.array([-12.0, 9.0, 0.0, 12.0]),
    )


CLOSE = 0.05


def stream_cases(rng):
    """Values ±1 at each of 90 steps; one flag early, perhaps a second one later, and then at least 50 steps without."""
    N, T = 60, 90
    for second in (False, True):
        values, flags = rng.choice([-1.0, 1.0], (N, T)), np.zeros((N, T))
        last = rng.integers(0, 10, N)
        flags[np.arange(N), last] = 1.0
        if second:
            last = rng.integers(15, 40, N)
            flags[np.arange(N), last] = 1.0
        target = np.tanh(1.0) * values[np.arange(N), last]
        yield Case(held=(np.stack([values, flags], axis=2), target))


def distance(received, case, change=lambda W, U, b: (W, U, b)):
    """Mean distance of the last hidden state from what should be remembered."""
    W, U, b = change(*(np.asarray(part, dtype=float) for part in received))
    if (W.shape, U.shape, b.shape) != ((2, 4), (1, 4), (4,)):
        raise ValueError(f"shapes {W.shape}, {U.shape}, {b.shape}; (2, 4), (1, 4), (4,) were expected")
    x, target = case.held
    zero = np.zeros((len(x), 1))
    (states, _), _ = lstm_forward(x, zero, zero, W, U, b)
    return float(np.abs(states[:, -1, 0] - target).mean())


def good_if(change):
    """The weights would do with this change."""
    return lambda received, expected, case: distance(received, case, change) <= CLOSE


def dial(name, flag, bad):
    """One gate, looked at for both values with this flag, from state 0: `bad(gate)` for at least one of them."""

    def seen(received, expected, case):
        W, U, b = (np.asarray(part, dtype=float) for part in received)
        x = np.array([[-1.0, flag], [1.0, flag]])
        gates = dict(zip("ifgo", lstm_gates(x, np.zeros((2, 1)), W, U, b), strict=True))
        return bool(np.any(bad(gates[name])))

    return seen


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="16.9", kind="experiment", title="Set a memory by hand", name="store_weights", points=4, minutes=30,
    difficulty=4, section="3. Four small layers in one cell", reference=store_weights,
    cases=stream_cases, metric=Metric(distance, "mean distance of the last h from what was flagged",
                                            at_most=CLOSE),
    alternatives=[lambda: store_weights(30.0, 20.0), lambda: store_weights(15.0, 4.0),
                  store_uneven],
    misconceptions=[
        Misconception("blocks-exchanged", store_with(order=(0, 1, 3, 2)),
            "With its last two blocks exchanged, your memory would work. In which order do they stand?",
            seen=good_if(lambda W, U, b: (W[:, [0, 1, 3, 2]], U[:, [0, 1, 3, 2]], b[[0, 1, 3, 2]])),
            family="gates in another order"),
        Misconception("rows-exchanged", lambda: (store_weights()[0][::-1], *store_weights()[1:]),
            "With the two rows of W exchanged, your memory would work. Which number of x comes first?",
            seen=good_if(lambda W, U, b: (W[::-1], U, b))),
        Misconception("sign", lambda: store_weights(value=-5.0),
            "Your memory keeps the opposite of what was flagged. Which weight gives the candidate its sign?",
            seen=good_if(lambda W, U, b: (W * [1, 1, -1, 1], U, b * [1, 1, -1, 1])), family="wrong sign"),
        Misconception("forget-turned", store_with(turn_forget),
            "With f and 1 - f exchanged your memory would work: at 1 this gate keeps, whatever its name says.",
            seen=good_if(lambda W, U, b: (W * [1, -1, 1, 1], U * [1, -1, 1, 1], b * [1, -1, 1, 1]))),
        Misconception("leaks", lambda: store_weights(strength=8.0),
            "Your memory leaks: without a flag the forget gate is not near enough to 1. What is left of 1 after 60 "
            "steps with your f?", seen=dial("f", 0.0, lambda f: f < 0.999)),
        Misconception("always-writes", store_with(lambda W, b: np.copyto(b, [10.0, 10.0, 0.0, 10.0])),
            "Your input gate is open without a flag, so every value gets in. What must close it, and what open it?",
            seen=dial("i", 0.0, lambda i: i > 0.001)),
        Misconception("never-writes", store_with(lambda W, b: np.copyto(b, [-40.0, 10.0, 0.0, 10.0])),
            "Your input gate stays shut at the flag too, so nothing ever gets in. Add up its sum for flag = 1.",
            seen=dial("i", 1.0, lambda i: i < 0.95)),
        Misconception("not-emptied", store_with(lambda W, b: np.copyto(W[1], [20.0, 0.0, 0.0, 0.0])),
            "It keeps the first flagged value for ever, and a second one is added to it. What should the forget "
            "gate do at a flag?", seen=dial("f", 1.0, lambda f: f > 0.05)),
        Misconception("output-shut", store_with(lambda W, b: np.copyto(b, [-10.0, 10.0, 0.0, 0.0])),
            "The cell holds the value, but without a flag your output gate is not fully open, so h shows only a part "
            "of it.",
            seen=dial("o", 0.0, lambda o: o < 0.95)),
        Misconception("weak-candidate", lambda: store_weights(value=1.0),
            "What you store is too small: for a value of 1 the candidate should be nearly 1. How large must its weight "
            "be?", seen=dial("g", 1.0, lambda g: np.abs(g) < 0.95)),
    ],
    hints=[
        "Fill a table first: at flag 1 and at flag 0, should i be near 0 or near 1? And f? And o?",
        "A gate near 1 needs a sum of 8 or more, a gate near 0 one of -8 or less. For the sum there are a weight for "
        "the flag and a bias: two equations for each gate.",
        "The candidate looks at the value only. For which weight is the tanh of it nearly 1? U may stay 0.",
        "The input gate: bias -10, and a weight for the flag that lifts it to +10. The forget gate is its opposite.",
    ],
    takeaway="Write at the flag, keep without it, wipe before writing: gates are the wires of a memory.",
)
