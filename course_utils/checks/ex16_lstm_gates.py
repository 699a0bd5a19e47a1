"""Exercises of lesson 16: gates, cell, sequence, way back, GRU, forget bias, repair, predictions, a memory by hand."""

import numpy as np

from course_utils.checks import _answers16 as answers
from course_utils.checks import _cases16 as cases
from course_utils.checks._backward16 import LSTM_BACKWARD
from course_utils.checks.exercise import Exercise, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

LSTM_ROUTES = (
    "course_utils.recurrent.lstm_cell_forward", "course_utils.recurrent.lstm.lstm_cell_forward",
    "course_utils.recurrent.lstm_forward", "course_utils.recurrent.lstm.lstm_forward",
    "torch.nn.LSTM", "torch.nn.LSTMCell", "torch.lstm_cell",
)
GATES = answers.gates_with
CELL = answers.cell_with
SEQUENCE = answers.sequence_with
GRU = answers.gru_with
sigmoid = answers.sigmoid

LSTM_GATES = Exercise(
    id="16.1", title="Three gates and a candidate", name="lstm_gates", points=3, minutes=12, difficulty=2,
    section="3. Four small layers in one cell", reference=answers.lstm_gates, cases=cases.gate_cases,
    forbidden=LSTM_ROUTES, alternatives=[answers.gates_by_columns, answers.gates_by_joining],
    misconceptions=[
        Misconception("candidate-last", GATES(order=(0, 1, 3, 2)),
            "i and f are right, but g and o read each other's columns. Some papers put the candidate last; which "
            "block is the third here?"),
        Misconception("forget-first", GATES(order=(1, 0, 2, 3)),
            "i and f have changed places. Whose columns are the first H, by (16.5)?"),
        Misconception("sigmoid-everywhere", GATES(acts=(sigmoid,) * 4),
            "Your candidate never goes below 0, so a cell could only ever be raised. Which function of (16.5) gives "
            "both signs?"),
        Misconception("tanh-everywhere", GATES(acts=(np.tanh,) * 4),
            "Your gates go below 0. A gate says which share passes: between which two numbers must it lie?"),
        Misconception("functions-exchanged", GATES(acts=(np.tanh, np.tanh, sigmoid, np.tanh)),
            "The gates run from -1 to 1 and the candidate from 0 to 1: the two functions are exchanged."),
        Misconception("no-function", GATES(acts=(answers.same,) * 4),
            "These are the sums before any function: they have no limits. What does (16.5) do with them?"),
        Misconception("open-or-shut", GATES(acts=(answers.step_function,) * 2 + (np.tanh, answers.step_function)),
            "Your gates are 0 or 1 and nothing between. Gates are soft; a step has no slope to learn from."),
        Misconception("no-bias", GATES(sums=lambda x, h, W, U, b: x @ W + h @ U),
            "The bias is missing in all four sums."),
        Misconception("bias-twice", GATES(sums=lambda x, h, W, U, b: x @ W + b + h @ U + b),
            "b came in twice, once with x and once with h. PyTorch has two bias vectors; here there is one."),
        Misconception("no-memory", GATES(sums=lambda x, h, W, U, b: x @ W + b),
            "h changes nothing in your answer. Gates look at the input and at the last hidden state."),
        Misconception("one-matrix", GATES(sums=lambda x, h, W, U, b: x @ W + h @ W + b),
            "x and h meet the same matrix, as in the third article. That stops where D and H differ, and where they "
            "agree, input and memory cannot be told apart."),
        Misconception("every-fourth-column", GATES(cut=lambda a: [a[:, k::4] for k in range(4)]),
            "You took every fourth column for a gate. Blocks lie side by side: H columns for i, then H for f, ..."),
        Misconception("rows-cut", GATES(cut=lambda a: np.split(a, 4)),
            "You cut the examples into four groups, not the columns. Along which axis do the blocks lie?"),
        Misconception("overflow",
            GATES(acts=(answers.overflowing, answers.overflowing, np.tanh, answers.overflowing)),
            "Right for usual sums, nan at 1000: your sigmoid divides infinity by infinity. Lesson 06 had a safe form."),
    ],
    hints=[
        "All four sums at once: which shape has x times W? And h times U? What do you add to them?",
        "The sums have shape (N, 4H). Cut them into four blocks of H columns: np.split with the right axis, or slices.",
        "Three of the blocks go through the sigmoid, one through tanh. Which one is the candidate, and where is it?",
    ],
    takeaway="Four layers, one product: only the last function tells a candidate from a gate.",
)

