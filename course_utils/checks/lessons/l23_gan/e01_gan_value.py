"""Exercise 23.1: The value of the game."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception, quietly


def gan_value(d_real, d_fake):
    return np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake))


def value_by_loop(d_real, d_fake):
    for_real = sum(np.log(p) for p in d_real) / len(d_real)
    return for_real + sum(np.log1p(-p) for p in d_fake) / len(d_fake)


def value_by_weights(d_real, d_fake):
    """One sum over all samples, each with the weight of its mean."""
    weight = np.repeat([1 / len(d_real), 1 / len(d_fake)], [len(d_real), len(d_fake)])
    return float(weight @ np.log(np.concatenate([d_real, 1 - d_fake])))


def value_over_all(d_real, d_fake):
    return np.mean(np.log(np.concatenate([d_real, 1 - d_fake])))


def value_padded(d_real, d_fake):
    return np.mean(np.log(d_real + 1e-8)) + np.mean(np.log(1 - d_fake + 1e-8))


def value_by_pairs(d_real, d_fake):
    """One mean over pairs of a real and a generated sample: what is left over of the larger group is dropped."""
    return np.mean([np.log(a) + np.log(1 - b) for a, b in zip(d_real, d_fake, strict=False)])


def value_with_one_length(d_real, d_fake):
    return (np.log(d_real).sum() + np.log(1 - d_fake).sum()) / len(d_real)


def is_padded(received, expected, case):
    """Wrong only where a probability is very near 0 or 1, and finite there."""
    d = np.concatenate(case.args)
    return min(d.min(), 1 - d.max()) < 1e-4 and abs(received - expected) < 8


def value_cases(rng):
    for m, n in [(3, 5), (4, 2), (1, 3), (6, 6)]:
        yield rng.uniform(0.55, 0.95, m), rng.uniform(0.1, 0.4, n)
    yield np.full(2, 0.5), np.full(3, 0.5)
    yield np.array([0.9, 1e-6]), np.array([0.25, 0.5, 1 - 1e-6])
    yield np.ones(2), np.zeros(1)  # the discriminator is right, and certain


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.1", title="The value of the game", name="gan_value", points=2, minutes=8, difficulty=1,
    section="2. A game for two", reference=gan_value, cases=value_cases,
    forbidden=("course_utils.generative.gan_value", "family:cross-entropy"),
    alternatives=[value_by_loop, value_by_weights],
    misconceptions=[
        Misconception("bits", lambda d_real, d_fake: gan_value(d_real, d_fake) / np.log(2),
            "Your logarithm has base 2: a discriminator that says 1/2 to all gets -2 from you. We count in nats.",
            family="bits instead of nats"),
        Misconception("log-10", lambda d_real, d_fake: gan_value(d_real, d_fake) / np.log(10),
            "Your logarithm has base 10: a discriminator that says 1/2 to all gets -0.602 from you. Nats come from "
            "the natural logarithm.", family="another base of the logarithm"),
        Misconception("minus-between", lambda d_real, d_fake: np.log(d_real).mean() - np.log(1 - d_fake).mean(),
            "A minus stands between your two means. D wants to be right on both kinds of samples: what does (23.1) do "
            "with the two terms?", family="wrong sign"),
        Misconception("half-of-the-loss", lambda d_real, d_fake: -gan_value(d_real, d_fake) / 2,
            "Two things at once: the sign is turned, and the two means are averaged. V is their sum, and what D makes "
            "large.", family="a factor forgotten or doubled"),
        Misconception("pairs", value_by_pairs,
            "You went through pairs of a real and a generated sample: zip stops at the shorter group. m and n may "
            "differ."),
        Misconception("one-length-for-both", value_with_one_length,
            "You divided both sums by the number of real samples. How many are the generated ones?"),
        Misconception("one-minus-log", lambda d_real, d_fake: np.log(d_real).mean() + (1 - np.log(d_fake)).mean(),
            "You took 1 - log D where log(1 - D) was meant. What stands inside the bracket of the logarithm?"),
        Misconception("sums", lambda d_real, d_fake: np.log(d_real).sum() + np.log(1 - d_fake).sum(),
            "Your V grows with the number of samples. What stands for the expectations of (23.1), for samples?",
            family="mean and sum confused"),
        Misconception("one-mean-for-all", value_over_all,
            "You put all logarithms into one mean. Then the larger group counts more; in (23.1) real and generated "
            "samples each have a mean of their own."),
        Misconception("half", lambda d_real, d_fake: gan_value(d_real, d_fake) / 2,
            "Half of what it should be: you averaged the two means. (23.1) adds them.",
            family="a factor forgotten or doubled"),
        Misconception("loss", lambda d_real, d_fake: -gan_value(d_real, d_fake),
            "The sign is turned: this is the loss of the discriminator. V itself is what it makes large; can a sum of "
            "logarithms of probabilities be positive?"),
        Misconception("no-one-minus", lambda d_real, d_fake: np.log(d_real).mean() + np.log(d_fake).mean(),
            "For a generated sample a good discriminator says nearly 0, and you punish it for that. What is the "
            "probability of its being right there?"),
        Misconception("one-minus-twice",
            quietly(lambda d_real, d_fake: np.log(1 - d_real).mean() + np.log(1 - d_fake).mean()),
            "You treat the real samples as generated ones too. 1 - D belongs to one of the two terms only."),
        Misconception("groups-exchanged",
            quietly(lambda d_real, d_fake: np.log(1 - d_real).mean() + np.log(d_fake).mean()),
            "Real and generated have changed places: you give the best V to a discriminator that is always wrong.",
            family="generated taken for real"),
        Misconception("log-of-means", lambda d_real, d_fake: np.log(d_real.mean()) + np.log(1 - d_fake.mean()),
            "You averaged the probabilities first. In (23.1) the logarithm is inside the expectation."),
        Misconception("sigmoid-again", lambda d_real, d_fake: gan_value(
            sigmoid(d_real), sigmoid(d_fake)),
            "You took the sigmoid of numbers that are probabilities already. In this exercise nothing is a logit.",
            family="logits and probabilities confused"),
        Misconception("padded", value_padded,
            "Right where D is moderate, a little off where it is very sure: a small number stands in the logarithm, "
            "or D was cut. What does a sure mistake cost without that?", seen=is_padded,
            family="numerical instability"),
    ],
    hints=[
        "What should come out if D says 1/2 to every sample? And if it is always right, and certain?",
        "Two groups of samples, two means. In each group: the logarithm of the probability that D is right.",
        "On a real sample D is right with probability D; on a generated one with 1 - D.",
    ],
    takeaway="V is the log-probability of being right, once for each kind of sample.",
)
