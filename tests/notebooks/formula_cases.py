r"""What the numbered formulas of lessons should give: by the lesson's own functions, or by `course_utils`.

A case is a function of a random generator.  It returns the values of the formula's names, and the value that each right
side should have, in the order in which they are printed.  `x_` is a name with indices, `ranges` are those of letters
without bounds.
"""

import ast
import math
from collections import Counter
from functools import cache
from types import SimpleNamespace

import numpy as np

from course_utils import attention
from course_utils import generative as gen
from course_utils.activations import sigmoid, softmax
from course_utils.linear_models import LinearRegression, LogisticRegression, Ridge
from course_utils.losses import (
    binary_cross_entropy_backward,
    binary_cross_entropy_forward,
    cross_entropy_backward,
    cross_entropy_forward,
)
from tools.anatomy import open_book
from tools.notebooks import find

CASES = {}
KNOWN = {"np": np, "math": math, "Counter": Counter, "gen": gen, "attention": attention}
KNOWN |= {"sigmoid": sigmoid, "softmax": softmax}


@cache
def lesson(number):
    """The functions and classes that a lesson defines, the first of each name; its other code is not run."""
    names = dict(KNOWN)
    for cell in open_book(find([number], ("notebooks",))[0]).cells("code"):
        for node in ast.parse("" if cell.source.startswith("%%") else cell.source).body:
            plain = isinstance(node, ast.FunctionDef) or (isinstance(node, ast.ClassDef) and not node.bases)
            if plain and node.name not in names:
                exec(compile(ast.Module([node], []), cell.id, "exec"), names)
    return SimpleNamespace(**names)


def case(tag):
    """Enter a case for the formula `tag`."""

    def enter(function):
        CASES[tag] = function
        return function

    return enter


def from_1(values):
    """A function of an index that counts from 1."""
    return lambda *places: values[tuple(place - 1 for place in places)]


def from_0(values):
    """A function of an index that counts from 0; outside of the array it is 0."""

    def at(*places):
        inside = all(0 <= place < size for place, size in zip(places, values.shape, strict=True))
        return values[places] if inside else 0.0

    return at


# ---- 01: a neuron


@case("1.2")
def learn(rng):
    neuron = lesson("01").TwoInputPerceptron()
    neuron.w1, neuron.w2, neuron.b = rng.normal(size=3)
    before, (x1, x2) = (neuron.w2, neuron.b), rng.normal(size=2)
    said = neuron.predict(x1, x2)
    neuron.learn(x1, x2, 1 - said)
    names = {"w_j": before[0], "b": before[1], "x_j": x2, "y": 1 - said, r"\hat y": said}
    return names, [neuron.w2, neuron.b]


# ---- 02, 03: arrays and mathematics


@case("2.1")
def column_means(rng):
    X = rng.normal(size=(4, 3))
    return {"X_": lambda i, j: X[i - 1, j], "n": 4, "j": 2}, [X.mean(axis=0)[2]]


@case("2.2")
def matrix_times_vector(rng):
    X, w = rng.normal(size=(4, 3)), rng.normal(size=3)
    return {"X_": from_0(X), "w_": from_0(w), "i": 2, "ranges": {"j": range(3)}}, [(X @ w)[2]]


@case("3.1")
def dot_product(rng):
    u, v = rng.normal(size=(2, 4))
    return {"u_": from_1(u), "v_": from_1(v), "d": 4}, [u @ v]


@case("3.2")
def matrix_product(rng):
    A, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    return {"A_": from_1(A), "B_": from_1(B), "d": 4, "i": 2, "k": 1}, [(A @ B)[1, 0]]


@case("3.5")
def central_difference(rng):
    return {"f": np.square, "x": 3.0, "h": 1e-3}, [6.0]


@case("3.6")
def chain(rng):
    x = 2.0
    u, v = 3 * x, 9 * x * x
    return {r"\frac{dy}{dv}": 1 / v, r"\frac{dv}{du}": 2 * u, r"\frac{du}{dx}": 3.0}, [2 / x]


@case("3.9")
def coin(rng):
    p = 0.3
    likelihood = math.prod([p, 1 - p, p, 1 - p, 1 - p])
    return {"p": p, "k": 2, "n": 5}, [likelihood, math.log(likelihood)]


@case("3.10")
def gaussian(rng):
    names = lesson("03").log_likelihood.__globals__
    names["values"] = values = rng.normal(size=5)
    return {"x_": from_1(values), r"\mu": 0.7, "n": 5}, [lesson("03").log_likelihood(0.7)]


# ---- 04: linear regression


def line(rng):
    """Slope, offset, five people, and the names they have in formulas."""
    (x, y), (w, b) = rng.normal(size=(2, 5)), rng.normal(size=2)
    return w, b, x, y, {"w": w, "b": b, "n": 5, "x_": from_1(x), "y_": from_1(y), "e_": from_1(w * x + b - y), "i": 3}


@case("4.1")
def prediction(rng):
    w, b, x, _, _ = line(rng)
    return {"w": w, "b": b, "x": x}, [w * x + b]


@case("4.2")
def mean_squared_error(rng):
    w, b, x, y, names = line(rng)
    return names, [lesson("04").mse_of_line(w, b, x, y), w * x[2] + b - y[2]]


@case("4.3")
def slope_of_one(rng):
    w, b, x, y, _ = line(rng)
    one = lesson("04").gradient_of_line(w, b, x[:1], y[:1])
    names = {"e": w * x[0] + b - y[0], "x": x[0], r"\frac{\partial e}{\partial w}": x[0]}
    return names | {r"\frac{\partial e}{\partial b}": 1.0}, [one[0], one[0], one[1], one[1]]


