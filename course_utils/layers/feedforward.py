"""Layers without a memory: dense, convolution, pooling, activations, dropout, normalisation, embedding."""

import math
from collections.abc import Callable

import numpy as np

from course_utils.activations import (
    gelu_backward,
    gelu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from course_utils.affine import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    embedding_backward,
    embedding_forward,
)
from course_utils.conv import conv2d_backward, conv2d_forward, max_pool2d_backward, max_pool2d_forward
from course_utils.init import he_normal
from course_utils.layers.base import Layer, ShapeCache
from course_utils.norm import batch_norm_backward, batch_norm_forward, layer_norm_backward, layer_norm_forward


class Dense(Layer):
    """Fully connected layer x W + b on the last axis: (..., D_in) -> (..., D_out).

    Parameters
    ----------
    D_in, D_out : features that come and go. rng : draws W; b begins at 0.
    init : how W is drawn; he_normal suits relu, xavier_uniform tanh and the output. dtype : of W and b.

    >>> layer = Dense(3, 2, np.random.default_rng(0)); layer.forward(np.ones((4, 3)))[0].shape
    (4, 2)
    """

    def __init__(self, D_in: int, D_out: int, rng: "np.random.Generator", init: Callable = he_normal, dtype=np.float64):
        super().__init__()
        self.params = {"W": init((D_in, D_out), rng, dtype=dtype), "b": np.zeros(D_out, dtype)}

    def forward(self, x, training=True):
        return affine_forward(x, self.params["W"], self.params["b"])

    def backward(self, dout, cache):
        dx, dW, db = affine_backward(dout, cache)
        return dx, {"W": dW, "b": db}


class Conv2D(Layer):
    """Convolution of images with `filters` kernels: (N, channels, H, W) -> (N, filters, H_out, W_out).

    Parameters
    ----------
    channels, filters : that come and go. size : of the kernel, int or (rows, columns).
    rng : draws K by `he_normal`; b begins at 0. stride, pad : see `conv2d_forward`. dtype : of K and b.

    >>> layer = Conv2D(1, 8, 3, np.random.default_rng(0), pad=1); layer.forward(np.ones((2, 1, 5, 6)))[0].shape
    (2, 8, 5, 6)
    """

    def __init__(
        self, channels: int, filters: int, size, rng: "np.random.Generator", stride=1, pad=0, dtype=np.float64
    ):
        super().__init__()
        window = tuple(size) if isinstance(size, tuple | list) else (size, size)
        self.params = {"K": he_normal((filters, channels, *window), rng, dtype=dtype), "b": np.zeros(filters, dtype)}
        self.stride, self.pad = stride, pad

    def forward(self, x, training=True):
        return conv2d_forward(x, self.params["K"], self.params["b"], stride=self.stride, pad=self.pad)

    def backward(self, dout, cache):
        dx, dK, db = conv2d_backward(dout, cache)
        return dx, {"K": dK, "b": db}


class MaxPool2D(Layer):
    """Largest value of each window: (N, C, H, W) -> (N, C, H_out, W_out); see `max_pool2d_forward`.

    >>> MaxPool2D(2).forward(np.ones((1, 1, 4, 5)))[0].shape
    (1, 1, 2, 2)
    """

    def __init__(self, size=2, stride=None):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x, training=True):
        return max_pool2d_forward(x, size=self.size, stride=self.stride)

    def backward(self, dout, cache):
        return max_pool2d_backward(dout, cache), {}


class Flatten(Layer):
    """All axes but the first in one: (N, ...) -> (N, D), between images and dense layers.

    >>> Flatten().forward(np.ones((2, 3, 4)))[0].shape
    (2, 12)
    """

    def forward(self, x, training=True):
        x = np.asarray(x)
        return x.reshape(len(x), math.prod(x.shape[1:])), ShapeCache(x.shape)

    def backward(self, dout, cache):
        return np.asarray(dout).reshape(cache.shape), {}


class _Activation(Layer):
    """A function of each number, given as its forward and backward."""

    pair: tuple[Callable, Callable]

    def forward(self, x, training=True):
        return self.pair[0](x)

    def backward(self, dout, cache):
        return self.pair[1](dout, cache), {}


class ReLU(_Activation):
    """max(x, 0); see `relu_forward`.

    >>> ReLU().forward(np.array([-1.0, 2.0]))[0]
    array([0., 2.])
    """

    pair = (relu_forward, relu_backward)


class Tanh(_Activation):
    """Hyperbolic tangent; see `tanh_forward`.

    >>> Tanh().forward(np.array([0.0]))[0]
    array([0.])
    """

    pair = (tanh_forward, tanh_backward)


class Sigmoid(_Activation):
    """1 / (1 + e⁻ˣ); see `sigmoid_forward`. Not before a loss that takes logits, as those of this package do.

    >>> Sigmoid().forward(np.array([0.0]))[0]
    array([0.5])
    """

    pair = (sigmoid_forward, sigmoid_backward)


class LeakyReLU(_Activation):
    """x right of zero, 0.01 x left of it; see `leaky_relu_forward`.

    >>> LeakyReLU().forward(np.array([-1.0, 2.0]))[0]
    array([-0.01,  2.  ])
    """

    pair = (leaky_relu_forward, leaky_relu_backward)