LSTM_CELL = Exercise(
    id="16.2", title="One step of an LSTM", name="lstm_cell", points=3, minutes=10, difficulty=2,
    section="2. A memory that is added to", reference=answers.lstm_cell, cases=cases.cell_cases, needs=("16.1",),
    forbidden=LSTM_ROUTES, alternatives=[answers.cell_by_units, answers.cell_by_columns],
    misconceptions=[
        Misconception("pair-exchanged", CELL(order=lambda pair: pair[::-1]),
            "The right two arrays, but the cell state comes first. What does the task name first?"),
        Misconception("output-gate-missing", CELL(shown=lambda o, c, old: np.tanh(c)),
            "c is right. But all of it is shown: which gate of (16.4) decides how much?"),
        Misconception("tanh-missing", CELL(shown=lambda o, c, old: o * c),
            "c is right. Your h can be larger than 1: what does (16.4) do with c before the gate?"),
        Misconception("old-memory-shown", CELL(shown=lambda o, c, old: o * np.tanh(old)),
            "c is right, but your h shows the cell state before this step. Which of the two has the time t in (16.4)?"),
        Misconception("cell-squashed", CELL(memory=lambda i, f, g, c, h: np.tanh(f * c + i * g),
            shown=lambda o, c, old: o * c),
            "Your cell state itself went through tanh, so it shrinks at each step. In (16.3) it stays as it is; tanh "
            "is for what is shown."),
        Misconception("gates-exchanged", CELL(memory=lambda i, f, g, c, h: i * c + f * g),
            "The forget gate took the candidate and the input gate the old memory. What goes with which in (16.3)?"),
        Misconception("coupled", CELL(memory=lambda i, f, g, c, h: f * c + (1 - f) * g),
            "You let in as much as you forget, 1 - f. A GRU does so; the LSTM has an input gate of its own."),
        Misconception("never-forgets", CELL(memory=lambda i, f, g, c, h: c + i * g),
            "The forget gate changes nothing in your answer. This is the LSTM of 1997; what was added in 2000?"),
        Misconception("lets-all-in", CELL(memory=lambda i, f, g, c, h: f * c + g),
            "The candidate enters whole. Which gate says how much of it is wanted?"),
        Misconception("forget-means-forget", CELL(memory=lambda i, f, g, c, h: (1 - f) * c + i * g),
            "In your cell f = 1 wipes the memory. The name misleads: which share of c does f let through in (16.3)?"),
        Misconception("hidden-for-cell", CELL(memory=lambda i, f, g, c, h: f * h + i * g),
            "Your memory starts from the hidden state h. What is kept from step to step is the other array."),
        Misconception("matrix-product", CELL(memory=lambda i, f, g, c, h: f @ c + i @ g),
            "@ is a matrix product: it mixes units and examples, where it runs at all. The products of (16.3) go "
            "element by element."),
    ],
    hints=[
        "Call lstm_gates once. What are the four arrays for?",
        "First the new cell state, (16.3): the share of the old one that is kept, plus the share of the candidate that "
        "enters.",
        "Then the hidden state, (16.4), from the *new* cell state: squash it, and let the output gate choose.",
    ],
    takeaway="Keep a part, add a part, show a part.",
)

