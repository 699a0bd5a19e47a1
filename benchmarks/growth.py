"""How time and memory grow with the size of the input."""

import statistics

import numpy as np

from benchmarks.cases import normal
from benchmarks.items import Growth
from benchmarks.measure import interleave, peak_memory
from course_utils.attention import (
    chunked_attention,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)
from course_utils.conv import conv2d_backward, conv2d_forward
from course_utils.recurrent import lstm_backward, lstm_forward

DTYPE = np.float32


def timed(name: str, letter: str, most: float, sizes: list[int], make, rounds: int, rng) -> Growth:
    """Median milliseconds of make(size) for every size, measured in turns."""
    times = interleave({str(size): make(size) for size in sizes}, rounds, rng)
    return Growth(name, letter, "ms", most, sizes, [1e3 * statistics.median(times[str(size)]) for size in sizes])


def lstm(T: int):
    """Forward and backward over T steps."""
    N, D, H = 16, 32, 64
    arrays = normal(DTYPE, (N, T, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,))
    dout = normal(DTYPE, (N, T, H), (N, H))
    return lambda: lstm_backward(tuple(dout), lstm_forward(*arrays)[1])


def conv(N: int):
    """Forward and backward of N images."""
    x, K, b, dout = normal(DTYPE, (N, 16, 28, 28), (32, 16, 3, 3), (32,), (N, 32, 28, 28))
    return lambda: conv2d_backward(dout, conv2d_forward(x, K, b, pad=1)[1])


def attention(T: int):
    """Forward and backward of full attention over T positions."""
    q, k, v, dout = normal(DTYPE, *[(1, 4, T, 64)] * 4)
    return lambda: scaled_dot_product_attention_backward(dout, scaled_dot_product_attention_forward(q, k, v)[1])


def full(T: int):
    """Full attention, forward."""
    q, k, v = normal(DTYPE, *[(1, 4, T, 64)] * 3)
    return lambda: scaled_dot_product_attention_forward(q, k, v)


def chunked(T: int):
    """Attention in chunks, forward."""
    q, k, v = normal(DTYPE, *[(1, 4, T, 64)] * 3)
    return lambda: chunked_attention(q, k, v)


def memory(name: str, most: float, sizes: list[int], make) -> Growth:
    """Peak MiB beyond the arrays that are given."""
    return Growth(name, "T", "MiB", most, sizes, [peak_memory(make(T)) / 2**20 for T in sizes])


def measure_growth(rounds: int, quick: bool, rng: np.random.Generator) -> list[Growth]:
    """All growth tables, float32."""

    def doublings(first: int, count: int) -> list[int]:
        return [first * 2**i for i in range(2 if quick else count)]

    small = 8 if quick else 1
    return [
        timed("LSTM", "T", 1.15, doublings(32 // small, 5), lstm, rounds, rng),
        timed("conv2d", "N", 1.15, doublings(8 // small, 4), conv, rounds, rng),
        timed("attention", "T", 2.3, doublings(128 // small, 4), attention, rounds, rng),
        timed("attention, forward", "T", 2.3, doublings(256 // small, 4), full, rounds, rng),
        timed("chunked attention, forward", "T", 2.3, doublings(256 // small, 4), chunked, rounds, rng),
        memory("attention, forward", 2.1, doublings(512 // small, 4), full),
        memory("chunked attention, forward", 1.1, doublings(512 // small, 4), chunked),
    ]
