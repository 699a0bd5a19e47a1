"""Convolution and pooling over images (N, C, H, W) and sequences (N, C, L), forward and backward.

What deep learning calls a convolution is a cross-correlation: the kernel is not flipped. All operations slide a
window, and all are written the same way: not a loop over the places where the window can stand, but a loop over the
few places inside the window, with all its positions taken at once.
"""

from course_utils.conv._windows import conv_output_size
from course_utils.conv.convolution import (
    Conv1dCache,
    Conv2dCache,
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_example_gradients,
    conv2d_forward,
)
from course_utils.conv.pooling import (
    AvgPool2dCache,
    MaxPool2dCache,
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from course_utils.conv.transposed import (
    ConvTranspose2dCache,
    conv_transpose2d_backward,
    conv_transpose2d_forward,
)

__all__ = [
    "AvgPool2dCache", "Conv1dCache", "Conv2dCache", "ConvTranspose2dCache", "MaxPool2dCache", "avg_pool2d_backward",
    "avg_pool2d_forward", "conv1d_backward", "conv1d_forward", "conv2d_backward", "conv2d_example_gradients",
    "conv2d_forward", "conv_output_size", "conv_transpose2d_backward", "conv_transpose2d_forward",
    "max_pool2d_backward", "max_pool2d_forward",
]  # fmt: skip