LSTM_SEQUENCE = Exercise(
    id="16.3", title="From step to sequence", name="lstm_sequence", points=3, minutes=12, difficulty=2,
    section="3. Four small layers in one cell", reference=answers.lstm_sequence, cases=cases.sequence_cases,
    needs=("16.1", "16.2"), forbidden=LSTM_ROUTES,
    alternatives=[answers.sequence_filled, answers.sequence_by_example],
    misconceptions=[
        Misconception("cell-not-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h, c0)),
            "The hidden state goes on, but each step begins with c0 again: the long memory is lost. Which two things "
            "does the next step need?"),
        Misconception("hidden-not-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h0, c)),
            "The cell state goes on, but each step gets h0 again. Which h should the gates of step 2 see?"),
        Misconception("nothing-carried", SEQUENCE(carry=lambda h, c, h0, c0: (h0, c0)),
            "Each step starts from h0 and c0, as if it were the first. What is a recurrent network without its past?"),
        Misconception("zeros", SEQUENCE(start=lambda h0, c0: (0 * h0, 0 * c0)),
            "Your states start at zero. They are given: what are h0 and c0 for?"),
        Misconception("both-from-h0", SEQUENCE(start=lambda h0, c0: (h0, h0)),
            "Your cell state starts as h0. There is a c0."),
        Misconception("unpacked-exchanged", answers.sequence_unpacked_wrong,
            "h and c change places at each step. In which order does lstm_cell return them?"),
        Misconception("time-first", SEQUENCE(output=lambda states, h0: np.array(states)),
            "Your first axis is time. Asked is (N, T, H): the examples first."),
        Misconception("reshaped", SEQUENCE(output=answers.in_rows),
            "The shape is right and the numbers stand at wrong places: reshape moves none of them. How did lesson 02 "
            "exchange two axes, or along which axis can you stack?"),
        Misconception("examples-as-steps", answers.sequence_over_examples,
            "Your loop walks over the examples: x has shape (N, T, D). Which axis is time?"),
        Misconception("last-only", SEQUENCE(output=lambda states, h0: states[-1]),
            "This is the last state only, as Keras gives it unless asked. Here the state after each step is wanted."),
        Misconception("cells-collected", SEQUENCE(shown=lambda h, c, before: c),
            "You collected the cell states. What the layer shows to others are its hidden states."),
        Misconception("one-step-late", SEQUENCE(shown=lambda h, c, before: before),
            "Your list begins with h0 and ends one step too early: you keep the state *before* each step."),
        Misconception("start-included", SEQUENCE(
            output=lambda states, h0: np.stack([h0, *states], axis=1)),
            "One state too many: h0 is not the result of a step."),
        Misconception("backwards", SEQUENCE(steps=answers.backwards),
            "You read the sequence from its end. The first step to be made is t = 0."),
    ],
    hints=[
        "Which shape has the input of one step, for the whole batch? How do you cut it out of x?",
        "A loop over t. Two things change from turn to turn, and both start outside the loop.",
        "Keep the hidden state of each turn in a list. In the end the list has T arrays (N, H): np.stack can put "
        "them side by side along a new axis.",
    ],
    takeaway="Two states walk along; one of them is shown.",
)

GRU_CELL = Exercise(
    id="16.5", title="A GRU, to the letter", name="gru_cell", points=4, minutes=20, difficulty=3,
    section="7. The GRU", reference=answers.gru_cell, cases=cases.gru_cases,
    forbidden=("course_utils.recurrent.gru_cell_forward", "course_utils.recurrent.gru.gru_cell_forward",
               "course_utils.recurrent.gru_forward", "course_utils.recurrent.gru.gru_forward",
               "torch.nn.GRU", "torch.nn.GRUCell", "torch.gru_cell"),
    alternatives=[answers.gru_by_columns, answers.gru_by_blocks],
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
            "r and z read each other's columns. Keras has z first; which order does the task give?"),
        Misconception("candidate-first", GRU(order=(1, 2, 0)),
            "Your candidate reads the first block of columns. It is the last one here."),
        Misconception("no-state-bias", GRU(biases=lambda b_W, b_U: (b_W, 0 * b_U)),
            "b_U changes nothing in your answer. A GRU has two bias vectors, and both count."),
        Misconception("no-input-bias", GRU(biases=lambda b_W, b_U: (0 * b_W, b_U)),
            "b_W changes nothing in your answer. It belongs to x."),
        Misconception("candidate-sigmoid", GRU(candidate=lambda w, u, r, h, U, b: sigmoid(w + r * (u + b))),
            "Your candidate is never negative: two of the three blocks are gates, the third is not."),
        Misconception("no-blend", GRU(blend=lambda z, n, h, r: n + z * h),
            "The new value enters whole, so the state can grow at each step. (16.14) is a weighted mean: do your two "
            "weights add up to 1?"),
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

