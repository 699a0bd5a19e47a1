"""Exercise 16.7: The zeros at the end are read too."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l16_lstm_gates.shared import lstm_cell, lstm_sequence
from course_utils.recurrent import lstm_forward


def final_state(x, lengths, W, U, b):
    zero = np.zeros((len(x), len(U)))
    states = lstm_sequence(x, zero, zero, W, U, b)
    return states[np.arange(len(x)), lengths - 1]


def final_state_of(pick):
    """pick(states (N, T, H), lengths) -> the answer."""

    def answer(x, lengths, W, U, b):
        zero = np.zeros((len(x), len(U)))
        return pick(lstm_sequence(x, zero, zero, W, U, b), lengths)

    return answer


broken_final_state = final_state_of(lambda states, lengths: states[:, -1])


def final_by_holding(x, lengths, W, U, b):
    h = c = np.zeros((len(x), len(U)))
    for t in range(x.shape[1]):
        new_h, new_c = lstm_cell(x[:, t], h, c, W, U, b)
        goes_on = (t < lengths)[:, None]
        h, c = np.where(goes_on, new_h, h), np.where(goes_on, new_c, c)
    return h


def final_by_cutting(x, lengths, W, U, b):
    zero = np.zeros((1, len(U)))
    return np.vstack(
        [lstm_sequence(x[n : n + 1, :length], zero, zero, W, U, b)[:, -1] for n, length in enumerate(lengths)]
    )


def final_by_the_library(x, lengths, W, U, b):
    """Only the padding was to be repaired: whose LSTM it is, is all the same."""
    zero = np.zeros((len(x), len(U)))
    (states, _), _ = lstm_forward(x, zero, zero, W, U, b)
    return states[np.arange(len(x)), lengths - 1]


def final_by_counting(x, lengths, W, U, b):
    zero = np.zeros((len(x), len(U)))
    states = lstm_sequence(x, zero, zero, W, U, b)
    return states[np.arange(len(x)), np.any(x != 0, axis=2).sum(axis=1) - 1]


def final_by_searching(x, lengths, W, U, b):
    """The end is where the last step stands that is not 0."""
    zero = np.zeros((len(x), len(U)))
    states = lstm_sequence(x, zero, zero, W, U, b)
    last = x.shape[1] - 1 - np.any(x != 0, axis=2)[:, ::-1].argmax(axis=1)
    return states[np.arange(len(x)), last]


def final_of_shifted(x, lengths, W, U, b):
    """The words moved to the end of the row, the zeros to its beginning."""
    shifted, zero = np.zeros_like(x), np.zeros((len(x), len(U)))
    for n, length in enumerate(lengths):
        shifted[n, x.shape[1] - length :] = x[n, :length]
    return lstm_sequence(shifted, zero, zero, W, U, b)[:, -1]


def real(states, lengths):
    """1.0 at the real steps, 0.0 at the padding, (N, T, 1)."""
    return (np.arange(states.shape[1]) < lengths[:, None])[:, :, None].astype(float)


def sentence_cases(rng):
    for T, D, H, lengths in [(5, 2, 4, [3, 2, 4]), (4, 3, 2, [2, 3]), (4, 2, 3, [2, 1, 3, 3]), (3, 1, 2, [2])]:
        yield sentences(rng, np.array(lengths), T, D, H)
    x, *others = sentences(rng, np.array([3, 2, 4]), 5, 2, 3)
    x[:, 1] = 0.0  # a real step that is 0, for one sentence the last
    yield x, *others
    yield sentences(rng, rng.integers(1, 6, 4), 6, 2, 1)
    yield sentences(rng, np.array([2, 3, 1]), 3, 2, 2)
    yield sentences(rng, np.array([1, 1]), 1, 2, 3)


def sentences(rng, lengths, T, D, H):
    x = rng.normal(size=(len(lengths), T, D))
    x[np.arange(T) >= lengths[:, None]] = 0.0
    W, U, b = rng.normal(size=(D, 4 * H)), rng.normal(size=(H, 4 * H)), rng.uniform(0.5, 1.5, 4 * H)
    return x, lengths, W, U, b


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="16.7", kind="repair", title="The zeros at the end are read too", name="final_state", points=3, minutes=12,
    difficulty=3, section="Article check", reference=final_state, broken=broken_final_state,
    cases=sentence_cases, needs=("16.1", "16.2", "16.3"),
    alternatives=[final_by_holding, final_by_cutting, final_by_the_library],
    misconceptions=[
        Misconception("unrepaired", broken_final_state,
            "The state still walks on through the padding: zeros in x do not make it stand still, because of b and "
            "of h itself. Which state of each sentence do you want?"),
        Misconception("one-too-far",
            final_state_of(lambda states, lengths: states[np.arange(len(states)), lengths]),
            "One step too far: a sentence of 3 has its last state at number 2. And one that fills the row has nothing "
            "after it.", family="off by one"),
        Misconception("every-pair", final_state_of(lambda states, lengths: states[:, lengths - 1]),
            "You have a state for each pair of a sentence and a length. Which *two* lists of numbers pick one state "
            "for each sentence?"),
        Misconception("zeroed", final_state_of(
            lambda states, lengths: (states * real(states, lengths))[:, -1]),
            "You set the states of the padding to 0, and then took the last one. For short sentences that is 0."),
        Misconception("summed", final_state_of(
            lambda states, lengths: (states * real(states, lengths)).sum(axis=1)),
            "You added up the states of all real steps. Wanted is the last of them alone."),
        Misconception("averaged", final_state_of(
            lambda states, lengths: (states * real(states, lengths)).sum(axis=1) / lengths[:, None]),
            "This is the mean of the real states. It may be a good idea, but it was not asked for."),
        Misconception("shortest", final_state_of(lambda states, lengths: states[:, lengths.min() - 1]),
            "All sentences stop where the shortest one does. Each has a length of its own."),
        Misconception("longest", final_state_of(lambda states, lengths: states[:, lengths.max() - 1]),
            "All sentences stop where the longest one does: the shorter ones still read zeros."),
        Misconception("zeros-counted", final_by_counting,
            "You found the end by counting the steps that are not 0. A real step may be 0 too: who knows better how "
            "long a sentence is?"),
        Misconception("zeros-searched", final_by_searching,
            "You looked for the last step that is not 0. The last real step may be 0 itself: `lengths` tells you where "
            "it stands."),
        Misconception("zeros-moved-to-the-front", final_of_shifted,
            "You moved the zeros to the front. There they are read too: the words then begin from another state than "
            "zero. Which state is untouched by them?"),
        Misconception("first-length-for-all", final_state_of(lambda states, lengths: states[:, lengths[0] - 1]),
            "All sentences stop where the first one does. Each has a length of its own."),
        Misconception("one-too-early",
            final_state_of(lambda states, lengths: states[np.arange(len(states)), lengths - 2]),
            "One step too early: counting begins at 0, so the first step has number 0, and you went back by two.",
            family="off by one"),
        Misconception("counted-from-the-end", final_state_of(
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
