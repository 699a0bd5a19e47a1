"""Exercises of lesson 16: gates, cell, sequence, way back, GRU, forget bias, repair, predictions, a memory by hand."""

import numpy as np

from course_utils.checks import _answers16 as answers
from course_utils.checks import _cases16 as cases
from course_utils.checks._backward16 import LSTM_BACKWARD
from course_utils.checks._memory16 import NUMBERS, STORE
from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

LSTM_ROUTES = (
    "course_utils.recurrent.lstm_cell_forward", "course_utils.recurrent.lstm.lstm_cell_forward",
    "course_utils.recurrent.lstm_forward", "course_utils.recurrent.lstm.lstm_forward",
    "course_utils.layers.LSTM", "torch.nn.LSTM", "torch.nn.LSTMCell", "torch.lstm_cell",
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
        Misconception("tanh-on-output-gate", GATES(acts=(sigmoid, sigmoid, np.tanh, np.tanh)),
            "i, f and g are right. Your o goes below 0, as if it were a second candidate: which of the four functions "
            "of (16.5) is the odd one out?"),
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
            "x and h meet the same matrix, as in one article (E98). That stops where D and H differ, and where they "
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
        Misconception("sigmoid-shown", CELL(shown=lambda o, c, old: o * sigmoid(c)),
            "c is right. Your h is never negative: the memory went through a sigmoid before it was shown."),
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
        Misconception("same-array", SEQUENCE(output=lambda states, h0: np.stack([states[-1]] * len(states), axis=1)),
            "All your states are the last one. Did you keep the same array T times, and write into it at each step?"),
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
               "course_utils.layers.GRU", "torch.nn.GRU", "torch.nn.GRUCell", "torch.gru_cell"),
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
        Misconception("zeros-counted", answers.final_by_counting,
            "You found the end by counting the steps that are not 0. A real step may be 0 too: who knows better how "
            "long a sentence is?"),
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

EXERCISES = [LSTM_GATES, LSTM_CELL, LSTM_SEQUENCE, LSTM_BACKWARD, GRU_CELL, FORGET_BIAS, REPAIR, NUMBERS, STORE]
