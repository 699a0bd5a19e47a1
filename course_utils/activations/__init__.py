"""Functions between the layers, each with its derivative, and the softmax family.

Every forward pass leaves in its cache what makes the derivative cheap, in arrays of its own: what it returns
belongs to the caller. All are safe at logits of ±1e4 and beyond, because no sum of exponentials can overflow.
"""

from course_utils.activations.pointwise import (
    LeakyReluCache,
    ReluCache,
    SigmoidCache,
    TanhCache,
    leaky_relu,
    leaky_relu_backward,
    leaky_relu_forward,
    relu,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    sigmoid_into,
    tanh,
    tanh_backward,
    tanh_forward,
)
from course_utils.activations.smooth import (
    GeluCache,
    GeluExactCache,
    SiluCache,
    SwigluCache,
    gelu,
    gelu_backward,
    gelu_exact,
    gelu_exact_backward,
    gelu_exact_forward,
    gelu_forward,
    silu,
    silu_backward,
    silu_forward,
    swiglu,
    swiglu_backward,
    swiglu_forward,
)
from course_utils.activations.softmax import (
    LogSoftmaxCache,
    SoftmaxCache,
    log_softmax,
    log_softmax_backward,
    log_softmax_forward,
    logsumexp,
    softmax,
    softmax_backward,
    softmax_forward,
)

__all__ = [
    "GeluCache", "GeluExactCache", "LeakyReluCache", "LogSoftmaxCache", "ReluCache", "SigmoidCache", "SiluCache",
    "SoftmaxCache", "SwigluCache", "TanhCache", "gelu", "gelu_backward", "gelu_exact", "gelu_exact_backward",
    "gelu_exact_forward", "gelu_forward", "leaky_relu", "leaky_relu_backward", "leaky_relu_forward", "log_softmax",
    "log_softmax_backward", "log_softmax_forward", "logsumexp", "relu", "relu_backward", "relu_forward", "sigmoid",
    "sigmoid_backward", "sigmoid_forward", "sigmoid_into", "silu", "silu_backward", "silu_forward", "softmax",
    "softmax_backward", "softmax_forward", "swiglu", "swiglu_backward", "swiglu_forward", "tanh", "tanh_backward",
    "tanh_forward",
]  # fmt: skip
