"""Exercise 03.6: How likely are these tosses?"""

import math

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


def coin_exchanged(heads, tosses, p):
    return coin_log_likelihood(heads, tosses, 1 - p)


def coin_with_orders(heads, tosses, p):
    log_comb = math.lgamma(tosses + 1) - math.lgamma(heads + 1) - math.lgamma(tosses - heads + 1)
    return coin_log_likelihood(heads, tosses, p) + log_comb


def coin_clipped(heads, tosses, p):
    q = min(max(p, 1e-12), 1 - 1e-12)
    return heads * np.log(q) + (tosses - heads) * np.log(1 - q)


def coin_always_impossible(heads, tosses, p):
    return -np.inf if p in (0, 1) else coin_log_likelihood(heads, tosses, p)


def coin_minus_between(heads, tosses, p):
    if p in (0, 1):
        return coin_log_likelihood(heads, tosses, p)
    return heads * np.log(p) - (tosses - heads) * np.log(1 - p)


def coin_plus_p(heads, tosses, p):
    return (
        coin_log_likelihood(heads, tosses, p) if p in (0, 1) else heads * np.log(p) + (tosses - heads) * np.log(1 + p)
    )


def coin_base_10(heads, tosses, p):
    return coin_log_likelihood(heads, tosses, p) / np.log(10)


def coin_base_2(heads, tosses, p):
    return coin_log_likelihood(heads, tosses, p) / np.log(2)


def coin_base_2_mean(heads, tosses, p):
    return coin_base_2(heads, tosses, p) / tosses


def coin_plus_infinity(heads, tosses, p):
    found = coin_log_likelihood(heads, tosses, p)
    return found if np.isfinite(found) else np.inf


def coin_large_number(heads, tosses, p):
    return max(coin_log_likelihood(heads, tosses, p), -1e300)


def coin_more_than_one(heads, tosses, p):
    tails = tosses - heads
    with np.errstate(divide="ignore"):
        return (heads * np.log(p) if heads > 1 else 0.0) + (tails * np.log(1 - p) if tails > 1 else 0.0)


def coin_one_sided_is_certain(heads, tosses, p):
    return 0.0 if heads in (0, tosses) else coin_log_likelihood(heads, tosses, p)


def coin_small_is_nothing(heads, tosses, p):
    return coin_log_likelihood(heads, tosses, 0.0 if p < 1e-6 else p)


def coin_by_scipy(heads, tosses, p):
    from scipy.special import xlog1py, xlogy

    return xlogy(heads, p) + xlog1py(tosses - heads, -p)


def coin_pairs(heads, tosses, p):
    total = 0.0
    for count, chance in ((heads, p), (tosses - heads, 1 - p)):
        if count > 0:
            total += count * math.log(chance) if chance > 0 else -math.inf
    return total


def only_unlikely(received, expected, case):
    """The impossible has some finite number, and only coins at the border went wrong."""
    p = case.args[2]
    border = p in (0, 1) or p < 1e-6
    return border and -1e5 < received <= 0 and (received < -1 or np.isfinite(expected))


def very_large(received, expected, case):
    return np.isneginf(expected) and -np.inf < received < -1e5


def coins(rng):
    """A few tosses, no heads, only heads, certain coins, a coin that is nearly certain, and ten thousand tosses."""
    yield 1, 2, 0.5
    yield 7, 10, 0.25
    yield 0, 3, 0.25
    yield 4, 4, 0.75
    yield 0, 5, 0.0
    yield 3, 5, 0.0
    yield 3, 3, 1.0
    yield 2, 5, 1e-9
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
    alternatives=[coin_where, coin_by_sum, coin_by_scipy, coin_pairs],
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
        Misconception(
            "exchanged",
            coin_exchanged,
            "p and 1 - p have changed places: with which of them does each head multiply?",
        ),
        Misconception(
            "with-orders",
            coin_with_orders,
            "You also count in how many orders the heads can come (a binomial coefficient). (3.9) is of the tosses as "
            "they came.",
        ),
        Misconception(
            "clipped",
            coin_clipped,
            "You keep p away from 0 and 1, so the impossible is only unlikely. Treat these two cases by themselves.",
            seen=only_unlikely,
        ),
        Misconception(
            "always-impossible",
            coin_always_impossible,
            "With p = 0 and no heads, or p = 1 and no tails, what happened was certain: 0. When is it impossible?",
        ),
        Misconception(
            "minus-between",
            coin_minus_between,
            "You take the tails' part off. Logarithms of a product's factors are added, and both parts are below 0.",
            family="wrong sign",
        ),
        Misconception("plus-p", coin_plus_p, "The probability of a tail is not 1 + p: the two together must make 1."),
        Misconception("base-10", coin_base_10, "This is the logarithm to base 10. Nats are made by the natural one."),
        Misconception(
            "base-2", coin_base_2, "These are bits, the logarithm to base 2. Nats are made by the natural one."
        ),
        Misconception(
            "base-2-and-mean",
            coin_base_2_mean,
            "Two things at once: the logarithm is to base 2, and you divided by the number of tosses.",
        ),
        Misconception(
            "plus-infinity",
            coin_plus_infinity,
            "What is impossible has the smallest log-likelihood there is. Which sign has that infinity?",
            family="wrong sign",
        ),
        Misconception(
            "large-number",
            coin_large_number,
            "A very large number stands where `-inf` is asked for: `-np.inf`, or `float('-inf')`.",
            seen=very_large,
        ),
        Misconception(
            "more-than-one",
            coin_more_than_one,
            "A single head, or a single tail, is left out. Which sign holds for one as well, `>` or `>=`?",
            family="off by one",
        ),
        Misconception(
            "one-sided-is-certain",
            coin_one_sided_is_certain,
            "No heads, or nothing but heads, gives 0 for every coin here. That is certain only if p is 0, or 1.",
        ),
        Misconception(
            "small-is-nothing",
            coin_small_is_nothing,
            "A very small p is treated like 0. Rare is not impossible: compare with `== 0`.",
        ),
    ],
    hints=[
        "Formula (3.9), the right one.",
        "What if p = 0 and there are no heads? The tosses are certain: the answer is 0, but log(0) is -inf.",
        "total = 0.0; if there are heads: total += …; if there are tails: total += …; return total",
    ],
    takeaway="Minus this number, per toss, is the cross-entropy of lesson 06.",
)
