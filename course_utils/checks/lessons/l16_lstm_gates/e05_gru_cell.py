"""Exercise 16.5: A GRU, to the letter."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import away_from_zero


def gru_cell(x, h, W, U, b_W, b_U):
    w_r, w_z, w_n = np.split(x @ W + b_W, 3, axis=1)
    u_r, u_z, u_n = np.split(h @ U + b_U, 3, axis=1)
    r, z = sigmoid(w_r + u_r), sigmoid(w_z + u_z)
    n = np.tanh(w_n + r * u_n)
    return (1 - z) * n + z * h


def gru_by_columns(x, h, W, U, b_W, b_U):
    H = len(U)
    r = sigmoid(x @ W[:, :H] + h @ U[:, :H] + b_W[:H] + b_U[:H])
    z = sigmoid(x @ W[:, H:-H] + h @ U[:, H:-H] + (b_W + b_U)[H:-H])
    n = np.tanh(x @ W[:, -H:] + b_W[-H:] + r * (h @ U[:, -H:] + b_U[-H:]))
    return n + z * (h - n)


def gru_by_blocks(x, h, W, U, b_W, b_U):
    """The sigmoid as tanh of the half, the candidate's two parts kept in arrays (N, 3, H)."""
    from_x = (x @ W + b_W).reshape(len(x), 3, -1)
    from_h = (h @ U + b_U).reshape(len(x), 3, -1)
    gates = 0.5 + 0.5 * np.tanh((from_x[:, :2] + from_h[:, :2]) / 2)
    n = np.tanh(from_x[:, 2] + gates[:, 0] * from_h[:, 2])
    return h - (1 - gates[:, 1]) * (h - n)


def gru_with(blend=lambda z, n, h, r: (1 - z) * n + z * h, order=(0, 1, 2), biases=lambda b_W, b_U: (b_W, b_U),
             candidate=lambda w, u, r, h, U, b: np.tanh(w + r * (u + b))):  # fmt: skip
    """Right but for one thing: the blend, which block is which, the biases, or the candidate.

    The candidate's parts: w = x W_n + b_Wn, u = h U_n, b = b_Un.
    """

    def answer(x, h, W, U, b_W, b_U):
        b_W, b_U = biases(b_W, b_U)
        w, u, b = np.split(x @ W + b_W, 3, axis=1), np.split(h @ U, 3, axis=1), np.split(b_U, 3)
        k_r, k_z, k_n = order
        r, z = (sigmoid(w[k] + u[k] + b[k]) for k in (k_r, k_z))
        n = candidate(w[k_n], u[k_n], r, h, np.split(U, 3, axis=1)[k_n], b[k_n])
        return blend(z, n, h, r)

    return answer


def gru_gates_from_x(x, h, W, U, b_W, b_U):
    """r and z do not see the state."""
    w_r, w_z, w_n = np.split(x @ W + b_W, 3, axis=1)
    r, z, n = sigmoid(w_r), sigmoid(w_z), np.split(h @ U + b_U, 3, axis=1)[2]
    return (1 - z) * np.tanh(w_n + r * n) + z * h


def gru_cases(rng):
    for N, D, H, scale in [(2, 3, 4, 1.0), (3, 2, 2, 1.0), (1, 1, 1, 1.0), (4, 3, 2, 1.0), (2, 2, 3, 400.0)]:
        W, U = scale * rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H))
        b_W, b_U = away_from_zero(rng, 3 * H), away_from_zero(rng, 3 * H)
        yield rng.normal(size=(N, D)), rng.normal(size=(N, H)) + 0.3, W, U, b_W, b_U
    x, h, W, U = np.ones((1, 2)), np.array([[3.0]]), np.zeros((2, 3)), np.zeros((1, 3))
    yield x, h, W, U, np.array([0.0, 1000.0, 0.5]), np.zeros(3)  # all is kept
    yield x, h, W, U, np.array([-1000.0, -1000.0, 0.5]), np.array([0.0, 0.0, 7.0])  # nothing is kept or recalled


# Data for people to read: a paragraph for each misconception.
# fmt: off
GRU = gru_with

