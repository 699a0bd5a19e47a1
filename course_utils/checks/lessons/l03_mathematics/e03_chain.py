"""Exercise 03.3: The chain rule on a small graph."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def chain(dy_du, du_dx):
    return sum(outer * inner for outer, inner in zip(dy_du, du_dx, strict=True))


def chain_dot(dy_du, du_dx):
    return np.dot(dy_du, du_dx)


def chain_loop(dy_du, du_dx):
    total = 0.0
    for i in range(len(dy_du)):
        total = total + dy_du[i] * du_dx[i]
    return total


def chain_product(dy_du, du_dx):
    return np.prod(dy_du) * np.prod(du_dx)


def chain_sum(dy_du, du_dx):
    return np.sum(dy_du) + np.sum(du_dx)


def chain_first(dy_du, du_dx):
    return dy_du[0] * du_dx[0]


def chain_of_sums(dy_du, du_dx):
    return np.sum(dy_du) * np.sum(du_dx)


def chain_not_added(dy_du, du_dx):
    return dy_du * du_dx


def chain_mean(dy_du, du_dx):
    return np.mean(dy_du * du_dx)


def chain_last(dy_du, du_dx):
    return dy_du[-1] * du_dx[-1]


def chain_divided(dy_du, du_dx):
    return np.sum(dy_du / du_dx)


def chain_largest(dy_du, du_dx):
    return np.max(dy_du * du_dx)


def chain_without_first(dy_du, du_dx):
    return np.sum(dy_du[1:] * du_dx[1:])


def chain_without_sign(dy_du, du_dx):
    return np.abs(np.sum(dy_du * du_dx))


def chain_row_by_column(dy_du, du_dx):
    return (dy_du.reshape(1, -1) @ du_dx.reshape(-1, 1))[0, 0]


def chain_einsum(dy_du, du_dx):
    return np.einsum("i,i", dy_du, du_dx)


def graphs(rng):
    """One path, two, several."""
    yield np.array([3.0]), np.array([2.0])
    yield np.array([2.0, -1.0]), np.array([5.0, 4.0])
    yield np.array([2.5, 0.5, -1.5]), np.array([-3.0, 2.0, 0.4])  # the sum is below 0
    yield rng.normal(size=3), rng.normal(size=3)
    yield rng.normal(size=5), rng.normal(size=5)


EXERCISE = Exercise(
    id="03.3",
    title="The chain rule on a small graph",
    name="chain",
    points=2,
    minutes=12,
    difficulty=2,
    section="3. Functions inside functions",
    reference=chain,
    cases=graphs,
    alternatives=[chain_dot, chain_loop, chain_row_by_column, chain_einsum],
    misconceptions=[
        Misconception(
            "all-multiplied",
            chain_product,
            "You multiplied everything. Along one path slopes are multiplied; what happens with several paths?",
        ),
        Misconception("all-added", chain_sum, "You added everything. Along one path slopes are multiplied."),
        Misconception("first-path", chain_first, "Only the first path is counted. Every u passes something on."),
        Misconception(
            "sums-multiplied",
            chain_of_sums,
            "You added first and multiplied afterwards: that pairs the slopes of different paths with each other.",
        ),
        Misconception("not-added", chain_not_added, "These are the parts of the single paths. What is done with them?"),
        Misconception(
            "mean-of-paths",
            chain_mean,
            "This is the mean over the paths. Each path adds its own share: nothing is divided.",
            family="mean and sum confused",
        ),
        Misconception(
            "last-path",
            chain_last,
            "Only the last path is left. `=` overwrites what was there: what adds to it?",
        ),
        Misconception(
            "divided", chain_divided, "You divide the slopes of a path. Turning x by 1 turns u by du/dx: and then y?"
        ),
        Misconception("largest-path", chain_largest, "You keep the largest path alone. The others turn y as well."),
        Misconception(
            "without-first",
            chain_without_first,
            "The first path is missing: where does a count begin in Python?",
            family="off by one",
        ),
        Misconception(
            "without-sign",
            chain_without_sign,
            "The size is right, but y may also fall when x grows. What does `abs` do to that?",
        ),
    ],
    hints=[
        "Two paths: x → u₁ → y with slopes 2 and 5, x → u₂ → y with slopes -1 and 4. What does turning x by 1 do to y?",
        "Multiply along each path, and add over the paths.",
        "It is a dot product.",
    ],
    takeaway="Multiply along a path, add over paths: backpropagation is nothing else.",
)
