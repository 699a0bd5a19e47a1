"""Exercise 06.5: Cross-entropy for many classes."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l06_logistic_regression.shared import capped, log_softmax, not_finite, softmax


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def loss_cases(rng):
    for n, k in [(4, 3), (3, 3), (6, 2), (5, 4)]:
        yield rng.normal(size=(n, k)), rng.permutation(np.arange(n) % k)
    yield rng.normal(size=(1, 5)), np.array([int(rng.integers(5))])
    yield np.array([[1000.0, 0.0, -1000.0], [0.5, 1.0, 2.0]]), np.array([2, 0])
    yield np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1000.0]]), np.array([0, 1])


def loss_by_loop(logits, labels):
    total = 0.0
    for z, label in zip(logits, labels, strict=True):
        largest = max(z)
        total += largest + np.log(sum(np.exp(z - largest))) - z[label]
    return total / len(labels)


def loss_by_one_hot(logits, labels):
    return -np.sum(np.eye(logits.shape[1])[labels] * log_softmax(logits)) / len(logits)


def loss_by_differences(logits, labels):
    """Every logit minus that of the true class."""
    off = logits - np.take_along_axis(logits, labels[:, None], axis=1)
    return np.mean(np.logaddexp.reduce(off, axis=1))


def picked(table, labels):
    """Of each row the entry of its label."""
    return table[np.arange(len(labels)), labels]


@quietly
def loss_from_probabilities(logits, labels, tiny=0.0):
    powers = np.exp(logits)
    return -np.mean(np.log(picked(powers / powers.sum(axis=1, keepdims=True), labels) + tiny))


def loss_padded(logits, labels):
    return -np.mean(np.log(picked(softmax(logits), labels) + 1e-12))


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.5", title="Cross-entropy for many classes", name="cross_entropy", points=3, minutes=12, difficulty=3,
    section="6. Ten classes: softmax", reference=cross_entropy, cases=loss_cases,
    forbidden=("family:cross-entropy", "family:softmax"),
    alternatives=[loss_by_loop, loss_by_one_hot, loss_by_differences],
    misconceptions=[
        Misconception("sum", lambda logits, labels: -np.sum(picked(log_softmax(logits), labels)),
            "This is the sum over the examples. (6.14) is their mean.", family="mean and sum confused"),
        Misconception("sign", lambda logits, labels: np.mean(picked(log_softmax(logits), labels)),
            "The loss is negative: the minus of (6.14) is lost.", family="wrong sign"),
        Misconception("every-pair", lambda logits, labels: -np.mean(log_softmax(logits)[:, labels]),
            "`p[:, labels]` takes for *each* row the columns of *all* labels: a table of n by n. You want one number "
            "for each row; give row numbers and labels together."),
        Misconception("mean-over-classes",
            lambda logits, labels: cross_entropy(logits, labels) / logits.shape[1],
            "K times too small: your mean runs over examples and classes, (6.14) divides by the examples only.",
            family="mean and sum confused"),
        Misconception("wrong-axis", lambda logits, labels: -np.mean(
            picked(log_softmax(logits, axis=0), labels)),
            "Your probabilities sum to 1 in each column. An example is a row: its classes must compete.",
            family="wrong axis"),
        Misconception("no-logarithm", lambda logits, labels: -np.mean(
            picked(softmax(logits), labels)),
            "Your loss uses the probabilities themselves; the logarithm is missing. Without it a confident mistake "
            "costs hardly more than a doubtful one."),
        Misconception("one-minus", lambda logits, labels: np.mean(1 - picked(softmax(logits), labels)),
            "1 - p is the mean share of doubt. Cross-entropy is -log p: (6.14)."),
        Misconception("largest-not-true", lambda logits, labels: -np.mean(log_softmax(logits).max(axis=1)),
            "You take the most probable class of each row. The loss asks for the *true* one: its label."),
        Misconception("logit-only", lambda logits, labels: -np.mean(picked(logits, labels)),
            "This is minus the logit of the true class. The logarithm of the sum is missing: "
            "the line below (6.14)."),
        Misconception("one-for-each", lambda logits, labels: -picked(log_softmax(logits), labels),
            "You have a loss for each example. (6.14) is one number, their mean.",
            family="a value for each example instead of one"),
        Misconception("padded", loss_padded,
            "Right for usual logits; but your loss is capped: because of a small number in the logarithm, or a cut, a "
            "very confident mistake costs too little. Work with logarithms throughout: the line below (6.14).",
            seen=capped, family="numerical instability"),
        Misconception("through-probabilities", loss_from_probabilities,
            "Right for usual logits; at ±1000 infinity or nan comes out. Subtract each row's own largest logit, and do "
            "not take the logarithm of a rounded p. See the line below (6.14).", seen=not_finite,
            family="numerical instability"),
        Misconception("shift-not-undone", lambda logits, labels: cross_entropy(logits, labels) - np.mean(
            logits.max(axis=1)),
            "You subtract the largest logit before the exponentials, and not from the logit of the true class. Both, "
            "or neither: what was taken off must cancel."),
        Misconception("labels-from-one", lambda logits, labels: -np.mean(picked(log_softmax(logits), labels - 1)),
            "You take the class before the label. Labels count from 0, as indices do.", family="off by one"),
        Misconception("bits", lambda logits, labels: cross_entropy(logits, labels) / np.log(2),
            "You took the logarithm to base 2: bits. We use the natural one.", family="bits instead of nats"),
        Misconception("base-10", lambda logits, labels: cross_entropy(logits, labels) / np.log(10),
            "Your loss has the logarithm to base 10. (6.14) has the natural one, `np.log`."),
        Misconception("overwritten", lambda logits, labels: -log_softmax(logits)[-1, labels[-1]] / len(labels),
            "Only the last example is left: each round of the loop overwrites the one before. Which sign adds to what "
            "is there already?", family="overwritten instead of added"),
        Misconception("each-class-alone", lambda logits, labels: np.mean(
            np.logaddexp(0, logits) - logits * np.eye(logits.shape[1])[labels]),
            "This is the loss of 06.2 for each class alone, as if several could be true. In (6.14) they compete."),
    ],
    hints=[
        "What does an example cost whose true class has the logit -1000, and another class 1000?",
        "The line below (6.14): the logarithm of the sum of exponentials, minus the logit of the true class. "
        "Subtract the largest logit of each row before you begin.",
        "One entry of each row: index with two lists, the row numbers 0, 1, 2, ... and the labels.",
    ],
    takeaway="Take the logarithm on paper, not of a rounded probability.",
)
