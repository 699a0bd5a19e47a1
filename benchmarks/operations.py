"""The plain operations beside PyTorch's: what has no loop version of its own in `naive`, one line each."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from course_utils import activations, affine, conv, losses, norm


def normal(dtype, *shapes) -> list[np.ndarray]:
    """Arrays of standard normal numbers, the same ones every time."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def operation(module, name: str, theirs: Callable, *shapes, alone: bool = False, **options) -> Callable:
    """A maker for NAME_forward and NAME_backward of a module; `theirs` takes tensors of the same arrays.

    `alone` leaves out the way back.
    """
    forward, backward = getattr(module, f"{name}_forward"), getattr(module, f"{name}_backward")

    def make(dtype, quick) -> dict[str, Callable]:
        arrays = normal(dtype, *[tuple(min(n, 8) for n in shape) if quick else shape for shape in shapes])
        filled = {"whole": arrays[0].shape[2:], "rows": LABELS[: len(arrays[0])]}  # what depends on the size
        given = {key: filled[value] if isinstance(value, str) else value for key, value in options.items()}
        out, _ = forward(*arrays, **given)
        (dout,) = normal(dtype, np.shape(out))
        tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]
        t_dout = torch.from_numpy(np.asarray(dout))
        source, target = arrays[0].copy(), np.empty_like(arrays[0])
        if alone:
            frozen = [t.detach() for t in tensors]
            return {
                "ours": lambda: forward(*arrays, **given)[0],
                "torch": lambda: [theirs(*frozen)],
                "floor": lambda: np.copyto(target, source),
            }
        return {
            "ours": lambda: backward(dout, forward(*arrays, **given)[1]),
            "torch": lambda: torch.autograd.grad(theirs(*tensors), tensors, t_dout),
            "floor": lambda: np.copyto(target, source),
        }

    return make


ROWS, IMAGES, LABELS = (512, 1024), (32, 64, 28, 28), np.arange(512) % 8
NO = {"rate": 0.5, "training": False}


def pooled(kind: str) -> Callable:
    """PyTorch's pooling of whole images."""
    pool = F.max_pool2d if kind == "max" else F.avg_pool2d
    return lambda x: pool(x, x.shape[2:])


def batch_norm(x, gamma, beta):
    """With the batch's own statistics."""
    return F.batch_norm(x, None, None, gamma, beta, training=True)


OPERATIONS = {
    "sigmoid": operation(activations, "sigmoid", torch.sigmoid, ROWS),
    "tanh": operation(activations, "tanh", torch.tanh, ROWS),
    "relu": operation(activations, "relu", torch.relu, ROWS),
    "leaky relu": operation(activations, "leaky_relu", F.leaky_relu, ROWS),
    "gelu": operation(activations, "gelu", lambda x: F.gelu(x, approximate="tanh"), ROWS),
    "softmax": operation(activations, "softmax", lambda x: F.softmax(x, -1), ROWS),
    "log softmax": operation(activations, "log_softmax", lambda x: F.log_softmax(x, -1), ROWS),
    "layer norm": operation(
        norm, "layer_norm", lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b), ROWS, ROWS[1:], ROWS[1:]
    ),
    "RMS norm": operation(norm, "rms_norm", lambda x, g: F.rms_norm(x, x.shape[-1:], g, 1e-6), ROWS, ROWS[1:]),
    "batch norm": operation(norm, "batch_norm", batch_norm, IMAGES, IMAGES[1:2], IMAGES[1:2]),
    "dropout in evaluation": operation(affine, "dropout", lambda x: F.dropout(x, 0.5, False), ROWS, alone=True, **NO),
    "cross-entropy": operation(
        losses, "cross_entropy", lambda x: F.cross_entropy(x, torch.from_numpy(LABELS[: len(x)])), ROWS, labels="rows"
    ),
    "global max pooling": operation(conv, "max_pool2d", pooled("max"), IMAGES, size="whole"),
    "global average pooling": operation(conv, "avg_pool2d", pooled("avg"), IMAGES, size="whole"),
    "average pooling": operation(conv, "avg_pool2d", lambda x: F.avg_pool2d(x, 2), IMAGES),
    "transposed convolution": operation(
        conv, "conv_transpose2d", lambda x, K, b: F.conv_transpose2d(x, K, b, stride=2, padding=1),
        (32, 32, 14, 14), (32, 16, 4, 4), (16,), stride=2, pad=1,
    ),
}  # fmt: skip
