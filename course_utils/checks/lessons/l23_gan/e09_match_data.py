"""Exercise 23.9: Learn from the judge alone."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l23_gan.shared import distribution, jensen_shannon


def oracle_cases(rng):
    for K in (3, 5, 6):
        p_data = distribution(K, rng)
        yield Case(discriminator_against(p_data), K, held=p_data)


def discriminator_against(p_data):
    """The best discriminator of data nobody sees."""

    def best_discriminator(p_g):
        p_g = np.asarray(p_g, dtype=float)
        if p_g.shape != p_data.shape or p_g.min() < 0 or abs(p_g.sum() - 1) > 1e-6:
            raise ValueError(f"p_g must be {len(p_data)} probabilities that sum to 1")
        return p_data / (p_data + p_g)

    return best_discriminator


def match_data(best_discriminator, K):
    return softmax(walk(best_discriminator, K))


def softmax(theta):
    powers = np.exp(theta - np.max(theta))
    return powers / powers.sum()


def walk(best_discriminator, K, lr=2.0, steps=200, loss=lambda D: -np.log(D), ask_again=True):
    """Logits after downhill steps on E_g[loss(D)]; D stands still within each step."""
    theta = np.zeros(K)
    D = best_discriminator(softmax(theta))
    for _ in range(steps):
        p = softmax(theta)
        D = best_discriminator(p) if ask_again else D
        theta = theta - lr * p * (loss(D) - p @ loss(D))
    return theta


def match_by_minimax(best_discriminator, K):
    return softmax(walk(best_discriminator, K, lr=3.0, loss=lambda D: np.log(1 - D)))


def match_by_odds(best_discriminator, K):
    """D / (1 - D) is p_data / p_g: one question is enough."""
    p = np.full(K, 1 / K)
    D = best_discriminator(p)
    return p * D / (1 - D)


def match_by_scaling(best_discriminator, K):
    """Multiply each probability by D, and divide by the sum: D is the same everywhere only where both agree."""
    p = np.full(K, 1 / K)
    for _ in range(100):
        p = p * best_discriminator(p)
        p = p / p.sum()
    return p


def divergence(received, case):
    """Jensen-Shannon divergence from the data to what was made."""
    if np.shape(received) != case.held.shape:
        raise ValueError(f"an array of {len(case.held)} probabilities is wanted")
    if not is_distribution(received):
        raise ValueError("probabilities are at least 0 and sum to 1")
    return float(jensen_shannon(case.held, np.asarray(received, dtype=float)))


def is_distribution(made):
    return np.min(made) >= 0 and abs(np.sum(made) - 1) < 1e-6


def upside_down(best_discriminator, K):
    D = best_discriminator(np.full(K, 1 / K))
    return (1 - D) / D / np.sum((1 - D) / D)


def answer_of_D(best_discriminator, K):
    D = best_discriminator(np.full(K, 1 / K))
    return D / D.sum()


def is_answer_of_D(received, expected, case):
    D = case.held / (case.held + 1 / len(case.held))
    return np.allclose(received, D / D.sum(), atol=1e-6)


def is_raw_answer_of_D(received, expected, case):
    return np.allclose(received, case.held / (case.held + 1 / len(case.held)), atol=1e-6)


def near_data(turn):
    """Good once it is mended by `turn`, and not before."""

    def seen(received, expected, case):
        made = np.asarray(received, dtype=float)
        mended = turn(made)
        return not np.allclose(made, case.held, atol=0.01) and np.allclose(mended / mended.sum(), case.held, atol=0.01)

    return seen


def collapsed_at(where):
    """Nearly everything on one outcome: that which `where` finds in p_data."""

    def seen(received, expected, case):
        return is_distribution(received) and np.max(received) > 0.8 and np.argmax(received) == where(case.held)

    return seen


def is_uniform(received, expected, case):
    return np.allclose(received, 1 / len(case.held), atol=1e-3)


def is_too_short(received, expected, case):
    """The order of the outcomes is right, and it is nearer to the data than the start was."""
    start = np.full(len(case.held), 1 / len(case.held))
    right_order = np.array_equal(np.argsort(received), np.argsort(case.held))
    return (
        right_order
        and divergence(received, case) < jensen_shannon(case.held, start)
        and np.max(received) < np.max(case.held)
    )


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.9", kind="experiment", title="Learn from the judge alone", name="match_data", points=4, minutes=25,
    difficulty=4, section="5. Two losses for the generator", reference=match_data, cases=oracle_cases,
    metric=Metric(divergence, "Jensen-Shannon divergence from the data", at_most=1e-4),
    alternatives=[match_by_minimax, match_by_odds, match_by_scaling],
    misconceptions=[
        Misconception("asked-once", lambda best, K: softmax(walk(best, K, ask_again=False)),
            "Nearly everything went to the one outcome that D liked best at the start: mode collapse. Your G moved, "
            "but did anybody ask D again?", seen=collapsed_at(np.argmax)),
        Misconception("uphill", lambda best, K: softmax(walk(best, K, lr=-2.0)),
            "Nearly everything went to the outcome that D knows best as generated. Is your step downhill, for a loss "
            "that is small when D is fooled?", seen=collapsed_at(np.argmin), family="wrong sign"),
        Misconception("logits", walk,
            "These are good logits, but no probabilities yet: a softmax is missing at the end.",
            seen=near_data(softmax), family="logits and probabilities confused"),
        Misconception("not-normalised", lambda best, K: K * match_by_odds(best, K),
            "The proportions are right, but your numbers do not sum to 1.", seen=near_data(lambda made: made)),
        Misconception("odds-upside-down", upside_down,
            "You give most to the outcomes that have least. D / (1 - D) is data over generated: which way up did you "
            "use it?", seen=near_data(lambda made: 1 / made)),
        Misconception("answer-of-D", answer_of_D,
            "You gave back what D said at the start, made to sum to 1. D is a share at each point, and not the "
            "distribution of the data.", seen=is_answer_of_D),
        Misconception("D-itself", lambda best, K: best(np.full(K, 1 / K)),
            "You gave back D's answers. They are probabilities of being real, one for each outcome, and need not sum "
            "to 1. What do they tell you about p_data / p_g?", seen=is_raw_answer_of_D),
        Misconception("never-moved", lambda best, K: np.full(K, 1 / K),
            "All outcomes are as likely: G is where it began. What should a step do where D is above 1/2?",
            seen=is_uniform),
        Misconception("too-short", lambda best, K: softmax(walk(best, K, lr=0.2, steps=15)),
            "The direction is right, and the way too short: more steps, or larger ones.", seen=is_too_short),
    ],
    hints=[
        "Where D is above 1/2, data are denser than your samples: there p_g must grow.",
        "A walk: p_g = softmax(theta), start with zeros. Ask D, hold its answers fixed, make one step downhill on the "
        "mean loss, the sum over outcomes of p_g times -log D. Then ask again.",
        "With the loss of each outcome in an array `loss`, the slope of the mean loss in theta is p_g times (loss "
        "minus the mean loss). A learning rate near 2 and 200 steps are enough.",
        "Or a short cut: solve (23.3) for p_data.",
    ],
    takeaway="G never sees the data: D's answers are enough, as long as D keeps up.",
)