FORGET_BIAS = Exercise(
    id="16.6", title="Begin by remembering", name="init_lstm_bias", points=2, minutes=6, difficulty=1,
    section="5. The forget bias", reference=answers.init_lstm_bias, cases=cases.bias_cases,
    alternatives=[
        answers.bias_at(1),
        lambda hidden, forget=1.0: np.repeat([0.0, float(forget), 0.0, 0.0], hidden),
        lambda hidden, forget=1.0: np.kron(np.array([0.0, 1.0, 0.0, 0.0]), np.full(hidden, float(forget))),
    ],
    misconceptions=[
        Misconception("input-block", answers.bias_at(0),
            "You set the first block: that opens the *input* gate. Which block belongs to f?"),
        Misconception("candidate-block", answers.bias_at(2),
            "You set the third block: that pushes every candidate to one side. Count the blocks of (16.5) again."),
        Misconception("output-block", answers.bias_at(3),
            "You set the last block: that shows more of the cell state, but keeps no more of it."),
        Misconception("every-block", answers.bias_at(0, 1, 2, 3),
            "All four blocks got the number. Only one of them says how much is kept."),
        Misconception("all-gates", answers.bias_at(0, 1, 3),
            "All three gates got the number. What has the input gate to do with keeping?"),
        Misconception("always-one", lambda hidden, forget=1.0: answers.init_lstm_bias(hidden),
            "`forget` changes nothing in your answer: it is 1 only if nobody says otherwise."),
        Misconception("every-fourth", answers.bias_interleaved,
            "You set every fourth number. The H numbers of a gate stand side by side."),
        Misconception("one-number", answers.bias_one_entry,
            "Only one unit remembers. Each of the `hidden` units has a forget gate."),
        Misconception("kept-share", lambda hidden, forget=1.0: sigmoid(answers.init_lstm_bias(hidden, forget)),
            "These are the gates that come out, not the biases that go in: the cell takes the sigmoid itself."),
        Misconception("table", lambda hidden, forget=1.0: answers.init_lstm_bias(hidden, forget).reshape(4, hidden),
            "The right numbers in a table. The cell adds b to rows of 4H numbers: which shape must it have?"),
        Misconception("whole-numbers", lambda hidden, forget=1.0: answers.init_lstm_bias(hidden, int(forget)),
            "Your bias lost what stands after the decimal point. Which dtype has your array?"),
    ],
    hints=[
        "How many blocks are there, how long is each, and in which order do they come?",
        "Start with zeros, as many as W has columns. Where does the block of f begin, and where does it end?",
        "One slice gets the number: from hidden up to twice hidden.",
    ],
    takeaway="A new LSTM should begin by keeping; what to forget it can learn.",
)

REPAIR = Exercise(
    id="16.7", kind="repair", title="The zeros at the end are read too", name="final_state", points=3, minutes=12,
    difficulty=3, section="Article check", reference=answers.final_state, broken=answers.broken_final_state,
    cases=cases.sentence_cases, needs=("16.1", "16.2", "16.3"), forbidden=LSTM_ROUTES,
    alternatives=[answers.final_by_holding, answers.final_by_cutting],
    misconceptions=[
        Misconception("unrepaired", answers.broken_final_state,
            "The state still walks on through the padding: zeros in x do not make it stand still, because of b and "
            "of h itself. Which state of each sentence do you want?"),
        Misconception("one-too-far",
            answers.final_state_of(lambda states, lengths: states[np.arange(len(states)), lengths]),
            "One step too far: a sentence of 3 has its last state at number 2. And one that fills the row has nothing "
            "after it."),
        Misconception("every-pair", answers.final_state_of(lambda states, lengths: states[:, lengths - 1]),
            "You have a state for each pair of a sentence and a length. Which *two* lists of numbers pick one state "
            "for each sentence?"),
        Misconception("zeroed", answers.final_state_of(
            lambda states, lengths: (states * answers.real(states, lengths))[:, -1]),
            "You set the states of the padding to 0, and then took the last one. For short sentences that is 0."),
        Misconception("summed", answers.final_state_of(
            lambda states, lengths: (states * answers.real(states, lengths)).sum(axis=1)),
            "You added up the states of all real steps. Wanted is the last of them alone."),
        Misconception("averaged", answers.final_state_of(
            lambda states, lengths: (states * answers.real(states, lengths)).sum(axis=1) / lengths[:, None]),
            "This is the mean of the real states. It may be a good idea, but it was not asked for."),
        Misconception("shortest", answers.final_state_of(lambda states, lengths: states[:, lengths.min() - 1]),
            "All sentences stop where the shortest one does. Each has a length of its own."),
        Misconception("longest", answers.final_state_of(lambda states, lengths: states[:, lengths.max() - 1]),
            "All sentences stop where the longest one does: the shorter ones still read zeros."),
        Misconception("counted-from-the-end", answers.final_state_of(
            lambda states, lengths: states[np.arange(len(states)), -lengths]),
            "You counted the lengths from the end of the row. The words stand at its beginning."),
    ],
    hints=[
        "Try a batch of one sentence, once with two zeros behind it and once with five. Which states are the same?",
        "The states up to the last real word do not know what comes after it. So the right one is among those that "
        "lstm_sequence gives.",
        "Lesson 06 picked one number from each row by two lists: the row numbers, and the places in the rows. Which "
        "place has the last real step?",
    ],
    takeaway="A network that reads zeros is not at rest: say where the sentence ends.",
)

