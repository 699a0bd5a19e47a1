"""Exercise 18.9: A head that looks one back."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Metric, Misconception
from course_utils.checks.lessons.l18_attention.shared import attention_scores, softmax


def position_cases(rng):
    for C, T in [(3, 4), (2, 7), (5, 12)]:
        content, places = 2 * rng.normal(size=(6, T, C)), np.broadcast_to(np.eye(T), (6, T, T))
        yield Case(C, T, held=np.concatenate([content, places], axis=2))


STRONG = 30.0


def previous_token_head(C, T, shift=-1, strength=STRONG, content=0.0):
    """The query asks for the position before, the key says its own: both read the position features only."""
    W_q, W_k = np.full((C + T, T), content), np.full((C + T, T), content)
    W_q[C:], W_k[C:] = strength * np.eye(T, k=shift), np.eye(T)
    return W_q, W_k


def previous_with_rows_exchanged(C, T):
    return tuple(np.roll(W, -C, axis=0) for W in previous_token_head(C, T))


def previous_by_keys(C, T):
    W_q, W_k = np.zeros((C + T, T)), np.zeros((C + T, T))
    for t in range(T):
        W_q[C + t, t] = 1.0
        if t + 1 < T:
            W_k[C + t, t + 1] = 10.0 * T
    return W_q, W_k


def previous_by_circle(C, T):
    """Positions as angles on a circle; the query is turned back by one step."""
    angles = 2 * np.pi * np.arange(T) / T
    spots = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    W_q, W_k = np.zeros((C + T, 2)), np.zeros((C + T, 2))
    W_q[C:], W_k[C:] = 40.0 * T**2 * np.roll(spots, 1, axis=0), spots
    return W_q, W_k


def head_weights(received, case):
    """The attention weights (N, T, T) of such a head on sentences not seen."""
    W_q, W_k = (np.asarray(W, dtype=float) for W in received)
    x = case.held
    return softmax(attention_scores(x @ W_q, x @ W_k))


def weight_at(offset):
    """The mean weight on the position `offset` places away, where there is one."""

    def measure(received, case):
        return float(np.diagonal(head_weights(received, case), offset, axis1=1, axis2=2).mean())

    return measure


ENOUGH = 0.9


def looks_at(offset):
    return lambda received, expected, case: weight_at(offset)(received, case) >= ENOUGH


def looks_there_but_softly(received, expected, case):
    """The largest weight of every row is the right one, and it is too small."""
    weights = head_weights(received, case)[:, 1:]
    return bool((weights.argmax(axis=-1) == np.arange(weights.shape[1])).all()) and np.ptp(weights) > 1e-6


def would_look_back_without_content(received, expected, case):
    C = case.args[0]
    blind = [np.concatenate([0 * np.asarray(W)[:C], np.asarray(W)[C:]]) for W in received]
    return weight_at(-1)(blind, case) >= ENOUGH


def would_look_back_in_another_order(received, expected, case):
    C = case.args[0]
    return weight_at(-1)([np.roll(W, C, axis=0) for W in received], case) >= ENOUGH


def has_no_content_rows(received, expected, case):
    return all(len(W) == case.args[1] for W in received)


def would_look_back_with_the_other_sign(received, expected, case):
    W_q, W_k = (np.asarray(W, dtype=float) for W in received)
    return weight_at(-1)((-W_q, W_k), case) >= ENOUGH


def has_the_sizes_of_the_example(received, expected, case):
    return case.args != (3, 4) and all(len(W) == 7 for W in received)


def is_one_matrix(received, expected, case):
    return np.array_equal(*received)


def looks_at_all_before(received, expected, case):
    """Nearly all the weight lies before, shared by all positions there."""
    weights = head_weights(received, case)[:, 1:]
    shared = np.tri(*weights.shape[1:], dtype=bool)
    return bool((weights * shared).sum(axis=-1).min() >= ENOUGH) and weights.max(axis=-1)[:, -1].max() < ENOUGH


def looks_evenly(received, expected, case):
    return float(np.ptp(head_weights(received, case))) < 1e-6


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.9", kind="experiment", title="A head that looks one back", name="previous_token_head", points=3, minutes=15,
    difficulty=4, section="2. Query, key, value", reference=previous_token_head, cases=position_cases,
    metric=Metric(weight_at(-1), "mean weight on the position before", at_least=ENOUGH),
    alternatives=[previous_by_keys, previous_by_circle],
    misconceptions=[
        Misconception("content-counts", lambda C, T: previous_token_head(C, T, content=1.0),
            "With the position features alone your head looks back as it should; the content features disturb "
            "it. Which rows of W_q and W_k read them?", seen=would_look_back_without_content),
        Misconception("position-rows-first", previous_with_rows_exchanged,
            "With its rows in another order your head works. What stands first in x, content or position?",
            seen=would_look_back_in_another_order),
        Misconception("no-rows-for-content", lambda C, T: (30 * np.eye(T, k=-1), np.eye(T)),
            "Your matrices have T rows, but a position has C + T features. What should the content's rows hold, so "
            "that it does not count?", seen=has_no_content_rows),
        Misconception("looks-ahead", lambda C, T: previous_token_head(C, T, shift=1),
            "Your head looks one position *ahead*. Row t of the position part of W_q is the query of position t: which "
            "key should it match?", seen=looks_at(1)),
        Misconception("looks-at-itself", lambda C, T: previous_token_head(C, T, shift=0),
            "Each position looks at itself: query and key say the same position. One of them has to be moved by one.",
            seen=looks_at(0)),
        Misconception("sizes-of-the-example", lambda C, T: previous_token_head(3, 4),
            "Your matrices have 7 rows whatever C and T are: these are the sizes of the example. How many rows are "
            "there in general?", seen=has_the_sizes_of_the_example),
        Misconception("looks-two-back", lambda C, T: previous_token_head(C, T, shift=-2),
            "Your head looks *two* positions back. By how many places is the diagonal moved?", seen=looks_at(-2),
            family="off by one"),
        Misconception("sign-turned", lambda C, T: previous_token_head(C, T, strength=-STRONG),
            "The position before gets the *lowest* score: with the other sign your head works.",
            seen=would_look_back_with_the_other_sign, family="wrong sign"),
        Misconception("one-matrix-twice", lambda C, T: (previous_token_head(C, T)[0],) * 2,
            "W_q and W_k are the same matrix: then query and key of a position are alike. What a position asks for is "
            "not what it is.", seen=is_one_matrix),
        Misconception("all-before", lambda C, T: (
            np.vstack([np.zeros((C, T)), 1000 * np.tri(T, k=-1)]), previous_token_head(C, T)[1]),
            "Your head shares its weight among all positions before. How many ones should row t of the position part "
            "of W_q have?", seen=looks_at_all_before),
        Misconception("too-soft", lambda C, T: previous_token_head(C, T, strength=3.0),
            "The right position has the largest weight in every row, but not large enough. The scores are divided by "
            "the root of d_k, and softmax lives on differences: how do you make them larger?",
            seen=looks_there_but_softly),
        Misconception("looks-everywhere", lambda C, T: previous_token_head(C, T, strength=0.0),
            "Every position gets the same weight: all scores are equal. That is the baseline, 1/T.",
            seen=looks_evenly),
    ],
    hints=[
        "What is q_t · k_s if the query of position t is row t of one matrix, and the key of s row s of another? The "
        "content should not count: zeros in its rows.",
        "Let the key say which position it is: 1 at place s. Then q_t · k_s is entry s of the query.",
        "So the query of t should have something large at place t - 1. np.eye has an option for a diagonal "
        "beside the main one.",
        "How large? After the division by √d_k the right score must be above the others by 5 or more.",
    ],
    takeaway="What a head looks at is decided by two small matrices; here you were the training.",
)
