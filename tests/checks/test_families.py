"""Borrowed answers that work are seen, each in its exercise; what no card forbids goes on passing."""

import functools
import operator
import statistics

import numpy as np
import pytest

from course_utils.checks import check, registry
from course_utils.checks.callers.families import FAMILIES, PREFIX, expand
from course_utils.checks.callers.inprocess import InProcess
from course_utils.conv import max_pool2d_forward
from tests.checks.test_check import but


def torch_of(*arrays):
    import torch

    return torch, *(torch.tensor(np.asarray(a)) for a in arrays)


def conv_aten(x, K, b, stride=1, pad=0):
    torch, x, K, b = torch_of(x, K, b)
    return torch.ops.aten.conv2d(x, K, b, stride, pad).numpy()


def pool_module(x, size=2):
    torch, x = torch_of(x)
    return torch.nn.MaxPool2d(size)(x).numpy()


def sigmoid_special(z):
    torch, z = torch_of(z)
    return torch.special.expit(z).numpy()


def sigmoid_method(z):
    return torch_of(z)[1].sigmoid().numpy()


def cross_entropy_module(logits, labels):
    torch, logits, labels = torch_of(logits, labels)
    return torch.nn.CrossEntropyLoss()(logits, labels.long()).item()


def mse_module(pred, y):
    torch, pred, y = torch_of(pred, y)
    return torch.nn.MSELoss()(pred, y).item()


def distances_scipy(A, B):
    from scipy.spatial import distance_matrix

    return distance_matrix(A, B)


def distances_torch(A, B):
    torch, A, B = torch_of(A, B)
    return torch.cdist(A, B).numpy()


def distances_sklearn(A, B):
    from sklearn.metrics import pairwise_distances

    return pairwise_distances(A, B)


def distances_tree(A, B):
    from scipy.spatial import KDTree

    return KDTree(A).sparse_distance_matrix(KDTree(B), 1e9).toarray()


def distances_neighbors(A, B):
    from sklearn.neighbors import NearestNeighbors

    graph = NearestNeighbors(radius=1e12).fit(B).radius_neighbors_graph(A, mode="distance")
    return graph.toarray()


def rows_by_columns(A, B):
    return np.array([[row @ column for column in B.T] for row in A])


def handed_over(A, B):
    return functools.reduce(np.dot, [A, B])


BORROWED = {
    "11.3": [conv_aten],
    "11.4": [pool_module, lambda x, size=2: max_pool2d_forward(x, size=size)[0]],
    "06.1": [sigmoid_special, sigmoid_method],
    "06.5": [cross_entropy_module],
    "04.2": [mse_module],
    "02.2": [distances_scipy, distances_torch, distances_sklearn, distances_tree, distances_neighbors],
    "03.5": [lambda v: float(np.cov(v, bias=True)), lambda v: float(np.std(v) ** 2), statistics.pvariance],
    "03.1": [
        lambda A, B: A @ B,
        lambda A, B: A.dot(B),
        lambda A, B: operator.matmul(A, B),
        lambda A, B: A.__matmul__(B),
        lambda A, B: np.einsum("ij,jk->ik", A, B),
        rows_by_columns,
        handed_over,
        np.matmul,
    ],
}


@pytest.mark.parametrize("number", BORROWED)
def test_what_is_borrowed_is_named(number):
    for answer in BORROWED[number]:
        result = check(number, answer, quiet=True)
        assert (result.misconception, float(result)) == ("borrowed", 0.0), result.message


def norm_of_differences(A, B):
    return np.linalg.norm(A[:, None] - B, axis=2)


ALLOWED = {
    "02.2": [norm_of_differences],
    "03.5": [lambda v: float(np.linalg.norm(np.asarray(v) - np.mean(v)) ** 2 / len(v))],
    "04.5": [lambda X, y, lam: registry.find("04.5").alternatives[0](X, y, lam)],
}


@pytest.mark.parametrize("number", ALLOWED)
def test_what_no_card_forbids_passes(number):
    for answer in ALLOWED[number]:
        result = check(number, answer, quiet=True)
        assert result.passed, result.message


class Mine:
    """A class of the learner's with a method that has a forbidden method's name."""

    def __init__(self, x):
        self.x = x

    def dot(self, other):
        return float((self.x * other).sum())

    def twice(self, other):
        return self.dot(other) + self.dot(other)


def test_a_method_of_ones_own_is_ones_own():
    caller = InProcess({"f": lambda x: Mine(x).twice(x)})
    caller.forbid((".dot",))
    assert caller.call("f", (np.ones(2),)).borrowed == ()


def test_families_are_sentences_and_lists_without_repetition():
    for name, family in FAMILIES.items():
        assert family.words and not family.words.endswith(".")
        routes = expand([PREFIX + name])
        assert len(routes) >= 3 and all(r == "@" or r.strip(".").replace(".", "").isidentifier() for r in routes)
    with pytest.raises(ValueError, match="no family 'cooking'"):
        but(forbidden=["family:cooking"])


def test_a_right_answer_by_a_loop_where_none_is_asked_is_told_so():
    result = check(
        "04.2", lambda pred, y: sum([(p - t) ** 2 for p, t in zip(pred, y, strict=True)]) / len(y), quiet=True
    )
    assert (result.misconception, float(result)) == ("loop", 1.0) and "a loop in your code" in result.message
    wrong = check("04.2", lambda pred, y: sum([(p - t) ** 2 for p, t in zip(pred, y, strict=True)]), quiet=True)
    assert wrong.misconception == "sum"  # a mistake comes first