NUMBERS = Exercise(
    id="16.8", kind="value", title="Six numbers about memory", name="memory", points=3, minutes=12, difficulty=2,
    section="2. A memory that is added to", rtol=1.2e-2,
    reference={
        "c after very many steps": 2.0, "h after very many steps": float(np.tanh(2.0)),
        "share of c_0 after 100 steps": 0.99**100, "bias for f = 0.99": float(np.log(99)),
        "parameters of the LSTM": 2560, "parameters of the GRU": 1920,
    },
    misconceptions=[
        Misconception("one-candidate", {"c after very many steps": 1.0},
            "The candidate is 1, but from c = 1 the next step makes 0.5 times 1, plus 1. Which c does not change?"),
        Misconception("grows", {"c after very many steps": float("inf")},
            "Without forgetting it would grow for ever. Here half is lost each time: when are loss and gain equal?"),
        Misconception("half", {"c after very many steps": 0.5},
            "Make the first three steps on paper, from c = 0. Is the third one still at 0.5?"),
        Misconception("shown-as-it-is", {"h after very many steps": 2.0},
            "No hidden state of an LSTM is above 1. What does (16.4) do with c before it is shown?"),
        Misconception("tanh-of-one", {"h after very many steps": float(np.tanh(1.0))},
            "You took the tanh of the candidate. It is the cell state that is shown."),
        Misconception("one-step", {"share of c_0 after 100 steps": 0.99},
            "That is what is left after one step. The next step keeps 99 % of that, and so on."),
        Misconception("all-gone", {"share of c_0 after 100 steps": 0.0},
            "1 % lost each time is not 100 % after 100 times: each loss is 1 % of what is left. See (16.11)."),
        Misconception("gate-itself", {"bias for f = 0.99": 0.99},
            "That is the gate. The bias goes into a sigmoid, and this must come out."),
        Misconception("sigmoid-of-the-gate", {"bias for f = 0.99": float(sigmoid(np.float64(0.99)))},
            "You went through the sigmoid forwards. From 0.99 back to the logit: lesson 06, logarithm of the odds."),
        Misconception("odds-upside-down", {"bias for f = 0.99": float(-np.log(99))},
            "The size is right. But a negative bias makes a gate below one half."),
        Misconception("one-bias", {"parameters of the LSTM": 2480},
            "This is (16.6), with one bias vector. PyTorch keeps two."),
        Misconception("one-of-four", {"parameters of the LSTM": 640},
            "You counted one gate. How many layers are there in the cell?"),
        Misconception("three-gates", {"parameters of the LSTM": 1920},
            "Three gates, yes; but the candidate has weights of its own too."),
        Misconception("as-many-as-lstm", {"parameters of the GRU": 2560},
            "You gave the GRU four blocks of weights. How many are there in (16.12) and (16.13)?"),
        Misconception("two-gates", {"parameters of the GRU": 1280},
            "Two gates, yes; what else of the GRU has weights?"),
        Misconception("gru-one-bias", {"parameters of the GRU": 1860},
            "Three blocks, but with one bias each. PyTorch's GRU has two, and here they even differ in what they do."),
    ],
    alternatives=[
        {"c after very many steps": 2, "h after very many steps": 0.96, "share of c_0 after 100 steps": 0.37,
         "bias for f = 0.99": 4.6, "parameters of the LSTM": 2560, "parameters of the GRU": 1920},
        {"parameters of the GRU": 3 * (10 + 20 + 2) * 20, "parameters of the LSTM": 4 * 20 * (10 + 20 + 2),
         "bias for f = 0.99": 4.595, "share of c_0 after 100 steps": 0.366, "h after very many steps": 0.964,
         "c after very many steps": 1 / (1 - 0.5)},
    ],
    hints=[
        "At rest the next cell state equals this one: write that down as an equation with f = 0.5. What is shown is a "
        "tanh.",
        "100 factors of 0.99. For the bias: the logit of 0.99 is the logarithm of 0.99 to 0.01.",
        "One block has a number for each pair of an input and a unit, one for each pair of two units, and its biases: "
        "two a unit in PyTorch. How many blocks has each cell?",
    ],
    takeaway="Small leaks decide: 0.99 a step leaves about a third after a hundred.",
)

