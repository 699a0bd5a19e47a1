"""Operations on numbers and rows, as our functions and as PyTorch's."""

import numpy as np
import torch
import torch.nn.functional as F

from course_utils import activations, affine, norm
from tests.fuzz.drawing import DOUBLE, HALF, SINGLE, Case, Draw

ALL = (HALF, SINGLE, DOUBLE)


def _pair(module, name):
    return getattr(module, f"{name}_forward"), getattr(module, f"{name}_backward")


def activation(draw: Draw) -> Case:
    """A function of each number."""
    name = draw.one_of("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_exact", "silu")
    options, more = {}, {}
    if name == "leaky_relu" and draw.chance():
        options = {"slope": draw.one_of(0.0, 0.3, 1.0, 2.0, -0.5)}
        more = {"negative_slope": options["slope"]}
    if name == "gelu":
        more = {"approximate": "tanh"}
    peer = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu_exact": F.gelu}.get(name) or getattr(F, name)
    arrays = (draw.values(*draw.shape(), wild=True),)
    return Case(*_pair(activations, name), arrays, options, lambda x: peer(x, **more))


def swiglu(draw: Draw) -> Case:
    """Features that others let pass."""
    shape = draw.shape()
    arrays = draw.values(*shape), draw.values(*shape)
    return Case(*_pair(activations, "swiglu"), arrays, {}, lambda gate, up: F.silu(gate) * up)


def softmax(draw: Draw) -> Case:
    """Softmax and its logarithm along any axis; a logit may be -inf, but not a whole row."""
    name = draw.one_of("softmax", "log_softmax")
    shape = draw.shape(draw.rng.integers(1, 5))
    axis = int(draw.rng.integers(-len(shape), len(shape)))
    x = draw.values(*shape, wild=True)
    if draw.chance(0.3) and name == "softmax" and x.shape[axis]:
        x = np.where(draw.rng.random(x.shape) < 0.3, -np.inf, x)
        np.moveaxis(x, axis, 0)[:1] = 0.5
    return Case(*_pair(activations, name), (x,), {"axis": axis}, lambda x: getattr(torch, name)(x, axis))


def affine_map(draw: Draw) -> Case:
    """x W + b with any number of leading axes."""
    D, E = draw.size(), draw.size()
    x = draw.values(*draw.shape(draw.rng.integers(4)), D)
    return Case(*_pair(affine, "affine"), (x, draw.values(D, E), draw.values(E)), {}, lambda x, W, b: x @ W + b)


def embedding(draw: Draw) -> Case:
    """Rows by number."""
    V, ids = draw.size(least=1), draw.shape()
    ids = draw.rng.integers(V, size=ids)
    ids = draw.laid_out(np.asarray(ids, draw.one_of(np.int64, np.int32, np.uint8)))
    arrays = (draw.values(V, draw.size()),)
    return Case(
        *_pair(affine, "embedding"), arrays, {"ids": ids}, lambda table: table[torch.tensor(ids.astype(np.int64))], ALL,
    )  # fmt: skip


def dropout(draw: Draw) -> Case:
    """Dropout: what was kept is read from the cache, whether it was scaled rightly is asked."""
    rate, training = draw.one_of(0.0, 0.3, 0.9), draw.chance(0.7)
    options = {"rate": rate, "training": training, "rng": np.random.default_rng(draw.rng.integers(1000))}

    def kept(cache):
        return {"kept": None if cache.scale is None else torch.tensor(cache.scale > 0)}

    def peer(x, kept):
        return x * 1 if kept is None else x * kept / (1 - rate)

    return Case(*_pair(affine, "dropout"), (draw.values(*draw.shape()),), options, peer, backward_needs=kept)


def layer_norm(draw: Draw) -> Case:
    """Layer norm and RMS norm."""
    D, eps = draw.size(), draw.one_of(1e-5, 1e-3, 1e-6)
    x, gamma, beta = draw.values(*draw.shape(draw.rng.integers(4)), D), draw.values(D), draw.values(D)
    if draw.chance():
        peer = lambda x, g: F.rms_norm(x, (D,), g, eps)  # noqa: E731
        return Case(*_pair(norm, "rms_norm"), (x, gamma), {"eps": eps}, peer, ALL, D > 0, slack=30)
    peer = lambda x, g, b: F.layer_norm(x, (D,), g, b, eps)  # noqa: E731
    return Case(*_pair(norm, "layer_norm"), (x, gamma, beta), {"eps": eps}, peer, ALL, D > 0, slack=30)


def batch_norm(draw: Draw) -> Case:
    """Batch norm of tables, sequences and images, in training and outside it."""
    C, training = draw.size(), draw.chance(0.6)
    x = draw.values(draw.size(), C, *draw.shape(draw.rng.integers(3)))
    options = {"training": training, "eps": draw.one_of(1e-5, 1e-3), "momentum": draw.one_of(0.1, 0.0, 1.0)}
    if not training or draw.chance():
        options["running"] = (draw.values(C), draw.values(C) ** 2)

    def peer(x, gamma, beta):
        mean, variance = (torch.tensor(r, dtype=x.dtype) for r in options.get("running", (np.zeros(C), np.ones(C))))
        return F.batch_norm(x, mean, variance, gamma, beta, training, options["momentum"], options["eps"])

    return Case(
        *_pair(norm, "batch_norm"), (x, draw.values(C), draw.values(C)), options, peer, ALL, not training, slack=30
    )


OPERATIONS = (activation, swiglu, softmax, affine_map, embedding, dropout, layer_norm, batch_norm)
