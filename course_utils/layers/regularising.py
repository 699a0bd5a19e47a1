"""Layers that behave differently in training, or keep numbers in bounds: dropout and the norms."""

import numpy as np

from course_utils.affine import dropout_backward, dropout_forward
from course_utils.layers.base import Layer
from course_utils.norm import (
    batch_norm_backward,
    batch_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    rms_norm_backward,
    rms_norm_forward,
)


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
    """Batch normalisation of features (N, C) or channels (N, C, L), (N, C, H, W); see `batch_norm_forward`.

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


class RMSNorm(Layer):
    """Root mean square normalisation over the last axis of D features; see `rms_norm_forward`.

    >>> RMSNorm(2).forward(np.array([[3.0, 4.0]]))[0].round(3)
    array([[0.849, 1.131]])
    """

    def __init__(self, D: int, eps: float = 1e-6, dtype=np.float64):
        super().__init__()
        self.params, self.eps = {"gamma": np.ones(D, dtype)}, eps

    def forward(self, x, training=True):
        return rms_norm_forward(x, self.params["gamma"], eps=self.eps)

    def backward(self, dout, cache):
        dx, dgamma = rms_norm_backward(dout, cache)
        return dx, {"gamma": dgamma}
