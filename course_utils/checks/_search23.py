"""Exercise 23.9: data that only the best discriminator knows, right and wrong ways to find them, and how to judge."""

import numpy as np

from course_utils.checks._answers23 import jensen_shannon
from course_utils.checks._cases23 import distribution
from course_utils.checks.exercise import Case


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
