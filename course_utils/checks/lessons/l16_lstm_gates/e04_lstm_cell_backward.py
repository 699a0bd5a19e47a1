"""Exercise 16.4: The way back through a cell."""

from types import SimpleNamespace

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import gates_by_columns, lstm_cell, lstm_gates, state_cases


def lstm_cell_backward(dh, dc, x, h, c, W, U, b):
    i, f, g, o = lstm_gates(x, h, W, U, b)
    t = np.tanh(f * c + i * g)
    total = dc + dh * o * (1 - t**2)
    da_i, da_f = total * g * i * (1 - i), total * c * f * (1 - f)
    da_g, da_o = total * i * (1 - g**2), dh * t * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return da @ W.T, da @ U.T, total * f, x.T @ da, h.T @ da, da.sum(axis=0)


def backward_joined(dh, dc, x, h, c, W, U, b):
    """[x, h] as one input of one matrix; slopes of all gates at once, in an array (4, N, H)."""
    gates = np.array(lstm_gates(x, h, W, U, b))
    i, f, g, o = gates
    t, slopes = np.tanh(f * c + i * g), gates * (1 - gates)
    slopes[2] = 1 - g * g
    total = dh * o / np.cosh(f * c + i * g) ** 2 + dc
    da = np.hstack(slopes * np.array([total * g, total * c, total * i, dh * t]))
    D = x.shape[1]
    d_xh, d_V = da @ np.vstack([W, U]).T, np.hstack([x, h]).T @ da
    return d_xh[:, :D], d_xh[:, D:], f * total, d_V[:D], d_V[D:], np.ones(len(x)) @ da


def backward_by_example(dh, dc, x, h, c, W, U, b):
    grads = [np.zeros_like(a) for a in (x, h, c, W, U, b)]
    for n in range(len(x)):
        i, f, g, o = (gate[0] for gate in gates_by_columns(x[n : n + 1], h[n : n + 1], W, U, b))
        t = np.tanh(i * g + f * c[n])
        total = dc[n] + (1 - t) * (1 + t) * o * dh[n]
        da = np.r_[
            total * g * i * (1 - i), total * c[n] * f * (1 - f), total * i * (1 - g) * (1 + g), dh[n] * t * o * (1 - o)
        ]
        grads[0][n], grads[1][n], grads[2][n] = W @ da, U @ da, total * f
        grads[3] += np.outer(x[n], da)
        grads[4] += np.outer(h[n], da)
        grads[5] += da
    return tuple(grads)


def backward_with(total=None, output=None, **blocks):
    """Right but for one thing: dc_total, one or more blocks of da (by name), or the six results.

    Each is a function of a namespace `s` with everything that is known so far.
    """

    def answer(dh, dc, x, h, c, W, U, b):
        i, f, g, o = lstm_gates(x, h, W, U, b)
        new = f * c + i * g
        s = SimpleNamespace(dh=dh, dc=dc, x=x, h=h, c=c, W=W, U=U, i=i, f=f, g=g, o=o, new=new, t=np.tanh(new))
        s.a = np.split(x @ W + h @ U + b, 4, axis=1)
        s.total = total(s) if total else dc + dh * o * (1 - s.t**2)
        right = {"i": s.total * g * i * (1 - i), "f": s.total * c * f * (1 - f)}
        right |= {"g": s.total * i * (1 - g**2), "o": dh * s.t * o * (1 - o)}
        s.da = np.hstack([blocks[k](s) if k in blocks else right[k] for k in "ifgo"])
        s.right = (s.da @ W.T, s.da @ U.T, s.total * f, x.T @ s.da, h.T @ s.da, s.da.sum(axis=0))
        return output(s) if output else s.right

    return answer


def put(k, value):
    """The six results with number k exchanged."""
    return lambda s: (*s.right[:k], value(s), *s.right[k + 1 :])


def blocks_exchanged(s):
    da = np.hstack([np.split(s.da, 4, axis=1)[k] for k in (0, 1, 3, 2)])
    return da @ s.W.T, da @ s.U.T, s.total * s.f, s.x.T @ da, s.h.T @ da, da.sum(axis=0)


def mean_over_batch(s):
    return (*s.right[:3], *(gradient / len(s.x) for gradient in s.right[3:]))


def weights_transposed(s):
    return (*s.right[:3], s.right[3].T, s.right[4].T, s.right[5])


def backward_by_nudges(dh, dc, *args, h=1e-5):
    """Differences of one's own, each place moved up a little."""

    def loss(moved):
        new_h, new_c = lstm_cell(*moved)
        return np.sum(dh * new_h) + np.sum(dc * new_c)

    slopes, start = [np.zeros(place.shape) for place in args], loss(args)
    for number, slope in enumerate(slopes):
        for at in np.ndindex(slope.shape):
            moved = [a.copy() for a in args]
            moved[number][at] += h
            slope[at] = (loss(moved) - start) / h
    return tuple(slopes)


