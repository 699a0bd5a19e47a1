"""Borrowed answers that work are seen, each in its exercise; what no card forbids goes on passing."""

import functools
import operator
import statistics

import numpy as np
import pytest

from course_utils.affine import affine_backward, affine_forward
from course_utils.checks import check, registry
from course_utils.checks.callers.families import FAMILIES, PREFIX, expand
from course_utils.checks.callers.inprocess import InProcess
from course_utils.conv import max_pool2d_forward
from course_utils.optim import SGD
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


def sigmoid_distribution(z):
    from scipy.stats import logistic

    return logistic.cdf(z)


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


def size_of_convolved(n, k, stride, pad):
    return len(np.convolve(np.zeros(n + 2 * pad), np.ones(k), mode="valid")[::stride])


def sparse_product(A, B):
    from scipy.sparse import csr_matrix

    return (csr_matrix(A) * csr_matrix(B)).toarray()


def linear_function(X, w, b):
    torch, X, w, b = torch_of(X, w[None], [b])
    return torch.nn.functional.linear(X, w, b).numpy()[:, 0]


def linear_module(X, w, b):
    torch, X = torch_of(X)
    layer = torch.nn.Linear(X.shape[1], 1).double()
    layer.load_state_dict({"weight": torch.tensor(w)[None], "bias": torch.tensor([b]).double()})
    return layer(X).detach().numpy()[:, 0]


def model_with_given_weights(X, w, b):
    from sklearn.linear_model import LinearRegression

    model = LinearRegression()
    model.coef_, model.intercept_ = w, b
    return model.predict(X)


def gradient_by_layer(X, y, w, b):
    out, cache = affine_forward(X, w[:, None], np.array([float(b)]))
    _, dW, db = affine_backward(2 * (out - y[:, None]) / len(y), cache)
    return dW[:, 0], db[0]


def walk_by(optimizer):
    def answer(X, y, lr, steps):
        torch, X, y = torch_of(X, y)
        w, b = torch.zeros(X.shape[1]).double().requires_grad_(), torch.zeros(()).double().requires_grad_()
        move, losses = optimizer(torch)([w, b], lr=lr), []
        for _ in range(steps + 1):
            move.zero_grad()
            loss = ((X @ w + b - y) ** 2).mean()
            losses.append(loss.item())
            loss.backward()
            move.step() if len(losses) <= steps else None
        return w.detach().numpy(), b.item(), losses

    return answer


def walk_by_the_course(X, y, lr, steps):
    params, losses = {"w": np.zeros(X.shape[1]), "b": np.zeros(1)}, []
    optimizer = SGD(lr)
    state = optimizer.init(params)
    for step in range(steps + 1):
        error = X @ params["w"] + params["b"] - y
        losses.append(np.mean(error**2))
        if step < steps:
            grads = {"w": 2 * X.T @ error / len(y), "b": np.array([2 * error.mean()])}
            params, state = optimizer.step(params, grads, state)
    return params["w"], params["b"][0], losses


def ridge_by_damping(X, y, lam):
    from scipy.sparse.linalg import lsqr

    w = lsqr(X - X.mean(0), y - y.mean(), damp=np.sqrt(lam * len(y)), atol=1e-14, btol=1e-14)[0]
    return w, y.mean() - X.mean(0) @ w


def ridge_by_more_people(X, y, lam):
    from sklearn.linear_model import LinearRegression

    A = np.vstack([X - X.mean(0), np.sqrt(lam * len(y)) * np.eye(X.shape[1])])
    model = LinearRegression(fit_intercept=False).fit(A, np.append(y - y.mean(), np.zeros(X.shape[1])))
    return model.coef_, y.mean() - X.mean(0) @ model.coef_


BORROWED = {
    "04.1": [linear_function, linear_module, model_with_given_weights],
    "04.3": [gradient_by_layer],
    "04.4": [walk_by(lambda torch: torch.optim.SGD), walk_by_the_course],
    "04.5": [ridge_by_damping, ridge_by_more_people],
    "11.3": [conv_aten],
    "11.4": [pool_module, lambda x, size=2: max_pool2d_forward(x, size=size)[0]],
    "06.1": [sigmoid_special, sigmoid_method, sigmoid_distribution],
    "11.1": [size_of_convolved],
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
        lambda A, B: np.asarray(np.matrix(A) * np.matrix(B)),
        lambda A, B: np.array([[np.correlate(a, b)[0] for b in B.T] for a in A]),
        sparse_product,
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


def added_up(pred, y):
    return functools.reduce(lambda total, e: total + e * e, pred - y, 0.0) / len(y)


def calls_itself(pred, y, at=0):
    return 0.0 if at == len(y) else (pred[at] - y[at]) ** 2 / len(y) + calls_itself(pred, y, at + 1)


def inner_calls_itself(pred, y):
    def rest(at):
        return 0.0 if at == len(y) else (pred[at] - y[at]) ** 2 + rest(at + 1)

    return rest(0) / len(y)


@pytest.mark.parametrize("answer", [added_up, calls_itself, inner_calls_itself])
def test_reduce_and_a_function_that_calls_itself_are_loops(answer):
    result = check("04.2", answer, quiet=True)
    assert (result.misconception, float(result)) == ("loop", 1.0), result.message
