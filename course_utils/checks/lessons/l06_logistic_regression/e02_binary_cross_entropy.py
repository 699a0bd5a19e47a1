"""Exercise 06.2: Cross-entropy from logits."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l06_logistic_regression.shared import binary_cross_entropy, capped, not_finite, sigmoid


def binary_loss_cases(rng):
    for n in [5, 8, 3]:
        target = np.zeros(n)
        target[: n // 2] = 1.0
        yield rng.uniform(0.5, 3.0, n) * rng.choice([-1.0, 1.0], n), rng.permutation(target)
    yield rng.normal(size=1), np.array([1.0])
    yield np.array([1000.0, -1000.0]), np.array([0.0, 1.0])  # confidently wrong, and small: what a capped loss is shown
    yield np.array([1000.0, 0.5, -1000.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])


def binary_loss_by_loop(logits, target):
    total = 0.0
    for z, t in zip(logits, target, strict=True):
        signed = -z if t == 1 else z
        total += signed + np.log1p(np.exp(-signed)) if signed > 0 else np.log1p(np.exp(signed))
    return total / len(logits)


def binary_terms(logits, target):
    """The loss of each example, from logits."""
    return np.logaddexp(0, logits) - logits * target


@quietly
def binary_from_probabilities(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@quietly
def binary_padded(logits, target, tiny=1e-12):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(target * np.log(p + tiny) + (1 - target) * np.log(1 - p + tiny))


@quietly
def binary_of_raw_logits(logits, target):
    return -np.mean(target * np.log(logits) + (1 - target) * np.log(1 - logits))


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="06.2", title="Cross-entropy from logits", name="binary_cross_entropy", points=3, minutes=15, difficulty=3,
    section="7. What goes wrong", reference=binary_cross_entropy, cases=binary_loss_cases,
    forbidden=("family:cross-entropy",),
    alternatives=[
        binary_loss_by_loop,
        lambda logits, target: np.mean(np.logaddexp(0, logits) - logits * target),
        lambda logits, target: np.mean(np.logaddexp(0, np.where(target == 1, -logits, logits))),
    ],
    misconceptions=[
        Misconception("logits-as-probabilities", binary_of_raw_logits,
            "You took the logarithm of the logits themselves. Logits are not probabilities; some are negative. "
            "What makes a probability of a logit, and how do you avoid computing it here?",
            family="logits and probabilities confused"),
        Misconception("one-for-each", lambda logits, target: binary_terms(logits, target),
            "You have a loss for each example. (6.6) is one number for all of them.",
            family="a value for each example instead of one"),
        Misconception("sum", lambda logits, target: np.sum(binary_terms(logits, target)),
            "This is the sum: it grows with every example. What stands in front of the sum of (6.6)?",
            family="mean and sum confused"),
        Misconception("sign", lambda logits, target: -np.mean(binary_terms(logits, target)),
            "The loss is negative, so the sign is lost: logarithms of probabilities are negative, and (6.6) has a "
            "minus in front.", family="wrong sign"),
        Misconception("classes-exchanged", lambda logits, target: np.mean(binary_terms(logits, 1 - target)),
            "A good prediction costs much and a bad one little: you give class 1 the term of class 0. Which term of "
            "(6.6) counts if y = 1?"),
        Misconception("only-class-1", lambda logits, target: np.mean(target * binary_terms(logits, 1)),
            "Examples of class 0 cost nothing in your loss. The second term of (6.6) is missing."),
        Misconception("squared", lambda logits, target: np.mean((sigmoid(logits) - target) ** 2),
            "This is the mean squared error of the probabilities. The Article check (E128) shows what is wrong with "
            "it; here cross-entropy is asked."),
        Misconception("bits", lambda logits, target: np.mean(binary_terms(logits, target)) / np.log(2),
            "You took the logarithm to base 2: the loss of a coin is then 1. We use the natural one: log 2.",
            family="bits instead of nats"),
        Misconception("large-part-missing",
            lambda logits, target: np.mean(np.log1p(np.exp(-np.abs(logits))) - logits * target),
            "Nearly: the part with the small exponential is there, but for positive logits (6.16) has a z in front."),
        Misconception("padded", binary_padded,
            "Right for usual logits; but a confident mistake at 1000 should cost 1000. Yours is capped, because of a "
            "small number in the logarithm or a cut of p. Go from logits to the loss directly: (6.16).",
            seen=capped, family="numerical instability"),
        Misconception("through-probabilities", binary_from_probabilities,
            "Right for usual logits; at ±1000 infinity or nan comes out: a large exponential was taken, or p rounded "
            "before its logarithm. (6.16) is for z > 0; which form is safe for z < 0?", seen=not_finite,
            family="numerical instability"),
        Misconception("only-class-0", lambda logits, target: np.mean((1 - target) * binary_terms(logits, 0)),
            "Examples of class 1 cost nothing in your loss. The first term of (6.6) is missing."),
        Misconception("base-10", lambda logits, target: np.mean(binary_terms(logits, target)) / np.log(10),
            "You took the logarithm to base 10. In this course log is the natural one, `np.log`."),
        Misconception("half", lambda logits, target: np.mean(binary_terms(logits, target)) / 2,
            "Half of it: something divides by 2n. There is no square here whose slope would bring a 2.",
            family="a factor forgotten or doubled"),
        Misconception("sum-and-sign", lambda logits, target: -np.sum(binary_terms(logits, target)),
            "Two things: the minus in front of (6.6) is lost, and so is the 1/n: your sum grows with every example."),
        Misconception("small-part-missing", lambda logits, target: np.mean(np.maximum(logits, 0) - logits * target),
            "Right only where the logit is large: a doubtful example costs something too. Which term with a small "
            "exponential is missing? See (6.16)."),
    ],
    hints=[
        "What does one example cost if y = 0 and z = 1000? And if y = 1 and z = 1000?",
        "-log(1 - p) is log(1 + e^z), and -log p is the same minus z. So one example costs log(1 + e^z) - z·y.",
        "log(1 + e^z) is harmless for z <= 0. For z > 0 use (6.16). Both at once: a maximum of z and 0, plus a "
        "term with |z|.",
        "first = np.maximum(...); second = np.log1p(... of minus |z|); mean of first - z·y + second.",
    ],
    takeaway="Losses take logits: then no probability is rounded before its logarithm.",
)
