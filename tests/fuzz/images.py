"""Convolutions and pools, as our functions and as PyTorch's."""

import torch.nn.functional as F

from course_utils import conv
from tests.fuzz.drawing import Case, Draw


def _number_or_pair(draw: Draw, *choices):
    return draw.one_of(*choices) if draw.chance(0.6) else (draw.one_of(*choices), draw.one_of(*choices))


def convolution(draw: Draw) -> Case:
    """Convolution of sequences or images: kernels that do not fit are drawn too."""
    dims = draw.one_of(1, 2, 2)
    kernel = tuple(draw.size(4, least=1) for _ in range(dims))
    N, C, filters = draw.size(3), draw.size(4, least=1), draw.size(4, least=1)
    x = draw.values(N, C, *(draw.size(9, least=1) for _ in range(dims)))
    options = {
        "stride": _number_or_pair(draw, 1, 1, 2, 3) if dims == 2 else draw.one_of(1, 2, 3),
        "pad": _number_or_pair(draw, 0, 0, 1, 2) if dims == 2 else draw.one_of(0, 1, 2),
    }
    name, peer = f"conv{dims}d", getattr(F, f"conv{dims}d")
    return Case(
        getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward"),
        (x, draw.values(filters, C, *kernel), draw.values(filters)), options,
        lambda x, K, b: peer(x, K, b, options["stride"], options["pad"]),
    )  # fmt: skip


def transposed(draw: Draw) -> Case:
    """The way back up."""
    N, C, filters = draw.size(3), draw.size(3, least=1), draw.size(3, least=1)
    x = draw.values(N, C, draw.size(5, least=1), draw.size(5, least=1))
    K = draw.values(C, filters, draw.size(4, least=1), draw.size(4, least=1))
    options = {
        "stride": _number_or_pair(draw, 1, 2, 3),
        "pad": _number_or_pair(draw, 0, 0, 1),
        "output_pad": _number_or_pair(draw, 0, 0, 1),
    }
    return Case(
        conv.conv_transpose2d_forward, conv.conv_transpose2d_backward, (x, K, draw.values(filters)), options,
        lambda x, K, b: F.conv_transpose2d(x, K, b, *options.values()), empty=False,
    )  # fmt: skip


def pool(draw: Draw) -> Case:
    """Largest and mean values of windows, of whole images too."""
    name = draw.one_of("max_pool2d", "avg_pool2d")
    x = draw.values(draw.size(3), draw.size(3), draw.size(7, least=1), draw.size(7, least=1), wild=True)
    size = x.shape[2:] if draw.chance(0.2) else _number_or_pair(draw, 1, 2, 3)
    stride = None if draw.chance(0.3) else _number_or_pair(draw, 1, 2, 3)
    peer = getattr(F, name)
    return Case(
        getattr(conv, f"{name}_forward"), getattr(conv, f"{name}_backward"), (x,), {"size": size, "stride": stride},
        lambda x: peer(x, size, stride),
    )  # fmt: skip


OPERATIONS = (convolution, transposed, pool)
