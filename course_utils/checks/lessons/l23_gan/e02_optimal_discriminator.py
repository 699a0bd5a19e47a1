"""Exercise 23.2: The discriminator that no other beats."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception, quietly


def optimal_discriminator(p_data, p_g):
    return p_data / (p_data + p_g)


def best_by_loop(p_data, p_g):
    D = np.empty(p_data.shape)
    for place in np.ndindex(D.shape):
        D[place] = p_data[place] / (p_data[place] + p_g[place])
    return D


@quietly
def best_by_logit(p_data, p_g):
    return sigmoid(np.log(p_data) - np.log(p_g))


def is_padded_ratio(received, expected, case):
    """Right for ordinary densities, too near 0 for tiny ones."""
    received = np.asarray(received)
    return (
        received.shape == expected.shape
        and np.max(case.args) < 1e-6
        and np.all((received >= 0) & (received < expected))
    )


def density_cases(rng):
    for shape in [(4,), (5,), (2, 3), (1,)]:
        yield rng.uniform(0.1, 0.8, shape), rng.uniform(0.9, 3.0, shape)
    yield rng.uniform(0.5, 3.0, 6), rng.uniform(0.2, 0.9, 6)
    yield np.array([0.3, 0.0, 0.7, 0.2]), np.array([0.0, 0.5, 0.7, 0.6])
    yield 1e-12 * rng.uniform(0.1, 0.8, 3), 1e-12 * rng.uniform(0.9, 3.0, 3)  # far out in both tails


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.2", title="The discriminator that no other beats", name="optimal_discriminator", points=2, minutes=8,
    section="3. The best discriminator", difficulty=2, reference=optimal_discriminator,
    cases=density_cases,
    forbidden=("course_utils.generative.optimal_discriminator", "course_utils.generative.game.optimal_discriminator"),
    alternatives=[
        best_by_loop, best_by_logit,
        quietly(lambda p_data, p_g: 1 / (1 + p_g / p_data)),
        lambda p_data, p_g: 1 - p_g / (p_g + p_data),
    ],
    misconceptions=[
        Misconception("exchanged", lambda p_data, p_g: p_g / (p_data + p_g),
            "Your D is large where the generator puts its samples. This is the probability of being *generated*.",
            family="generated taken for real"),
        Misconception("ratio", quietly(lambda p_data, p_g: p_data / p_g),
            "These are odds: they can be larger than 1. Odds of real to generated; which probability belongs to them?"),
        Misconception("log-ratio", quietly(lambda p_data, p_g: np.log(p_data / p_g)),
            "This is the best *logit*. One step is missing between a logit and a probability."),
        Misconception("mixture-halved", lambda p_data, p_g: p_data / ((p_data + p_g) / 2),
            "Your D goes up to 2. You divided by the mean of the two densities; that belongs to the Jensen-Shannon "
            "divergence. What must D be where the generator never goes?"),
        Misconception("not-pointwise", lambda p_data, p_g: p_data / (p_data + p_g).sum(),
            "You divide by one number for all points. The best D is found at each point by itself: which two "
            "densities matter there?"),
        Misconception("densities-rescaled", lambda p_data, p_g: optimal_discriminator(
            p_data / p_data.sum(), p_g / p_g.sum()),
            "You made both densities sum to 1 first. They are given at a few points, and not all of the space: take "
            "them as they are."),
        Misconception("softmax", lambda p_data, p_g: sigmoid(p_data - p_g),
            "You took exponentials of the densities, as in a softmax. Densities are positive already; which two "
            "shares should add up to 1?"),
        Misconception("difference", lambda p_data, p_g: p_data - p_g,
            "A difference can be negative, so it is no probability. Compare the densities by a share."),
        Misconception("difference-over-sum", lambda p_data, p_g: (p_data - p_g) / (p_data + p_g),
            "Yours runs from -1 to 1, with 0 where both are as dense. A probability runs from 0 to 1: what stands "
            "above the line in (23.3)?"),
        Misconception("brackets", quietly(lambda p_data, p_g: p_data / p_data + p_g),
            "Your D is 1 and more: without brackets, only the first of the two stands below the fraction line."),
        Misconception("squares", lambda p_data, p_g: p_data**2 / (p_data**2 + p_g**2),
            "Your D is too sure of itself: the densities are squared. How many of four samples are real where data are "
            "three times as dense?"),
        Misconception("decided", lambda p_data, p_g: (p_data > p_g).astype(float),
            "Only 0 and 1 come out: you decided. What does a decision cost that is certain and wrong?"),
        Misconception("always-one-half", lambda p_data, p_g: np.full(p_data.shape, 0.5),
            "1/2 everywhere is the end of the game, when both densities agree. Here they do not yet."),
        Misconception("padded", lambda p_data, p_g: p_data / (p_data + p_g + 1e-8),
            "Right for ordinary densities, too small far out, where both are tiny: something was added below the "
            "fraction line. The sum is never 0 here; is it needed?", seen=is_padded_ratio,
            family="numerical instability"),
    ],
    hints=[
        "At one point, 3 of 4 samples are real. What should D say there?",
        "D* is the share of real samples among all the samples at that point.",
        "It is 1 where the generator never goes, 1/2 where both are as dense, 0 where there are no data.",
    ],
    takeaway="The best discriminator knows the ratio of the two densities at each point, and nothing else.",
)
