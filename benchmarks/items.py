"""What is measured, and the bounds it must keep. `cases` says how; this list alone imports nothing heavy."""

from typing import NamedTuple


class Item(NamedTuple):
    """Name, size in words, what its floor is made of, and the bounds of ours over PyTorch's time."""

    name: str
    size: str
    floor: str
    bounds: dict[str, float]


def both(f32: float, f64: float) -> dict[str, float]:
    """Bounds of the two dtypes."""
    return {"float32": f32, "float64": f64}


ITEMS = [
    Item("dense MLP step", "784-256-10, batch 128", "GEMM", both(0.9, 0.9)),
    Item("conv2d, stride 1", "32 x 16 x 28 x 28, 32 kernels 3 x 3", "GEMM", both(1.7, 1.1)),
    Item("conv2d, stride 2", "32 x 16 x 28 x 28, 32 kernels 3 x 3", "GEMM", both(2.1, 1.2)),
    Item("max pooling", "32 x 32 x 28 x 28, 2 x 2", "bytes", both(1.0, 1.3)),
    Item("LSTM", "batch 32, T 64, D 64, H 128", "GEMM", both(1.5, 0.8)),
    Item("RNN", "batch 32, T 64, D 64, H 128", "GEMM", both(0.8, 0.7)),
    Item("attention", "batch 8, 8 heads, T 128, d 64", "GEMM", both(0.9, 0.9)),
    Item("multi-head attention", "batch 8, T 128, D 512, 8 heads", "GEMM", both(1.0, 0.9)),
    Item("encoder block", "batch 8, T 128, D 512, 8 heads, 2048 inside", "GEMM", both(1.0, 0.9)),
    Item("Adam", "1.0 M parameters", "bytes", both(1.1, 1.1)),
]

ROWS, IMAGES = "512 x 1024", "32 x 64 x 28 x 28"
ITEMS += [
    Item("sigmoid", ROWS, "bytes", both(2.0, 2.5)),
    Item("tanh", ROWS, "bytes", both(2.0, 2.5)),
    Item("relu", ROWS, "bytes", both(2.5, 2.5)),
    Item("leaky relu", ROWS, "bytes", both(2.0, 2.5)),
    Item("gelu", ROWS, "bytes", both(2.5, 2.5)),
    Item("softmax", ROWS, "bytes", both(2.0, 2.5)),
    Item("log softmax", ROWS, "bytes", both(2.5, 2.5)),
    Item("layer norm", ROWS, "bytes", both(2.0, 2.5)),
    Item("RMS norm", ROWS, "bytes", both(2.5, 2.5)),
    Item("batch norm", IMAGES, "bytes", both(2.5, 2.5)),
    Item("dropout in evaluation", ROWS, "bytes", both(1.0, 1.0)),
    Item("cross-entropy", ROWS, "bytes", both(2.5, 2.5)),
    Item("global max pooling", IMAGES, "bytes", both(1.5, 1.5)),
    Item("global average pooling", IMAGES, "bytes", both(1.5, 1.5)),
    Item("average pooling", IMAGES, "bytes", both(2.5, 2.5)),
    Item("transposed convolution", "32 x 32 x 14 x 14, 16 kernels 4 x 4, stride 2", "bytes", both(2.5, 2.5)),
]


class Growth(NamedTuple):
    """Values over sizes; `most` is the largest exponent that is as it should be."""

    name: str
    letter: str
    unit: str
    most: float
    sizes: list[int]
    values: list[float]