STORE = Exercise(
    id="16.9", kind="experiment", title="Set a memory by hand", name="store_weights", points=4, minutes=25,
    difficulty=4, section="3. Four small layers in one cell", reference=answers.store_weights,
    cases=cases.stream_cases, metric=Metric(cases.distance, "mean distance of the last h from what was flagged",
                                            at_most=cases.CLOSE),
    alternatives=[lambda: answers.store_weights(30.0, 20.0), lambda: answers.store_weights(15.0, 4.0),
                  answers.store_uneven],
    misconceptions=[
        Misconception("blocks-exchanged", answers.store_with(order=(0, 1, 3, 2)),
            "With its last two blocks exchanged, your memory would work. In which order do they stand?",
            seen=cases.good_if(lambda W, U, b: (W[:, [0, 1, 3, 2]], U[:, [0, 1, 3, 2]], b[[0, 1, 3, 2]]))),
        Misconception("rows-exchanged", lambda: (answers.store_weights()[0][::-1], *answers.store_weights()[1:]),
            "With the two rows of W exchanged, your memory would work. Which number of x comes first?",
            seen=cases.good_if(lambda W, U, b: (W[::-1], U, b))),
        Misconception("sign", lambda: answers.store_weights(value=-5.0),
            "Your memory keeps the opposite of what was flagged. Which weight gives the candidate its sign?",
            seen=cases.good_if(lambda W, U, b: (W * [1, 1, -1, 1], U, b * [1, 1, -1, 1]))),
        Misconception("leaks", lambda: answers.store_weights(strength=8.0),
            "Your memory leaks: without a flag the forget gate is not near enough to 1. What is left of 1 after 60 "
            "steps with your f?", seen=cases.dial("f", 0.0, lambda f: f < 0.997)),
        Misconception("always-writes", answers.store_with(lambda W, b: np.copyto(b, [10.0, 10.0, 0.0, 10.0])),
            "Your input gate is open without a flag, so every value gets in. What must close it, and what open it?",
            seen=cases.dial("i", 0.0, lambda i: i > 0.003)),
        Misconception("never-writes", answers.store_with(lambda W, b: np.copyto(b, [-40.0, 10.0, 0.0, 10.0])),
            "Your input gate stays shut at the flag too, so nothing ever gets in. Add up its sum for flag = 1.",
            seen=cases.dial("i", 1.0, lambda i: i < 0.95)),
        Misconception("not-emptied", answers.store_with(lambda W, b: np.copyto(W[1], [20.0, 0.0, 0.0, 0.0])),
            "It keeps the first flagged value for ever, and a second one is added to it. What should the forget "
            "gate do at a flag?", seen=cases.dial("f", 1.0, lambda f: f > 0.05)),
        Misconception("output-shut", answers.store_with(lambda W, b: np.copyto(b, [-10.0, 10.0, 0.0, 0.0])),
            "The cell holds the value, but your output gate is only partly open, and h shows a part of it.",
            seen=cases.dial("o", 0.0, lambda o: o < 0.95)),
        Misconception("weak-candidate", lambda: answers.store_weights(value=1.0),
            "What you store is too small: for a value of 1 the candidate should be nearly 1. How large must its weight "
            "be?", seen=cases.dial("g", 1.0, lambda g: np.abs(g) < 0.95)),
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

EXERCISES = [LSTM_GATES, LSTM_CELL, LSTM_SEQUENCE, LSTM_BACKWARD, GRU_CELL, FORGET_BIAS, REPAIR, NUMBERS, STORE]
