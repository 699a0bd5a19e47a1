"""Right and wrong answers to the exercises of lesson 02, written as learners write them."""

import numpy as np


def column_means(X):
    return X.mean(axis=0)


def column_means_loop(X):
    return np.array([sum(X[:, j]) / len(X) for j in range(X.shape[1])])


def pairwise_distances(A, B):
    return np.sqrt(((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=-1))


def pairwise_by_norm(A, B):
    return np.linalg.norm(A[:, None] - B, axis=2)


def pairwise_by_loops(A, B):
    return np.array([[np.sqrt(np.sum((a - b) ** 2)) for b in B] for a in A])


def pairwise_squared(A, B):
    return ((A[:, None] - B) ** 2).sum(axis=-1)


def pairwise_manhattan(A, B):
    return np.abs(A[:, None] - B).sum(axis=-1)


def pairwise_no_sum(A, B):
    return np.sqrt((A[:, None] - B) ** 2)


def pairwise_root_inside(A, B):
    return np.abs((A[:, None] - B).sum(axis=-1))


def pairwise_transposed(A, B):
    return pairwise_distances(A, B).T


def moving_average(x, k):
    return np.convolve(x, np.ones(k) / k, mode="valid")


def moving_average_windows(x, k):
    return np.lib.stride_tricks.sliding_window_view(x, k).mean(axis=-1)


def moving_average_slices(x, k):
    return sum(x[i : len(x) - k + 1 + i] for i in range(k)) / k


def moving_average_same(x, k):
    return np.array([x[max(0, i - k + 1) : i + 1].mean() for i in range(len(x))])


def moving_average_padded(x, k):
    return np.array([x[max(0, i - k + 1) : i + 1].sum() / k for i in range(len(x))])


def moving_average_short(x, k):
    return np.array([x[i : i + k].mean() for i in range(len(x) - k)])


def moving_average_sum(x, k):
    return np.convolve(x, np.ones(k), mode="valid")


def moving_average_blocks(x, k):
    return np.array([x[i : i + k].mean() for i in range(0, len(x) - k + 1, k)])


def brightened(image, box, amount):
    top, bottom, left, right = box
    result = image.copy()
    result[top:bottom, left:right] += amount
    return result


def brightened_broken(image, box, amount):
    top, bottom, left, right = box
    result = image
    patch = result[top:bottom, left:right]
    patch += amount
    return result


def brightened_where(image, box, amount):
    top, bottom, left, right = box
    mask = np.zeros(image.shape)
    mask[top:bottom, left:right] = amount
    return image + mask


def brightened_lost(image, box, amount):
    top, bottom, left, right = box
    result = image.copy()
    patch = result[top:bottom, left:right].copy()
    patch += amount
    return result


def brightened_patch(image, box, amount):
    top, bottom, left, right = box
    return image[top:bottom, left:right] + amount


def brightened_all(image, box, amount):
    return image + amount


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def one_hot_zeros(labels, classes):
    table = np.zeros((len(labels), classes))
    table[np.arange(len(labels)), labels] = 1
    return table


def one_hot_compare(labels, classes):
    return (labels[:, None] == np.arange(classes)).astype(float)


def one_hot_all_columns(labels, classes):
    table = np.zeros((len(labels), classes))
    table[:, labels] = 1
    return table


def one_hot_transposed(labels, classes):
    return np.eye(classes)[labels].T


def one_hot_own_count(labels, classes):
    return np.eye(labels.max() + 1)[labels]


def one_hot_from_one(labels, classes):
    return np.eye(classes)[labels - 1]


def one_hot_mask(labels, classes):
    return labels[:, None] == np.arange(classes)


SHAPES = {
    "X.sum(axis=1)": (2,),
    "X[:, None, :]": (2, 1, 3),
    "X + X[0]": (2, 3),
    "X.T @ X": (3, 3),
    "values of v - v[:, None]": [[0, 2], [-2, 0]],
    "values of v[v > 4]": [6],
}