def nearly_right(received, expected, case):
    """All six are off by little, but by more than rounding, and not because of float32."""
    pairs = [(np.asarray(r), e) for r, e in zip(received, expected, strict=True)]
    if not all(r.shape == e.shape and r.dtype == e.dtype for r, e in pairs):
        return False
    near = all(np.abs(r - e).max() <= 1e-2 * (1 + np.abs(e).max()) for r, e in pairs)
    exact = all(np.allclose(r, e, rtol=1e-9, atol=1e-12) or np.array_equal(r, r.astype(np.float32)) for r, e in pairs)
    return near and not exact


def backward_cases(rng):
    for x, h, c, W, U, b in state_cases(rng, states=2):
        yield *(rng.normal(size=(2, *h.shape)) + 0.3), x, h, c, W, U, b
    dh, dc, x, h, c = rng.normal(size=(5, 2, 2))
    dh[0] *= 1e9  # one example that matters so much that no difference shows what the other one does
    yield dh, dc, x, h, c, rng.normal(size=(2, 8)), rng.normal(size=(2, 8)), rng.normal(size=8)


# Data for people to read: a paragraph for each misconception.
# fmt: off
BACKWARD = backward_with


EXERCISE = Exercise(
    id="16.4", title="The way back through a cell", name="lstm_cell_backward", points=5, minutes=50, difficulty=4,
    section="4. The way back", reference=lstm_cell_backward, cases=backward_cases,
    needs=("16.1", "16.2"),
    forbidden=("course_utils.recurrent.lstm_cell_backward", "course_utils.recurrent.lstm_backward",
               "family:automatic gradient", "family:numerical gradient"),
    alternatives=[backward_joined, backward_by_example],
    parts=("dx", "dh_prev", "dc_prev", "dW", "dU", "db"),
    misconceptions=[
        Misconception("dh-does-not-reach-c", BACKWARD(total=lambda s: s.dc),
            "In your answer dh reaches the output gate only. But h shows c as well: by which second way, (16.7), does "
            "the loss feel the cell state?"),
        Misconception("upstream-exchanged",
            lambda dh, dc, *forward: lstm_cell_backward(dc, dh, *forward),
            "You took dc for dh and dh for dc. Which of the two belongs to what is shown?"),
        Misconception("dc-left-out", BACKWARD(total=lambda s: s.dh * s.o * (1 - s.t**2)),
            "dc changes nothing in your answer. It comes from the steps after this one, and it is added, (16.7)."),
        Misconception("tanh-not-crossed", BACKWARD(total=lambda s: s.dc + s.dh * s.o),
            "On its way from h to c the gradient went round the tanh. Which factor does (16.7) have for it?"),
        Misconception("output-gate-not-crossed", BACKWARD(total=lambda s: s.dc + s.dh * (1 - s.t**2)),
            "On its way from h to c the gradient has to pass a gate. Which factor of (16.7) is missing?"),
        Misconception("tanh-slope-of-c", BACKWARD(total=lambda s: s.dc + s.dh * s.o * (1 - s.new**2)),
            "You used 1 - c². The slope of tanh is 1 minus the square of its *output*."),
        Misconception("old-cell-in-tanh", BACKWARD(total=lambda s: s.dc + s.dh * s.o * (1 - np.tanh(s.c) ** 2)),
            "Your tanh is that of the cell state before the step; h was made from the one after it. Compute the step "
            "again first."),
        Misconception("old-cell-twice", BACKWARD(total=lambda s: s.dc + s.dh * s.o * (1 - np.tanh(s.c) ** 2),
            o=lambda s: s.dh * np.tanh(s.c) * s.o * (1 - s.o)),
            "Both your tanh look at the c you were given, the one *before* the step. In the lesson's code `c` was the "
            "one after it and `c_prev` the one before: which is `c` here?"),
        Misconception("no-slopes", BACKWARD(i=lambda s: s.total * s.g, f=lambda s: s.total * s.c,
            g=lambda s: s.total * s.i, o=lambda s: s.dh * s.t),
            "These are the gradients of the gates themselves. Behind each gate stands a sum: which slopes lie "
            "between, (16.8)?"),
        Misconception("no-gate-slopes", BACKWARD(i=lambda s: s.total * s.g, f=lambda s: s.total * s.c,
            o=lambda s: s.dh * s.t),
            "The candidate's block is right. The three gates came through a sigmoid, and its slope is missing."),
        Misconception("no-candidate-slope", BACKWARD(g=lambda s: s.total * s.i),
            "The gates' blocks are right. The candidate came through tanh, and its slope is missing."),
        Misconception("candidate-slope-of-sigmoid", BACKWARD(g=lambda s: s.total * s.i * s.g * (1 - s.g)),
            "g(1 - g) is the slope of a sigmoid. The candidate went through another function."),
        Misconception("slopes-of-sums", BACKWARD(i=lambda s: s.total * s.g * s.a[0] * (1 - s.a[0]),
            f=lambda s: s.total * s.c * s.a[1] * (1 - s.a[1]), g=lambda s: s.total * s.i * (1 - s.a[2] ** 2),
            o=lambda s: s.dh * s.t * s.a[3] * (1 - s.a[3])),
            "Your slopes use the sums before the function. s(1 - s) and 1 - s² are written with its output."),
        Misconception("sigmoid-twice", BACKWARD(
            i=lambda s: s.total * s.g * sigmoid(s.i) * (1 - sigmoid(s.i)),
            f=lambda s: s.total * s.c * sigmoid(s.f) * (1 - sigmoid(s.f)),
            o=lambda s: s.dh * s.t * sigmoid(s.o) * (1 - sigmoid(s.o))),
            "You took the sigmoid of gates that are sigmoids already, and then its slope."),
        Misconception("partners-exchanged", BACKWARD(i=lambda s: s.total * s.c * s.i * (1 - s.i),
            f=lambda s: s.total * s.g * s.f * (1 - s.f)),
            "i and f got each other's partner. In (16.3) each gate is multiplied by something: that is its slope."),
        Misconception("i-and-g-exchanged", BACKWARD(i=lambda s: s.total * s.i * s.i * (1 - s.i),
            g=lambda s: s.total * s.g * (1 - s.g**2)),
            "i was multiplied by i and g by g on your way back. In (16.3) the two meet each other: what is the slope "
            "of a product in one of its factors?"),
        Misconception("new-cell-for-f", BACKWARD(f=lambda s: s.total * s.new * s.f * (1 - s.f)),
            "The block of f is wrong: the forget gate multiplied the cell state *before* this step."),
        Misconception("o-from-total", BACKWARD(o=lambda s: s.total * s.t * s.o * (1 - s.o)),
            "The block of o is wrong: the output gate does not touch the cell state, so what of dc can reach it?"),
        Misconception("o-without-tanh", BACKWARD(o=lambda s: s.dh * s.new * s.o * (1 - s.o)),
            "The block of o is wrong: by what, exactly, was o multiplied in (16.4)?"),
        Misconception("f-not-crossed", BACKWARD(output=put(2, lambda s: s.total)),
            "dc_prev is wrong: between the old cell state and the new one stands a gate."),
        Misconception("dc-prev-without-dh", BACKWARD(output=put(2, lambda s: s.dc * s.f)),
            "dc_prev is wrong: the part of dh that has reached c goes on as well. Which dc is in (16.9)?"),
        Misconception("dh-passed-on", BACKWARD(output=put(1, lambda s: s.da @ s.U.T + s.dh)),
            "dh_prev is wrong: you let dh pass straight through. The old hidden state is used in the four sums only."),
        Misconception("blocks-in-another-order", BACKWARD(output=blocks_exchanged),
            "The blocks of g and o were put together in another order than those of W.",
            family="gates in another order"),
        Misconception("new-hidden-for-dU", BACKWARD(output=put(4, lambda s: (s.o * s.t).T @ s.da)),
            "dU is wrong: U was multiplied by the hidden state from before the step."),
        Misconception("mean-over-batch", BACKWARD(output=mean_over_batch),
            "dW, dU and db were divided by the number of examples. If the loss is a mean, dh and dc have that share "
            "already."),
        Misconception("db-not-summed", BACKWARD(output=put(5, lambda s: s.da)),
            "db has a row for each example. One bias serves them all: what happens to their shares?"),
        Misconception("db-averaged", BACKWARD(output=put(5, lambda s: s.da.mean(axis=0))),
            "All but db is right: there you took the mean over the examples. dW adds up what the examples bring; why "
            "should db do another thing?", family="mean and sum confused"),
        Misconception("by-nudges", backward_by_nudges,
            "All six are nearly right, as differences make them. Where one example weighs very much, nudges lose the "
            "digits of the others: take the formulas of section 4.", seen=nearly_right),
        Misconception("transposed", BACKWARD(output=weights_transposed),
            "dW and dU lie on their side. A gradient has the shape of what it belongs to.", family="transposed"),
        Misconception("states-exchanged", BACKWARD(output=lambda s: (s.right[0], s.right[2], s.right[1], *s.right[3:])),
            "dh_prev and dc_prev have changed places in what you return."),
        Misconception("parameters-first", BACKWARD(output=lambda s: (*s.right[3:], *s.right[:3])),
            "You return the weights' gradients first. The order is that of the forward arguments: x, h, c, W, U, b."),
    ],
    hints=[
        "Run the step forward again: you need i, f, g, o and tanh of the *new* cell state. Then go back line by line.",
        "Two ways lead to the new cell state: directly, dc, and from h, through the output gate and the tanh. Add "
        "them, (16.7).",
        "(16.8) gives four arrays (N, H). Put side by side in the order of the blocks they are da, of shape (N, 4H), "
        "the gradient of x W + h U + b.",
        "From da on it is a linear layer with two inputs: dx comes from da and W turned round, dW from x turned round "
        "and da; the same with h and U; for db add up the examples.",
    ],
    takeaway="Back through the cell state the gradient meets one factor: the forget gate.",
)