@case("4.4")
def slopes(rng):
    w, b, x, y, names = line(rng)
    return names, [*lesson("04").gradient_of_line(w, b, x, y)]


@case("4.6")
def step_downhill(rng):
    _, _, x, y, _ = line(rng)
    path = lesson("04").walk(x, y, lr=0.1, steps=2)
    dw, db = lesson("04").gradient_of_line(*path[1], x, y)
    names = {"w": path[1, 0], "b": path[1, 1], r"\alpha": 0.1}
    return names | {r"\frac{\partial L}{\partial w}": dw, r"\frac{\partial L}{\partial b}": db}, [*path[2]]


@case("4.7")
def many_features(rng):
    X, w, b = rng.normal(size=(4, 3)), rng.normal(size=3), 0.5
    model = LinearRegression().fit(X, X @ w + b)
    names = {"x_": from_1(X), "w_": from_1(w), "X w": model.predict(X) - b, "b": b, "d": 3, "i": 2}
    return names, [(X @ w + b)[1], X @ w + b]


@case("4.8")
def determination(rng):
    prediction, target = rng.normal(size=(2, 6))
    mse = np.mean((prediction - target) ** 2)
    names = {r"\text{MSE of the model}": mse, r"\text{variance of the targets}": target.var()}
    return names, [lesson("04").r_squared(prediction, target)]


@case("4.9")
def ridge_loss(rng):
    w = rng.normal(size=3)
    return {"L(w, b)": 2.0, r"\lambda": 0.7, "w_": from_1(w), "d": 3}, [2.0 + 0.7 * w @ w]


@case("4.10")
def ridge_of_one(rng):
    x, y = rng.normal(size=(2, 6))
    x = (x - x.mean()) / x.std()
    free, held = (model.fit(x[:, None], y).coef_[0] for model in (LinearRegression(), Ridge(6 * 0.7)))
    return {"w_0": free, r"\lambda": 0.7}, [held]


# ---- 06: logistic regression


@case("6.1")
def odds(rng):
    return {"p": 0.2}, [0.25]


@case("6.2")
def logit(rng):
    return {"p": sigmoid(np.array(1.3))}, [1.3]


@case("6.3")
def squash(rng):
    return {"z": 1.3}, [lesson("06").sigmoid_of(1.3)] * 2


@case("6.4")
def logistic_line(rng):
    w, b, x, _, _ = line(rng)
    return {"w": w, "b": b, "x": x, "z": x}, [w * x + b, sigmoid(x)]


@case("6.6")
def cross_entropy(rng):
    w, b, x, y, names = line(rng)
    y = (y > 0).astype(float)
    value = lesson("06").cross_entropy_of_line(w, b, x, y)
    return names | {"p_": from_1(sigmoid(w * x + b)), "y_": from_1(y)}, [value]


@case("6.7")
def two_slopes(rng):
    z = np.array([0.8])
    p = sigmoid(z)
    dz = binary_cross_entropy_backward(1.0, binary_cross_entropy_forward(z, target=np.full(1, 0.25))[1])
    slope = p * (1 - p)
    return {"y": 0.25, "p": p, "z": z}, [dz / slope, dz / slope, slope, slope]


@case("6.8")
def slope_of_logit(rng):
    z = np.array([0.8])
    dz = binary_cross_entropy_backward(1.0, binary_cross_entropy_forward(z, target=np.ones(1))[1])
    return {"y": 1.0, "p": sigmoid(z)}, [dz]


@case("6.9")
def logistic_slopes(rng):
    w, b, x, y, names = line(rng)
    return names | {"p_": from_1(sigmoid(w * x + b))}, [*lesson("06").gradient_of_line(w, b, x, y)]


@case("6.10")
def logistic_lines(rng):
    X = rng.normal(size=(4, 3))
    model = LogisticRegression().fit(X, np.array([0, 1, 1, 0]))
    weighted, b = X @ model.coef_[0], model.intercept_
    names = {"X w": weighted, "b": b, "z": weighted + b}
    return names, [model.decision_function(X), model.predict_proba(X)[:, 1]]


@case("6.12")
def threshold(rng):
    return {"c": 20.0}, [1 / 21]


@case("6.13")
def shares(rng):
    z = rng.normal(size=4)
    return {"z_": from_1(z), "K": 4, "k": 3}, [lesson("06").softmax_of(z)[2]]


@case("6.14")
def cross_entropy_of_classes(rng):
    z, labels = rng.normal(size=(3, 4)), np.array([2, 0, 3])
    names = {"p_": from_1(softmax(z)), "t_": from_1(np.eye(4)[labels]), "y_": from_1(labels + 1), "n": 3, "K": 4}
    return names, [cross_entropy_forward(z, labels=labels)[0]] * 2


@case("6.15")
def slope_of_logits(rng):
    z, k = rng.normal(size=(1, 4)), int(rng.integers(2, 4))
    dz = cross_entropy_backward(1.0, cross_entropy_forward(z, labels=np.array([2]))[1])
    return {"p_": lambda k: softmax(z)[0, k], "t_": lambda k: float(k == 2), "k": k}, [dz[0, k]]


@case("6.16")
def stable(rng):
    loss = binary_cross_entropy_forward(np.array([0.8]), target=np.zeros(1))[0]
    return {"z": 0.8}, [loss, loss]
