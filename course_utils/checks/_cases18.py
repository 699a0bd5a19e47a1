"""What the answers of lesson 18 are tried on."""

import numpy as np

from course_utils.checks.exercise import Case


def qkv(rng, lead, Tq, Tk, d, d_v):
    return rng.normal(size=(*lead, Tq, d)), rng.normal(size=(*lead, Tk, d)), rng.normal(size=(*lead, Tk, d_v))


def score_cases(rng):
    """Unequal sizes, one that is square, one of a single number, and many leading axes."""
    for lead, Tq, Tk, d in [((), 3, 5, 4), ((), 1, 1, 1), ((2,), 4, 3, 2), ((), 3, 3, 3), ((2, 3), 2, 4, 9)]:
        yield qkv(rng, lead, Tq, Tk, d, 1)[:2]
    yield np.array([[1000.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 1.0, -1.0, 0.5], [-2.0, 0.0, 1.0, 0.0]])


def steep(rng, rows, Tk):
    """q, k, v whose scores are about `rows` in the rows of q: ±1000, but not quite the same for each key."""
    near = 1 + 0.001 * rng.permutation(Tk)
    q, k = np.outer(rows, [0.5, 0.5, 0.5, 0.5]), np.outer(near, [1.0, 1.0, 1.0, 1.0])
    return q, k, rng.normal(size=(Tk, 2))


def steps(rng, Tq, Tk):
    """A mask whose row t sees t keys: the first sees none."""
    return rng.permutation(np.tri(Tq, Tk, k=-1, dtype=bool), axis=1)


def attention_cases(rng):
    yield qkv(rng, (), 3, 5, 4, 2)
    yield qkv(rng, (2,), 4, 3, 2, 3)
    yield Case(*qkv(rng, (), 3, 4, 2, 3), mask=steps(rng, 3, 4))
    yield Case(*qkv(rng, (), 2, 2, 3, 1), mask=np.array([[True, False], [True, True]]))
    yield Case(*qkv(rng, (2,), 2, 3, 4, 2), mask=np.array([[[True, True, False]], [[False, True, False]]]))
    hides_an_example = np.array([[True, False, True], [False, False, False]]).reshape(2, 1, 1, 3)
    yield Case(*qkv(rng, (2, 2), 4, 3, 2, 2), mask=hides_an_example)
    yield Case(*qkv(rng, (1, 3), 3, 3, 1, 2), mask=np.tri(3, dtype=bool))
    yield steep(rng, [1000.0, -1000.0, 1.0, 0.0], 4)
    yield steep(rng, [0.5, -1000.0, -0.5], 3)
    q, k, v = steep(rng, [1.0, 1000.0, 0.0], 4)
    both = np.array([1.0, -1.0, 1.0, -1.0])
    yield q, k * both[:, None], v  # both in one row
    yield Case(*steep(rng, [-1000.0, 1000.0, 2.0], 3), mask=steps(rng, 3, 3)[::-1])
    yield Case(q, k * both[:, None], v, mask=both[None] < 0)  # the large one is hidden


def length_cases(rng):
    return [1, 2, 3, 5, int(rng.integers(6, 12))]


def head_cases(rng):
    for N, T, heads, d in [(2, 3, 2, 4), (1, 4, 3, 2), (3, 2, 1, 5), (2, 6, 3, 1), (2, 4, 4, 3)]:
        yield rng.normal(size=(N, T, heads * d)), heads


def parameters(rng, D):
    weights = {f"W_{name}": rng.normal(size=(D, D)) / D**0.5 for name in "qkvo"}
    return weights | {f"b_{name}": rng.normal(size=D) for name in "qkvo"}


def multi_head_cases(rng):
    for N, T, heads, d in [(1, 2, 2, 1), (2, 3, 2, 4), (1, 5, 3, 2), (2, 2, 1, 3), (2, 3, 4, 1)]:
        yield rng.normal(size=(N, T, heads * d)), parameters(rng, heads * d), heads
    yield Case(rng.normal(size=(2, 4, 6)), parameters(rng, 6), 2, mask=np.tri(4, dtype=bool))
    yield Case(rng.normal(size=(3, 3, 4)), parameters(rng, 4), 2, mask=steps(rng, 3, 3))
    yield Case(100 * rng.normal(size=(1, 3, 6)), parameters(rng, 6), 3, mask=np.tri(3, dtype=bool))


def online_cases(rng):
    """Chunks that fit, that do not, of one key, of all keys, and longer than all."""
    for T, d, d_v, chunk in [(6, 4, 3, 2), (7, 3, 2, 3), (5, 2, 4, 1), (4, 3, 2, 4), (3, 2, 1, 8), (1, 2, 2, 1)]:
        yield *qkv(rng, (), T, T, d, d_v), chunk
    for rows in ([1000.0, 1.0, 0.5, 2.0], [-1000.0, 1.0, 0.0, -1.0]):
        yield *steep(rng, rows, 4), 2
    q, k, v = steep(rng, [1000.0, -1000.0, 0.0, 1.0, -1.0], 5)
    yield q, k * np.array([[1.0], [1.0], [0.5], [-1.0], [-1.0]]), v, 2  # the largest score comes first, or last


def long_case(rng):
    return Case(*qkv(rng, (), 2048, 2048, 16, 16), 64)


def half_a_table(case):
    """Bytes of half a T by T matrix of float64."""
    return 8 * len(case.args[0]) ** 2 / 2


def padded_cases(rng):
    """Padding that is anything but zero; one sentence without any; as many sentences as positions."""
    for T, D, lengths in [(4, 2, [4, 2]), (3, 3, [1, 3, 2]), (5, 2, [3]), (2, 4, [1, 2, 1, 2])]:
        lengths = np.array(lengths)
        x = rng.normal(size=(len(lengths), T, D))
        padding = np.arange(T) >= lengths[:, None]
        x[padding] = rng.uniform(1, 2, size=(padding.sum(), D))
        yield x, lengths


def position_cases(rng):
    for C, T in [(3, 4), (2, 7), (5, 12)]:
        content, places = 2 * rng.normal(size=(6, T, C)), np.broadcast_to(np.eye(T), (6, T, T))
        yield Case(C, T, held=np.concatenate([content, places], axis=2))
