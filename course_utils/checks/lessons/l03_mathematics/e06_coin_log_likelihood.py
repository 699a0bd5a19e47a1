"""Exercise 03.6: How likely are these tosses?"""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def coin_log_likelihood(heads, tosses, p):
    total = 0.0
    with np.errstate(divide="ignore"):
        if heads > 0:
            total += heads * np.log(p)
        if tosses > heads:
            total += (tosses - heads) * np.log1p(-p)
    return total


def coin_where(heads, tosses, p):
    tails = tosses - heads
    return (heads * np.log(p) if heads else 0.0) + (tails * np.log(1 - p) if tails else 0.0)


def coin_by_sum(heads, tosses, p):
    return float(sum(np.log(q) for q in [p] * heads + [1 - p] * (tosses - heads)))


def coin_of_product(heads, tosses, p):
    with np.errstate(divide="ignore"):
        return np.log(np.float64(p) ** heads * np.float64(1 - p) ** (tosses - heads))


def coin_likelihood(heads, tosses, p):
    return p**heads * (1 - p) ** (tosses - heads)


def coin_heads_only(heads, tosses, p):
    return heads * np.log(p) if heads else 0.0


def coin_tosses(heads, tosses, p):
    return (heads * np.log(p) if heads else 0.0) + tosses * np.log(1 - p)


def coin_negative(heads, tosses, p):
    return -coin_log_likelihood(heads, tosses, p)


def coin_zero_times_infinity(heads, tosses, p):
    with np.errstate(all="ignore"):
        return heads * np.log(np.float64(p)) + (tosses - heads) * np.log(np.float64(1 - p))


def coin_certain(heads, tosses, p):
    return 0.0 if p in (0, 1) else coin_log_likelihood(heads, tosses, p)


def coin_mean(heads, tosses, p):
    return coin_log_likelihood(heads, tosses, p) / tosses


def coins(rng):
    """A few tosses, no heads, only heads, certain coins, and ten thousand tosses."""
    yield 1, 2, 0.5
    yield 7, 10, 0.25
    yield 0, 3, 0.25
    yield 4, 4, 0.75
    yield 0, 5, 0.0
    yield 3, 5, 0.0
    yield 3, 3, 1.0
    yield int(rng.integers(6000, 8000)), 10_000, round(float(rng.uniform(0.2, 0.8)), 2)


EXERCISE = Exercise(
    id="03.6",
    title="How likely are these tosses?",
    name="coin_log_likelihood",
    points=3,
    minutes=22,
    difficulty=3,
    section="6. Likelihood",
    reference=coin_log_likelihood,
    cases=coins,
    alternatives=[coin_where, coin_by_sum],
    misconceptions=[
        Misconception(
            "log-of-the-product",
            coin_of_product,
            "Right for a few tosses, -inf for ten thousand: the product is too small for a computer. Take logarithms "
            "of the factors, before they are multiplied.",
            family="numerical instability",
        ),
        Misconception("likelihood", coin_likelihood, "This is the likelihood. Asked is its logarithm."),
        Misconception("heads-only", coin_heads_only, "Tails tell something too: n - k of them, each with 1 - p."),
        Misconception(
            "all-tosses",
            coin_tosses,
            "You counted a tail for every toss. How many tails are there, if k of n were heads?",
        ),
        Misconception(
            "minus", coin_negative, "The sign: a logarithm of a probability is at most 0.", family="wrong sign"
        ),
        Misconception(
            "zero-times-infinity",
            coin_zero_times_infinity,
            "For p = 0 without heads you compute 0 · (-inf), which is NaN. What did not happen must not be counted.",
            family="numerical instability",
        ),
        Misconception(
            "certain-coin",
            coin_certain,
            "A coin with p = 0 that shows heads all the same: impossible, so its log-likelihood is -inf, not 0.",
        ),
        Misconception("mean", coin_mean, "You divided by the number of tosses. The log-likelihood is a sum."),
    ],
    hints=[
        "Formula (3.9), the right one.",
        "What if p = 0 and there are no heads? The tosses are certain: the answer is 0, but log(0) is -inf.",
        "total = 0.0; if there are heads: total += …; if there are tails: total += …; return total",
    ],
    takeaway="Minus this number, per toss, is the cross-entropy of lesson 06.",
)
