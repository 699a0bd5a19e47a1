"""One number for how wrong a batch is, and its gradient with respect to the predictions.

Every loss is a mean: over all elements (cross-entropy: over the examples); weights say how much each counts, and
`reduction` asks for the sum or for all losses instead. The two classification losses take logits, the numbers
before sigmoid or softmax, and are measured in nats: from logits nothing overflows and no probability is rounded
to 0 before its logarithm is taken. Half-precision predictions (float16) are widened: the loss is float32.
"""

from course_utils.losses.classification import (
    BinaryCrossEntropyCache,
    CrossEntropyCache,
    binary_cross_entropy_backward,
    binary_cross_entropy_forward,
    cross_entropy_backward,
    cross_entropy_forward,
)
from course_utils.losses.regression import (
    HuberCache,
    MaeCache,
    MseCache,
    huber_backward,
    huber_forward,
    mae_backward,
    mae_forward,
    mse_backward,
    mse_forward,
)

__all__ = [
    "BinaryCrossEntropyCache", "CrossEntropyCache", "HuberCache", "MaeCache", "MseCache",
    "binary_cross_entropy_backward", "binary_cross_entropy_forward", "cross_entropy_backward", "cross_entropy_forward",
    "huber_backward", "huber_forward", "mae_backward", "mae_forward", "mse_backward", "mse_forward",
]  # fmt: skip
