"""Exercise 06.4: Softmax along any axis."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception, quietly
from course_utils.checks.lessons.l06_logistic_regression.shared import log_softmax, sigmoid, softmax


def softmax_cases(rng):
    yield rng.normal(size=(3, 4))
    yield rng.normal(size=5)
    yield Case(rng.normal(size=(4, 3)), axis=0)
    yield rng.normal(size=(3, 3))
    yield Case(rng.normal(size=(2, 3, 4)), axis=1)
    yield np.array([[1000.0, 0.0, -1000.0], [0.5, 1.0, 2.0]])
    yield np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1000.0]])
    yield np.array([[1, 0, 2], [3, 1, 0]])


def softmax_by_logs(logits, axis=-1):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True))


def softmax_by_slices(logits, axis=-1):
    rows = np.moveaxis(logits, axis, -1)
    out = np.empty(rows.shape)
    for place in np.ndindex(rows.shape[:-1]):
        powers = np.exp(rows[place] - max(rows[place]))
        out[place] = powers / sum(powers)
    return np.moveaxis(out, -1, axis)


@quietly
def softmax_with(logits, axis, shift=True, sums=None):
    """Softmax with one part exchanged."""
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True)) if shift else np.exp(logits)
    return powers / (powers.sum(axis=axis, keepdims=True) if sums is None else sums(powers, axis))


@quietly
def softmax_one_shift(logits, axis=-1):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=axis, keepdims=True)


@quietly
def softmax_no_powers(logits, axis=-1):
    return logits / logits.sum(axis=axis, keepdims=True)


def softmax_hard(logits, axis=-1):
    return (logits == logits.max(axis=axis, keepdims=True)).astype(float)


@quietly
def softmax_by_differences(logits, axis=-1):
    """One over the sum of the exponentials of all differences, without a largest one."""
    z = np.moveaxis(logits, axis, -1)
    return np.moveaxis(1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1), -1, axis)


@quietly
def softmax_shifted(logits, axis, shift):
    powers = np.exp(logits - shift)
    return powers / powers.sum(axis=axis, keepdims=True)


@quietly
def softmax_divided(logits, axis=-1):
    return softmax(logits / logits.max(axis=axis, keepdims=True), axis)


def softmax_largest_of_last(logits, axis=-1):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_of_its_dtype(logits, axis=-1):
    """Results written into an array like the logits: of whole numbers where they are."""
    out = np.empty_like(logits)
    out[...] = softmax(logits, axis)
    return out


def is_cut(received, expected, case):
    """Only huge logits went wrong, and without NaN."""
    return bool(np.isfinite(received).all() and np.abs(case.args[0]).max() > 500 and received.shape == expected.shape)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.4", title="Softmax along any axis", name="softmax", points=3, minutes=12, difficulty=3,
    section="6. Ten classes: softmax", reference=softmax, cases=softmax_cases,
    forbidden=("family:softmax",),
    alternatives=[softmax_by_logs, softmax_by_slices, softmax_by_differences],
    misconceptions=[
        Misconception("overflow", lambda logits, axis=-1: softmax_with(logits, axis, shift=False),
            "Right for usual logits, nan at ±1000. Subtract something from all logits of a row first; the "
            "quiz of section 6 says why you may.", family="numerical instability"),
        Misconception("one-shift-for-all", softmax_one_shift,
            "You subtract the largest logit of the whole table. A row whose own logits all lie far below it becomes "
            "0/0. Each row needs its own largest one.", family="numerical instability"),
        Misconception("axis-ignored", lambda logits, axis=-1: softmax_with(logits, -1),
            "Right for the last axis, but `axis` changes nothing in your answer. Where should it be handed on?",
            family="wrong axis"),
        Misconception("first-axis", lambda logits, axis=-1: softmax_with(logits, 0),
            "Your columns sum to 1, always. The axis asked for is the one along which the sum must be 1; unless "
            "told otherwise the last.", family="wrong axis"),
        Misconception("sums-to-one-in-all",
            lambda logits, axis=-1: softmax_with(logits, axis, sums=lambda powers, axis: powers.sum()),
            "All numbers of the table together sum to 1. Each example should: sum along one axis only.",
            family="wrong axis"),
        Misconception("axis-lost",
            lambda logits, axis=-1: softmax_with(logits, axis, sums=lambda powers, axis: powers.sum(axis=axis)),
            "After the sum one axis is gone, and the division meets the wrong numbers, or none that fit. Which "
            "option of sum and max keeps the axis, with length 1?"),
        Misconception("no-exponential", softmax_no_powers,
            "You divide the logits by their sum. Logits may be negative: first make them positive, (6.13)."),
        Misconception("logarithms", lambda logits, axis=-1: log_softmax(logits, axis),
            "These are the logarithms of the probabilities. Here the probabilities are asked."),
        Misconception("sigmoid-of-each", lambda logits, axis=-1: sigmoid(logits),
            "Each number is squeezed alone, so nothing makes a row sum to 1. In (6.13) the classes compete."),
        Misconception("winner-takes-all", softmax_hard,
            "Only 0 and 1 come out. That is the decision; softmax says how sure, and is, well, soft."),
        Misconception("default-axis", lambda logits, axis=0: softmax(logits, axis),
            "Right where an axis is named; where none is, it should be the last. Which default does your `def` line "
            "have?",
            family="wrong axis"),
        Misconception("largest-of-last-axis", softmax_largest_of_last,
            "The sums are along `axis`, but what you subtract first is the largest along the last axis. It cancels "
            "only if it is the same number for all that are added.", family="wrong axis"),
        Misconception("signs", lambda logits, axis=-1: softmax(-logits, axis),
            "The largest logit gets the smallest probability. Which sign has the exponent in (6.13)?",
            family="wrong sign"),
        Misconception("divided-by-largest", softmax_divided,
            "You divide by the largest logit. That changes the probabilities; what is subtracted cancels."),
        Misconception("mean-taken-off", lambda logits, axis=-1: softmax_shifted(
            logits, axis, logits.mean(axis=axis, keepdims=True)),
            "Right for usual logits, nan at ±1000. You subtract the mean of each row, and the largest may lie far "
            "above it: which number is it that no logit of the row exceeds?", family="numerical instability"),
        Misconception("dtype-kept", softmax_of_its_dtype,
            "For whole numbers as logits all your probabilities are whole: an array made like them (`zeros_like`, "
            "`empty_like`) takes over their dtype. Which should it have?", family="whole numbers cut"),
        Misconception("cut", lambda logits, axis=-1: softmax(np.clip(logits, -500, 500), axis),
            "Right for usual logits, and wrong at ±1000, though nothing is NaN. Cutting logits loses their "
            "differences, and so does an exponential that became infinite. Which subtraction keeps them?", seen=is_cut,
            family="numerical instability"),
    ],
    hints=[
        "Which sum must be 1? Check it on a (2, 3) table.",
        "Three steps: subtract the largest along `axis`; exponentials; divide by their sum along `axis`.",
        "`max` and `sum` take away the axis, and then shapes no longer fit. `keepdims=True` leaves it, with length 1.",
    ],
    takeaway="Subtract the largest of each row: nothing changes, and nothing can overflow.",
)
