"""Layers: the operations of the modules below, each with its parameters beside it.

A layer holds `params`, a dict of arrays, and nothing about the examples that go through it:

    out, cache = layer.forward(x, training=True)
    dx, grads = layer.backward(dout, cache)        # grads has the names of layer.params

`params` may be replaced by another dict of the same names at any time: this is how an optimiser's step takes effect.
What else must be kept to go on later is in `state` (running statistics) and `generators` (sources of randomness).
"""

from course_utils.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from course_utils.layers.base import Layer
from course_utils.layers.container import Caches, Container
from course_utils.layers.dense import Dense, Embedding, Unembedding
from course_utils.layers.images import (
    AvgPool2D,
    Conv1D,
    Conv2D,
    ConvTranspose2D,
    Flatten,
    GlobalAveragePool,
    MaxPool2D,
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
from course_utils.layers.regularising import BatchNorm, Dropout, LayerNorm, RMSNorm
from course_utils.layers.sequential import Parallel, Residual, Sequential, SequentialCache

__all__ = [
    "GELU", "GRU", "LSTM", "RNN", "AvgPool2D", "BatchNorm", "Bidirectional", "Caches", "Container", "Conv1D", "Conv2D",
    "ConvTranspose2D", "Dense", "Dropout", "Embedding", "Flatten", "GlobalAveragePool", "LastStep", "Layer",
    "LayerNorm", "LeakyReLU", "MaxPool2D", "MeanOverTime", "Parallel", "RMSNorm", "ReLU", "Recurrent", "Residual",
    "Sequential", "SequentialCache", "Sigmoid", "Stacked", "Tanh", "Unembedding",
]  # fmt: skip
