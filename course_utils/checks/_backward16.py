"""Exercise 16.4, the way back through a cell: where a gradient can go astray."""

import numpy as np

from course_utils.checks import _answers16 as answers
from course_utils.checks import _cases16 as cases
from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

BACKWARD = answers.backward_with
sigmoid = answers.sigmoid

DERIVATIVE_ROUTES = (
    "course_utils.recurrent.lstm_cell_backward", "course_utils.recurrent.lstm.lstm_cell_backward",
    "course_utils.recurrent.lstm_backward", "course_utils.recurrent.lstm.lstm_backward",
    "course_utils.gradcheck.numerical_gradient", "torch.autograd.grad", "torch.autograd.backward",
    "torch.Tensor.backward",
)

LSTM_BACKWARD = Exercise(
    id="16.4", title="The way back through a cell", name="lstm_cell_backward", points=5, minutes=35, difficulty=4,
    section="4. The way back", reference=answers.lstm_cell_backward, cases=cases.backward_cases,
    needs=("16.1", "16.2"), forbidden=DERIVATIVE_ROUTES,
    alternatives=[answers.backward_joined, answers.backward_by_example],
    misconceptions=[
        Misconception("dh-does-not-reach-c", BACKWARD(total=lambda s: s.dc),
            "In your answer dh reaches the output gate only. But h shows c as well: by which second way, (16.7), does "
            "the loss feel the cell state?"),
        Misconception("upstream-exchanged",
            lambda dh, dc, *forward: answers.lstm_cell_backward(dc, dh, *forward),
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
        Misconception("new-cell-for-f", BACKWARD(f=lambda s: s.total * s.new * s.f * (1 - s.f)),
            "The block of f is wrong: the forget gate multiplied the cell state *before* this step."),
        Misconception("o-from-total", BACKWARD(o=lambda s: s.total * s.t * s.o * (1 - s.o)),
            "The block of o is wrong: the output gate does not touch the cell state, so what of dc can reach it?"),
        Misconception("o-without-tanh", BACKWARD(o=lambda s: s.dh * s.new * s.o * (1 - s.o)),
            "The block of o is wrong: by what, exactly, was o multiplied in (16.4)?"),
        Misconception("f-not-crossed", BACKWARD(output=answers.put(2, lambda s: s.total)),
            "dc_prev is wrong: between the old cell state and the new one stands a gate."),
        Misconception("dc-prev-without-dh", BACKWARD(output=answers.put(2, lambda s: s.dc * s.f)),
            "dc_prev is wrong: the part of dh that has reached c goes on as well. Which dc is in (16.9)?"),
        Misconception("dh-passed-on", BACKWARD(output=answers.put(1, lambda s: s.da @ s.U.T + s.dh)),
            "dh_prev is wrong: you let dh pass straight through. The old hidden state is used in the four sums only."),
        Misconception("blocks-in-another-order", BACKWARD(output=answers.blocks_exchanged),
            "The blocks of g and o were put together in another order than those of W."),
        Misconception("new-hidden-for-dU", BACKWARD(output=answers.put(4, lambda s: (s.o * s.t).T @ s.da)),
            "dU is wrong: U was multiplied by the hidden state from before the step."),
        Misconception("mean-over-batch", BACKWARD(output=answers.mean_over_batch),
            "dW, dU and db were divided by the number of examples. If the loss is a mean, dh and dc have that share "
            "already."),
        Misconception("db-not-summed", BACKWARD(output=answers.put(5, lambda s: s.da)),
            "db has a row for each example. One bias serves them all: what happens to their shares?"),
        Misconception("transposed", BACKWARD(output=answers.weights_transposed),
            "dW and dU lie on their side. A gradient has the shape of what it belongs to."),
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
