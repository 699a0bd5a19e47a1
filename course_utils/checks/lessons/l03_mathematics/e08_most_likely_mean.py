"""Exercise 03.8: A likelihood that says nothing."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def most_likely_mean(values, candidates):
    scores = [-0.5 * np.sum((values - mu) ** 2) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def most_likely_broken(values, candidates):
    scores = [np.prod(np.exp(-0.5 * (values - mu) ** 2)) for mu in candidates]
    return candidates[int(np.argmax(scores))]


def most_likely_log_too_late(values, candidates):
    scores = [np.log(np.prod(np.exp(-0.5 * (values - mu) ** 2))) for mu in candidates]
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


def most_likely_by_mean(values, candidates):
    return np.mean(values)


def most_likely_score(values, candidates):
    return max(-0.5 * np.sum((values - mu) ** 2) for mu in candidates)


def most_likely_of_logs(values, candidates):
    return candidates[int(np.argmax([np.prod(-0.5 * (values - mu) ** 2) for mu in candidates]))]


def most_likely_of_some(values, candidates):
    return most_likely_broken(values[:100], candidates)


def most_likely_from_nothing(values, candidates):
    """Looks for a score above 0, which no log-likelihood is; what it began with comes back."""
    best, highest = candidates[0], 0
    for mu in candidates:
        score = -0.5 * np.sum((values - mu) ** 2)
        if score > highest:
            best, highest = mu, score
    return best


def most_likely_by_norm(values, candidates):
    from scipy.stats import norm

    return max(candidates, key=lambda mu: norm.logpdf(values, mu, 1).sum())


def most_likely_written_out(values, candidates):
    scores = [-len(values) / 2 * np.log(2 * np.pi) - sum((v - mu) ** 2 for v in values) / 2 for mu in candidates]
    return candidates[scores.index(max(scores))]


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
    yield np.array([5e5, 5.01e5, 5.055e5]), np.array([1e4, 2e4, 3e4])


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
    alternatives=[most_likely_table, most_likely_nearest, most_likely_by_norm, most_likely_written_out],
    misconceptions=[
        Misconception(
            "log-too-late",
            most_likely_log_too_late,
            "The logarithm comes too late: the product has become 0 before you take it, and ln 0 is minus infinity for "
            "every candidate. What does the logarithm make of a product, if you take it first?",
            warns="divide by zero encountered in log",
            family="numerical instability",
        ),
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
        Misconception(
            "mean-itself",
            most_likely_by_mean,
            "This is the mean of the values, which is seldom one of the candidates. Which candidate is most likely?",
        ),
        Misconception(
            "score-itself",
            most_likely_score,
            "This is the largest score. Asked is the candidate that has it.",
        ),
        Misconception(
            "logs-multiplied",
            most_likely_of_logs,
            "You took the logarithms and still multiply. What becomes of a product when logarithms are taken?",
        ),
        Misconception(
            "some-values",
            most_likely_of_some,
            "You look at some of the values only, and the product is still a product. All of them have a say.",
        ),
        Misconception(
            "always-the-first",
            most_likely_from_nothing,
            "You give the first candidate, whatever the values are. Does your search wait for a score above 0, though "
            "a log-likelihood is below 0? Or is a distance below 0 taken for a small one?",
        ),
    ],
    hints=[
        "Print `scores` for the 3,000 values.",
        "The logarithm of a product is the sum of the logarithms, and the logarithm undoes `exp`.",
        "scores = [np.sum(…) for mu in candidates]",
    ],
    takeaway="Add logarithms; never multiply many probabilities.",
)
