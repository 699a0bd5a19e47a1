"""Activations, affine layers, losses and normalisation against finite differences, and planted faults caught."""

import numpy as np
import pytest

from course_utils import activations, affine, losses, norm
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(7)


def away_from_zero(*shape):
    """Values with a distance from 0, where relu and the absolute error have a kink."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, size=shape)


X = away_from_zero(2, 3, 4)
TARGET = rng.normal(size=(3, 4))
PRED = TARGET + away_from_zero(3, 4)
LABELS = np.array([[1, 4, 0], [2, 2, 3]])

CASES = {
    "sigmoid": (activations, (X,), {}),
    "tanh": (activations, (X,), {}),
    "relu": (activations, (X,), {}),
    "leaky_relu": (activations, (X,), {}),
    "leaky_relu, slope": (activations, (X,), {"slope": 0.3}),
    "gelu": (activations, (X,), {}),
    "gelu_exact": (activations, (X,), {}),
    "silu": (activations, (X,), {}),
    "swiglu": (activations, (X, 0.5 + X[::-1]), {}),
    "softmax": (activations, (X,), {}),
    "softmax, axis 1": (activations, (X,), {"axis": 1}),
    "log_softmax": (activations, (X,), {}),
    "log_softmax, axis 0": (activations, (X,), {"axis": 0}),
    "affine": (affine, (rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)), {}),
    "affine, sequence": (affine, (rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)), {}),
    "affine, one example without a batch axis": (
        affine, (rng.normal(size=3), rng.normal(size=(3, 4)), rng.normal(size=4)), {},
    ),
    "embedding": (affine, (rng.normal(size=(5, 3)),), {"ids": np.array([[1, 1, 4], [0, 1, 0]])}),
    "dropout": (affine, (X,), {"rate": 0.3, "rng": np.random.default_rng(2)}),
    "dropout, not training": (affine, (X,), {"rate": 0.3, "training": False}),
    "mse": (losses, (PRED,), {"target": TARGET}),
    "mae": (losses, (PRED,), {"target": TARGET}),
    "huber": (losses, (PRED,), {"target": TARGET, "delta": 0.7}),
    "binary_cross_entropy": (losses, (X,), {"target": rng.uniform(size=X.shape)}),
    "cross_entropy": (losses, (rng.normal(size=(2, 3, 5)),), {"labels": LABELS}),
    "mse, weights": (losses, (PRED,), {"target": TARGET, "weights": rng.uniform(size=len(PRED))}),
    "huber, none": (losses, (PRED,), {"target": TARGET, "delta": 0.7, "reduction": "none"}),
    "binary_cross_entropy, sum": (losses, (X,), {"target": rng.uniform(size=X.shape), "reduction": "sum"}),
    "cross_entropy, smoothed and weighted": (
        losses, (rng.normal(size=(2, 3, 5)),),
        {"labels": LABELS, "label_smoothing": 0.2, "class_weights": np.arange(5.0), "weights": rng.uniform(size=2)},
    ),
    "cross_entropy, soft": (
        losses, (rng.normal(size=(2, 3, 5)),), {"labels": rng.dirichlet(np.ones(5), (2, 3)), "reduction": "none"}
    ),
    "cross_entropy, ignore_index": (losses, (rng.normal(size=(2, 3, 5)),), {"labels": LABELS, "ignore_index": 2}),
    "layer_norm": (norm, (rng.normal(size=(2, 3, 4)), rng.normal(size=4), rng.normal(size=4)), {}),
    "rms_norm": (norm, (rng.normal(size=(2, 3, 4)), rng.normal(size=4)), {}),
    "batch_norm, sequences": (norm, (rng.normal(size=(2, 3, 4)), rng.normal(size=3), rng.normal(size=3)), {}),
    "batch_norm": (norm, (rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)), {}),
    "batch_norm, images": (norm, (rng.normal(size=(2, 3, 2, 4)), rng.normal(size=3), rng.normal(size=3)), {}),
    "batch_norm, not training": (
        norm, (rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)),
        {"training": False, "running": (rng.normal(size=3), rng.uniform(0.5, 2, size=3))},
    ),
}  # fmt: skip


def pair(case):
    """Forward and backward function, arrays and static arguments of a case."""
    module, arrays, static = CASES[case]
    name = case.split(",")[0]
    return (getattr(module, f"{name}_forward"), getattr(module, f"{name}_backward"), *arrays), static


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    arguments, static = pair(case)
    assert_checked(*arguments, **static)


@pytest.mark.parametrize("case", CASES)
def test_the_laws_hold(case):
    arguments, static = pair(case)
    assert_laws(*arguments, **static)


def test_the_gradient_check_runs_in_float64_whatever_comes():
    arguments, _ = pair("softmax")
    assert_checked(*arguments[:2], arguments[2].astype(np.float32))
