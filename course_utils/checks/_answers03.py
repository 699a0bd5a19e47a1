"""Right and wrong answers to the exercises of lesson 03, written as learners write them."""

import numpy as np


def matmul_loops(A, B):
    result = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for k in range(B.shape[1]):
            for j in range(A.shape[1]):
                result[i, k] += A[i, j] * B[j, k]
    return result


def matmul_dots(A, B):
    return np.array([[sum(row * column) for column in B.T] for row in A])


def matmul_outer(A, B):
    return sum(A[:, j, None] * B[j] for j in range(A.shape[1]))


def matmul_swapped(A, B):
    return matmul_loops(A, B).T


def matmul_last_only(A, B):
    result = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for k in range(B.shape[1]):
            for j in range(A.shape[1]):
                result[i, k] = A[i, j] * B[j, k]
    return result


def matmul_short(A, B):
    return matmul_loops(A[:, :-1], B[:-1])


def matmul_entrywise(A, B):
    return A * B


def matmul_row_row(A, B):
    return np.array([[sum(A[i] * B[k]) for k in range(B.shape[1])] for i in range(A.shape[0])])


def numerical_derivative(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def derivative_scaled_step(f, x):
    h = 1e-6 * max(1.0, abs(x))
    return (f(x + h) - f(x - h)) / ((x + h) - (x - h))


def derivative_four_points(f, x):
    h = 1e-3
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def derivative_one_h(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / h


def derivative_one_sided(f, x):
    h = 1e-3
    return (f(x + h) - f(x)) / h


def derivative_one_sided_small(f, x):
    h = 1e-5
    return (f(x + h) - f(x)) / h


def derivative_large_step(f, x):
    return (f(x + 1.0) - f(x - 1.0)) / 2.0


def derivative_tiny_step(f, x):
    h = 1e-15
    return (f(x + h) - f(x - h)) / (2 * h)


def derivative_backwards(f, x):
    return -numerical_derivative(f, x)


def derivative_not_divided(f, x):
    h = 1e-5
    return f(x + h) - f(x - h)


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


def gradient_of_quadratic(A, b, x):
    return (A + A.T) @ x + b


def gradient_by_sums(A, b, x):
    return np.array([A[i] @ x + A[:, i] @ x + b[i] for i in range(len(x))])


def gradient_einsum(A, b, x):
    return np.einsum("ij,j->i", A, x) + np.einsum("ij,i->j", A, x) + b


def gradient_symmetric_only(A, b, x):
    return 2 * A @ x + b


def gradient_without_b(A, b, x):
    return (A + A.T) @ x


def gradient_one_path(A, b, x):
    return A @ x + b


def gradient_transposed_only(A, b, x):
    return 2 * A.T @ x + b


def quadratic_value(A, b, x):
    return x @ A @ x + b @ x


def variance(values):
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / len(values)


def variance_array(values):
    centred = np.array(values) - np.mean(values)
    return float(centred @ centred / len(centred))


def variance_mean_first(values):
    return np.mean(np.square(values - np.mean(values)))


def variance_sample(values):
    return np.sum((values - np.mean(values)) ** 2) / max(len(values) - 1, 1)


def variance_root(values):
    return np.sqrt(np.mean((values - np.mean(values)) ** 2))


def variance_sum(values):
    return np.sum((values - np.mean(values)) ** 2)


def variance_around_zero(values):
    return np.mean(np.square(values))


def variance_absolute(values):
    return np.mean(np.abs(values - np.mean(values)))


def variance_cancels(values):
    return np.mean(values - np.mean(values)) ** 2


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


def most_likely_absolute(values, candidates):
    return candidates[int(np.argmin([np.sum(np.abs(values - mu)) for mu in candidates]))]


PREDICTIONS = {"dot product": 0, "shape": (4, 2), "gradient": [6, -4], "chain": 12, "direction": "b", "variance": 8}