class GELU(_Activation):
    """Gaussian error linear unit, tanh form; see `gelu_forward`.

    >>> GELU().forward(np.array([1.0]))[0].round(4)
    array([0.8412])
    """

    pair = (gelu_forward, gelu_backward)


class Dropout(Layer):
    """Zeros at random in training, nothing afterwards; see `dropout_forward`.

    Parameters
    ----------
    rate : the share dropped. rng : decides which; the generator that `fit` gets may be the same one.

    >>> layer = Dropout(0.5, np.random.default_rng(0)); layer.forward(np.ones(4), training=False)[0]
    array([1., 1., 1., 1.])
    """

    def __init__(self, rate: float, rng: "np.random.Generator"):
        super().__init__()
        self.rate, self.generators = rate, [rng]
        dropout_forward(np.ones(0), rate=rate, rng=rng)  # draws nothing; what is wrong is told here and now

    def forward(self, x, training=True):
        return dropout_forward(x, rate=self.rate, rng=self.generators[0], training=training)

    def backward(self, dout, cache):
        return dropout_backward(dout, cache), {}


class BatchNorm(Layer):
    """Batch normalisation of features (N, C) or channels (N, C, H, W); see `batch_norm_forward`.

    In training it normalises with the batch and moves `state` ("mean" and "variance") a step; afterwards it uses them.

    Parameters
    ----------
    C : features or channels. momentum : share of the new batch in the running statistics. dtype : of γ and β.

    >>> layer = BatchNorm(3); out, cache = layer.forward(np.random.default_rng(0).normal(5, 1, (100, 3)))
    >>> out.mean(axis=0).round(6) + 0, layer.state["mean"].round(1)
    (array([0., 0., 0.]), array([0.5, 0.5, 0.5]))
    """

    def __init__(self, C: int, momentum: float = 0.1, eps: float = 1e-5, dtype=np.float64):
        super().__init__()
        self.params = {"gamma": np.ones(C, dtype), "beta": np.zeros(C, dtype)}
        self.state = {"mean": np.zeros(C, dtype), "variance": np.ones(C, dtype)}
        self.momentum, self.eps = momentum, eps

    def forward(self, x, training=True):
        running = (self.state["mean"], self.state["variance"])
        out, cache = batch_norm_forward(
            x, self.params["gamma"], self.params["beta"],
            running=running, momentum=self.momentum, eps=self.eps, training=training,
        )  # fmt: skip
        if training:
            self.state = {"mean": cache.running[0], "variance": cache.running[1]}
        return out, cache

    def backward(self, dout, cache):
        dx, dgamma, dbeta = batch_norm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


class LayerNorm(Layer):
    """Layer normalisation over the last axis of D features; see `layer_norm_forward`.

    >>> LayerNorm(2).forward(np.array([[1.0, 3.0]]))[0].round(3)
    array([[-1.,  1.]])
    """

    def __init__(self, D: int, eps: float = 1e-5, dtype=np.float64):
        super().__init__()
        self.params = {"gamma": np.ones(D, dtype), "beta": np.zeros(D, dtype)}
        self.eps = eps

    def forward(self, x, training=True):
        return layer_norm_forward(x, self.params["gamma"], self.params["beta"], eps=self.eps)

    def backward(self, dout, cache):
        dx, dgamma, dbeta = layer_norm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


class Embedding(Layer):
    """A row of a table for each id: (...) integers -> (..., D); see `embedding_forward`.

    Parameters
    ----------
    V : size of the vocabulary. D : length of a row. rng : draws the table, standard normal / √D.

    >>> Embedding(5, 3, np.random.default_rng(0)).forward(np.array([[4, 0]]))[0].shape
    (1, 2, 3)
    """

    def __init__(self, V: int, D: int, rng: "np.random.Generator", dtype=np.float64):
        super().__init__()
        self.params = {"table": (rng.normal(size=(V, D)) / math.sqrt(D)).astype(dtype)}

    def forward(self, x, training=True):
        return embedding_forward(self.params["table"], ids=x)

    def backward(self, dout, cache):
        return None, {"table": embedding_backward(dout, cache)}


class Unembedding(Layer):
    """Logits over a vocabulary from the rows of an embedding's table, x tableᵀ: (..., D) -> (..., V).

    The table is the embedding's own ("tied"): in a model that holds both it is one parameter, and the gradients of its
    two uses add up (Press and Wolf, 2017, section 2).

    Parameters
    ----------
    embedding : the `Embedding` layer whose table is used.

    >>> embedding = Embedding(5, 3, np.random.default_rng(0)); Unembedding(embedding).forward(np.ones((2, 3)))[0].shape
    (2, 5)
    """

    def __init__(self, embedding: Embedding):
        self.embedding = embedding
        super().__init__()

    @property
    def params(self):
        """The embedding's table."""
        return {"table": self.embedding.params["table"]}

    @params.setter
    def params(self, values):
        if values:  # none at the start: the table stands already
            self.embedding.params = self.embedding.params | values

    @property
    def shared(self):
        """The table is the embedding's."""
        return {"table": (self.embedding, "table")}

    def forward(self, x, training=True):
        """Each place's similarity to every row."""
        table = self.params["table"]
        return affine_forward(x, table.T, np.zeros(len(table), table.dtype))

    def backward(self, dout, cache):
        """Gradient of x, and of the table."""
        dx, dW, _ = affine_backward(dout, cache)
        return dx, {"table": dW.T}
