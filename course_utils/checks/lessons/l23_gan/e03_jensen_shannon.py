"""Exercise 23.3: The Jensen-Shannon divergence."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l23_gan.shared import distribution, jensen_shannon, kl


def jensen_by_entropies(p, q):
    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


def entropy(p):
    return -sum(v * np.log(v) for v in p if v > 0)


def jensen_by_game(p, q):
    """From the value of the game against the best discriminator: (V + log 4) / 2."""
    V = 0.0
    for a, b in zip(p, q, strict=True):
        V += a * np.log(a / (a + b)) if a > 0 else 0.0
        V += b * np.log(b / (a + b)) if b > 0 else 0.0
    return (V + np.log(4)) / 2


@quietly
def kl_plain(p, q):
    return np.sum(p * np.log(p / q))


@quietly
def jensen_naive(p, q):
    m = (p + q) / 2
    return (np.sum(p * np.log(p / m)) + np.sum(q * np.log(q / m))) / 2


@quietly
def jensen_padded(p, q):
    m = (p + q) / 2
    return (np.sum(p * np.log(p / m + 1e-12)) + np.sum(q * np.log(q / m + 1e-12))) / 2


def jensen_with(mix=lambda p, q: (p + q) / 2, combine=lambda a, b: (a + b) / 2):
    """The right divergence with one part exchanged."""

    def answer(p, q):
        m = mix(p, q)
        return combine(kl(p, m), kl(q, m))

    return answer


@quietly
def jensen_swapped_kl(p, q):
    """KL from the mixture to each, not from each to the mixture: infinite where one of them is 0."""
    m = (p + q) / 2
    return (kl(m, p) + kl(m, q)) / 2


def jensen_both_present(p, q):
    there = (p > 0) & (q > 0)
    return jensen_shannon(p[there], q[there])


def distribution_cases(rng):
    for K in (4, 3, 6, 2, 5):
        yield distribution(K, rng), distribution(K, rng)
    p = distribution(5, rng)
    yield p, p.copy()
    yield np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
    zero_in_p, zero_in_q, zero_in_both = distribution(4, rng), distribution(4, rng), distribution(3, rng)
    yield np.append(zero_in_p, 0.0), distribution(5, rng)
    yield distribution(5, rng), np.insert(zero_in_q, 1, 0.0)
    yield np.append(zero_in_both, 0.0), np.append(zero_in_both[::-1], 0.0)
    yield np.array([1e-6, 1 - 1e-6]), np.array([1e-3, 1 - 1e-3])  # so rare that a number added inside a logarithm shows


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.3", title="The Jensen-Shannon divergence", name="jensen_shannon", points=3, minutes=15, difficulty=3,
    section="4. What the game measures", reference=jensen_shannon, cases=distribution_cases,
    forbidden=("course_utils.generative.jensen_shannon", "course_utils.generative.game.jensen_shannon",
               ".jensenshannon"), time_limit=15,
    alternatives=[jensen_by_entropies, jensen_by_game],
    misconceptions=[
        Misconception("kl", kl_plain,
            "This is KL(p‖q), without a mixture: it is not the same both ways, and infinite or nan where q is 0. With "
            "what does (23.4) compare p?"),
        Misconception("kl-other-way", lambda p, q: kl_plain(q, p),
            "This is KL(q‖p). (23.4) has two such terms, and each compares with the mixture m."),
        Misconception("symmetrised-kl", lambda p, q: (kl_plain(p, q) + kl_plain(q, p)) / 2,
            "It is symmetric now, but p and q are still compared with each other, so zeros make it infinite or nan. "
            "Compare each with their mean m instead."),
        Misconception("log-10", lambda p, q: jensen_shannon(p, q) / np.log(10),
            "Two distributions that share nothing get 0.301 from you: your logarithm has base 10. Which one gives "
            "nats?", family="another base of the logarithm"),
        Misconception("negative", lambda p, q: -jensen_shannon(p, q),
            "Your divergence is negative: the fraction in the logarithm stands on its head, or a minus is too many. It "
            "is 0 for equal distributions, and larger for all others.", family="wrong sign"),
        Misconception("no-half", jensen_with(combine=lambda a, b: a + b),
            "Twice too large: two distributions that share nothing get log 4 from you. Which factor stands before "
            "each term of (23.4)?", family="a factor forgotten or doubled"),
        Misconception("mixture-not-halved", jensen_with(mix=lambda p, q: p + q),
            "Your value is too small by log 2, and negative for equal distributions. Does your mixture sum to 1?"),
        Misconception("one-side-only", jensen_with(combine=lambda a, b: a),
            "You compare p with the mixture, but not q. Exchange p and q: the result should stay the same."),
        Misconception("root", lambda p, q: np.sqrt(max(jensen_shannon(p, q), 0)),
            "This is the root, a distance (SciPy returns it). Asked is the divergence itself."),
        Misconception("bits", lambda p, q: jensen_shannon(p, q) / np.log(2),
            "Two distributions that share nothing get 1 from you: that is one bit. In nats it is log 2.",
            family="bits instead of nats"),
        Misconception("zero-times-infinity", jensen_naive,
            "Right without zeros. Where a probability is 0 you compute 0 · (-inf), which is nan. What should an "
            "outcome that never happens contribute?", family="numerical instability"),
        Misconception("padded", jensen_padded,
            "Right unless an outcome has probability 0 in both: there m is 0 too, and p / m is nan. Leave it out.",
            family="numerical instability"),
        Misconception("zeros-dropped-from-both", jensen_both_present,
            "You left out each outcome that one of the two never has. But such outcomes are what tells them apart: "
            "only the one term whose own probability is 0 contributes nothing."),
        Misconception("from-the-mixture", jensen_swapped_kl,
            "You measure from the mixture to p and q: KL(m‖p). That is infinite as soon as one of them has a 0. Which "
            "one stands first in (23.4)?"),
        Misconception("mean-over-outcomes", lambda p, q: jensen_shannon(p, q) / len(p),
            "You took the mean over the outcomes. The probabilities are the weights: take the sum.",
            family="mean and sum confused"),
        Misconception("value-of-the-game", lambda p, q: 2 * jensen_shannon(p, q) - np.log(4),
            "This is V(D*, G), the value of the game. Solve (23.5) for the divergence."),
        Misconception("half-the-distance", lambda p, q: np.abs(p - q).sum() / 2,
            "Half the sum of |p - q| is another way to compare two distributions. In (23.4) there are logarithms.",
            family="a factor forgotten or doubled"),
    ],
    hints=[
        "Three lines: the mixture m, then how far p is from m and how far q is.",
        "KL(p‖m) is a sum over outcomes, of p times the logarithm of p / m.",
        "A term with p = 0 is 0, though its logarithm is not finite. Take such outcomes out of *that* sum before "
        "you take a logarithm: `there = p > 0`.",
        "m = the mean of both; kl_p = sum of p[there] * log(... / ...); the same for q; and the mean of the two.",
    ],
    takeaway="Compared with their mixture, even distributions that never meet have a finite distance.",
)