EXERCISE = Exercise(
    id="16.5", title="A GRU, to the letter", name="gru_cell", points=4, minutes=20, difficulty=3,
    section="7. The GRU", reference=gru_cell, cases=gru_cases,
    forbidden=("family:recurrent network",),
    alternatives=[gru_by_columns, gru_by_blocks],
    misconceptions=[
        Misconception("z-the-other-way", GRU(blend=lambda z, n, h, r: z * n + (1 - z) * h),
            "In your cell z = 1 takes the new value; in (16.14) it keeps the old one. Papers differ, so read the "
            "formula, not the name."),
        Misconception("reset-before-product", GRU(candidate=lambda w, u, r, h, U, b: np.tanh(w + (r * h) @ U + b)),
            "You multiplied h by r before the product, as Cho et al. (2014) do. In (16.13) r comes after it."),
        Misconception("bias-outside-reset", GRU(candidate=lambda w, u, r, h, U, b: np.tanh(w + r * u + b)),
            "Nearly: the state's bias of the candidate is not under the reset gate. Look at the brackets in (16.13)."),
        Misconception("reset-before-product-bias-inside",
            GRU(candidate=lambda w, u, r, h, U, b: np.tanh(w + (r * h) @ U + r * b)),
            "Your bias is scaled by r, but the product is not: it met r * h. What is in the bracket of (16.13)?"),
        Misconception("reset-over-all", GRU(candidate=lambda w, u, r, h, U, b: np.tanh(r * (w + u + b))),
            "r scales the input's part too. It is meant for what comes from the past."),
        Misconception("no-reset", GRU(candidate=lambda w, u, r, h, U, b: np.tanh(w + u + b)),
            "The reset gate changes nothing in your answer. Where is it used?"),
        Misconception("update-first", GRU(order=(1, 0, 2)),
            "r and z read each other's columns. Keras has z first; which order does the task give?",
            family="gates in another order"),
        Misconception("candidate-first", GRU(order=(1, 2, 0)),
            "Your candidate reads the first block of columns. It is the last one here.",
            family="gates in another order"),
        Misconception("no-state-bias", GRU(biases=lambda b_W, b_U: (b_W, 0 * b_U)),
            "b_U changes nothing in your answer. A GRU has two bias vectors, and both count.", family="bias forgotten"),
        Misconception("no-input-bias", GRU(biases=lambda b_W, b_U: (0 * b_W, b_U)),
            "b_W changes nothing in your answer. It belongs to x.", family="bias forgotten"),
        Misconception("candidate-sigmoid", GRU(candidate=lambda w, u, r, h, U, b: sigmoid(w + r * (u + b))),
            "Your candidate is never negative: two of the three blocks are gates, the third is not."),
        Misconception("no-blend", GRU(blend=lambda z, n, h, r: n + z * h),
            "The new value enters whole, so the state can grow at each step. (16.14) is a weighted mean: do your two "
            "weights add up to 1?"),
        Misconception("as-in-many-articles", GRU(blend=lambda z, n, h, r: z * n + (1 - z) * h,
            candidate=lambda w, u, r, h, U, b: np.tanh(w + (r * h) @ U + b)),
            "Two things at once, and many articles have both: r stands before the product, and z = 1 takes the new "
            "value. Compare with (16.13) and (16.14), line by line."),
        Misconception("gates-from-x-only", gru_gates_from_x,
            "Your r and z do not know h. What else than x stands in the brackets of (16.12)?"),
        Misconception("reset-in-the-blend", GRU(blend=lambda z, n, h, r: (1 - z) * n + z * (r * h)),
            "The old state is scaled by r in the blend. r has had its turn inside the candidate."),
    ],
    hints=[
        "Keep the two products apart: three blocks from x with b_W, and three from h with b_U. Why is one sum of all "
        "not enough here?",
        "r and z: add the first blocks of both, and the second ones; sigmoid. (16.12)",
        "The candidate: x's third block, plus r times h's third block, its bias included; tanh. (16.13)",
        "Last, (16.14). For z = 1 the old state must come back unchanged: try that.",
    ],
    takeaway="One state, one blend. And read the brackets.",
)
