"""Layers: the operations of the modules below, each with its parameters beside it.

A layer holds `params`, a dict of arrays, and nothing about the examples that go through it:

    out, cache = layer.forward(x, training=True)
    dx, grads = layer.backward(dout, cache)        # grads has the names of layer.params

`params` may be replaced by another dict of the same names at any time: this is how an optimiser's step takes effect.
What else must be kept to go on later is in `state` (running statistics) and `generators` (sources of randomness).
"""

from course_utils.layers.base import Layer
from course_utils.layers.container import Caches, Container
from course_utils.layers.feedforward import (
    GELU,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
    Unembedding,
)
from course_utils.layers.recurrent import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    LastStep,
    MeanOverTime,
    Recurrent,
    Stacked,
)
from course_utils.layers.sequential import Parallel, Residual, Sequential, SequentialCache

__all__ = [
    "GELU", "GRU", "LSTM", "RNN", "BatchNorm", "Bidirectional", "Caches", "Container", "Conv2D", "Dense", "Dropout",
    "Embedding", "Flatten", "LastStep", "Layer", "LayerNorm", "LeakyReLU", "MaxPool2D", "MeanOverTime", "Parallel",
    "ReLU", "Recurrent", "Residual", "Sequential", "SequentialCache", "Sigmoid", "Stacked", "Tanh", "Unembedding",
]  # fmt: skip
