"""Exercise 03.8: A likelihood that says nothing."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def most_likely_mean(values, candidates):
    scores = [-0.5 * np.sum((values - mu) ** 2) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def most_likely_broken(values, candidates):
    scores = [np.prod(np.exp(-0.5 * (values - mu) ** 2)) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def most_likely_added(values, candidates):
    return candidates[int(np.argmax([np.sum(np.exp(-0.5 * (values - mu) ** 2)) for mu in candidates]))]


def most_likely_table(values, candidates):
    return candidates[((values[:, None] - candidates) ** 2).sum(axis=0).argmin()]


def most_likely_nearest(values, candidates):
    return candidates[np.abs(candidates - values.mean()).argmin()]


def most_likely_smallest(values, candidates):
    scores = [-0.5 * np.sum((values - mu) ** 2) for mu in candidates]
    return candidates[int(np.argmin(scores))]


def most_likely_position(values, candidates):
    return int(np.argmax([-0.5 * np.sum((values - mu) ** 2) for mu in candidates]))


def most_likely_log_of_exp(values, candidates):
    with np.errstate(divide="ignore"):
        scores = [np.sum(np.log(np.exp(-0.5 * (values - mu) ** 2))) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def most_likely_absolute(values, candidates):
    return candidates[int(np.argmin([np.sum(np.abs(values - mu)) for mu in candidates]))]


def measurements(rng):
    """Few values, and so many, or so far away, that a product of small numbers becomes 0."""
    candidates = np.linspace(0, 10, 21)
    yield np.array([4.0, 5.0, 6.0]), candidates
    yield np.array([2.0, 2.5]), np.array([1.0, 2.5, 9.0])
    yield np.array([1.0, 1.0, 1.0, 7.0]), candidates
    yield np.array([0.0, 0.2, 3.0, 9.0, 10.0]), candidates
    yield rng.normal(float(rng.choice([2.0, 7.0])), 1.0, size=3000), candidates
    yield np.array([60.0, 61.0, 65.5]), np.array([10.0, 20.0, 30.0])
    yield np.array([100.0, 101.0, 105.5]), np.array([10.0, 20.0, 30.0])


EXERCISE = Exercise(
    id="03.8",
    title="A likelihood that says nothing",
    name="most_likely_mean",
    kind="repair",
    points=3,
    minutes=15,
    difficulty=3,
    section="6. Likelihood",
    reference=most_likely_mean,
    broken=most_likely_broken,
    cases=measurements,
    alternatives=[most_likely_table, most_likely_nearest],
    misconceptions=[
        Misconception(
            "unrepaired",
            most_likely_broken,
            "With many values every score is exactly 0, and argmax takes the first. What does the logarithm make of a "
            "product?",
        ),
        Misconception(
            "least-likely",
            most_likely_smallest,
            "This is the *least* likely candidate: a log-likelihood is to be large, minus it to be small.",
        ),
        Misconception(
            "log-of-exp",
            most_likely_log_of_exp,
            "You take exp first and the logarithm afterwards. For a value far away exp gives 0, and the logarithm of 0 "
            "is minus infinity: let the two cancel on paper.",
            family="numerical instability",
        ),
        Misconception(
            "position", most_likely_position, "This is the position of the candidate. Asked is the candidate itself."
        ),
        Misconception(
            "likelihoods-added",
            most_likely_added,
            "You added the likelihoods. What happens together is multiplied, so the *logarithms* are added.",
        ),
        Misconception(
            "absolute",
            most_likely_absolute,
            "Absolute distances find a middle value, the median. In (3.10) the distances are squared.",
        ),
    ],
    hints=[
        "Print `scores` for the 3,000 values.",
        "The logarithm of a product is the sum of the logarithms, and the logarithm undoes `exp`.",
        "scores = [np.sum(…) for mu in candidates]",
    ],
    takeaway="Add logarithms; never multiply many probabilities.",
)
