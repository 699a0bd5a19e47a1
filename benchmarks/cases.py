"""How each item is made: ours, in PyTorch, as arithmetic alone, and naively on a small size.

A maker gives, for a dtype and a size, a dict of functions without arguments:
    ours, torch   the whole item, forward and backward, results thrown away
    floor         its matrix products alone in NumPy (or, where there are none, moving its bytes once)
    small, naive  a forward pass on a small size, ours and in loops (the plain operations of `operations` have none)
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks import naive
from benchmarks.operations import OPERATIONS
from course_utils.activations import relu_backward, relu_forward
from course_utils.affine import affine_backward, affine_forward, affine_weight_gradients
from course_utils.attention import (
    multi_head_attention_backward,
    multi_head_attention_forward,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)
from course_utils.conv import conv2d_backward, conv2d_forward, max_pool2d_backward, max_pool2d_forward
from course_utils.losses import cross_entropy_backward, cross_entropy_forward
from course_utils.optim import Adam
from course_utils.recurrent import lstm_backward, lstm_forward, rnn_backward, rnn_forward
from course_utils.transformer import encoder_block_backward, encoder_block_forward, init_encoder_block


def normal(dtype, *shapes) -> list[np.ndarray]:
    """Arrays of standard normal numbers, the same ones every time."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def tensors(*arrays) -> list[torch.Tensor]:
    """Copies that PyTorch takes gradients for."""
    return [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]


def products(*shapes, dtype) -> Callable:
    """A function that makes the matrix products (count, m, k, n), on arrays that lie ready."""
    pairs = [(count, *normal(dtype, (m, k), (k, n)), np.empty((m, n), dtype)) for count, m, k, n in shapes]

    def run():
        for count, A, B, out in pairs:
            for _ in range(count):
                np.matmul(A, B, out=out)

    return run


def copies(count: int, a: np.ndarray) -> Callable:
    """A function that moves the bytes of an array `count` times: read once, written once."""
    source, target = a.copy(), np.empty_like(a)

    def run():
        for _ in range(count):
            np.copyto(target, source)

    return run


def dense(dtype, quick) -> dict[str, Callable]:
    """A step of a network with one hidden layer: loss and the gradients of its parameters."""
    N, D, H, C = (8, 12, 6, 3) if quick else (128, 784, 256, 10)
    x, W1, b1, W2, b2 = normal(dtype, (N, D), (D, H), (H,), (H, C), (C,))
    W1, W2, labels = W1 / dtype(D**0.5), W2 / dtype(H**0.5), np.arange(N) % C

    def ours():
        a, first = affine_forward(x, W1, b1)
        h, bend = relu_forward(a)
        logits, second = affine_forward(h, W2, b2)
        loss, cache = cross_entropy_forward(logits, labels=labels)
        dh, dW2, db2 = affine_backward(cross_entropy_backward(1.0, cache), second)
        return loss, affine_weight_gradients(relu_backward(dh, bend), first), dW2, db2

    t_x, t_labels, params = torch.from_numpy(x), torch.from_numpy(labels), tensors(W1.T, b1, W2.T, b2)

    def theirs():
        h = torch.relu(F.linear(t_x, params[0], params[1]))
        return torch.autograd.grad(F.cross_entropy(F.linear(h, params[2], params[3]), t_labels), params)

    floor = products((1, N, D, H), (1, D, N, H), (1, N, H, C), (1, H, N, C), (1, N, C, H), dtype=dtype)
    xs, Ws, bs = normal(dtype, (8, 16), (16, 16), (16,))
    small, loops = lambda: affine_forward(xs, Ws, bs)[0], lambda: naive.dense(xs, Ws, bs)
    return {"ours": ours, "torch": theirs, "floor": floor, "small": small, "naive": loops}


def conv2d(stride: int) -> Callable:
    """Gradients of the image, the kernels and the bias."""

    def make(dtype, quick) -> dict[str, Callable]:
        N, C, size, filters = (2, 2, 6, 3) if quick else (32, 16, 28, 32)
        side = (size - 1) // stride + 1
        x, K, b, dout = normal(dtype, (N, C, size, size), (filters, C, 3, 3), (filters,), (N, filters, side, side))
        t_x, t_K, t_b = params = tensors(x, K, b)
        t_dout = torch.from_numpy(dout)

        def ours():
            return conv2d_backward(dout, conv2d_forward(x, K, b, stride=stride, pad=1)[1])

        def theirs():
            return torch.autograd.grad(F.conv2d(t_x, t_K, t_b, stride=stride, padding=1), params, t_dout)

        window, places = C * 9, side * side
        shapes = (N, filters, window, places), (N, filters, places, window), (N, window, filters, places)
        xs, Ks, bs = normal(dtype, (2, 2, 6, 6), (3, 2, 3, 3), (3,))
        return {
            "ours": ours,
            "torch": theirs,
            "floor": products(*shapes, dtype=dtype),
            "small": lambda: conv2d_forward(xs, Ks, bs, stride=stride, pad=1)[0],
            "naive": lambda: naive.conv2d(xs, Ks, bs, stride, 1),
        }

    return make


def pooling(dtype, quick) -> dict[str, Callable]:
    """Max pooling of 2 by 2 and the gradient of the image."""
    N, C, size = (2, 3, 6) if quick else (32, 32, 28)
    x, dout = normal(dtype, (N, C, size, size), (N, C, size // 2, size // 2))
    (t_x,), t_dout = tensors(x), torch.from_numpy(dout)
    (xs,) = normal(dtype, (2, 3, 8, 8))
    return {
        "ours": lambda: max_pool2d_backward(dout, max_pool2d_forward(x)[1]),
        "torch": lambda: torch.autograd.grad(F.max_pool2d(t_x, 2), t_x, t_dout),
        "floor": copies(1, x),
        "small": lambda: max_pool2d_forward(xs)[0],
        "naive": lambda: naive.max_pool2d(xs, 2),
    }


def recurrent_sizes(quick) -> tuple[int, int, int, int]:
    """N, T, D, H."""
    return (3, 4, 5, 6) if quick else (32, 64, 64, 128)


def recurrent_floor(dtype, quick, gates: int) -> Callable:
    """The products of both passes: those of every step, and those made once for all steps."""
    N, T, D, H = recurrent_sizes(quick)
    G = gates * H
    every_step = (T, N, H, G), (T, N, G, H)
    return products(*every_step, (1, T * N, D, G), (1, T * N, G, D), (1, D, T * N, G), (1, H, T * N, G), dtype=dtype)


def torch_recurrent(kind, x, h0, W, U, b, dout, *c0) -> Callable:
    """PyTorch's layer with our weights, and a call that takes all gradients."""
    layer = kind(x.shape[-1], h0.shape[-1], batch_first=True, dtype=torch.from_numpy(x).dtype)
    with torch.no_grad():
        for p, a in zip(layer.parameters(), (W.T, U.T, b, np.zeros_like(b)), strict=True):
            p.copy_(torch.from_numpy(a.copy()))
    (t_x,), t_dout = tensors(x), torch.from_numpy(dout)
    states = [torch.from_numpy(a[None].copy()) for a in (h0, *c0)]
    start = tuple(states) if c0 else states[0]
    return lambda: torch.autograd.grad(layer(t_x, start)[0], [t_x, *layer.parameters()], t_dout)


def rnn(dtype, quick) -> dict[str, Callable]:
    """A plain recurrent layer over a sequence; gradients of input and parameters."""
    N, T, D, H = recurrent_sizes(quick)
    x, h0, W, U, b, dout = normal(dtype, (N, T, D), (N, H), (D, H), (H, H), (H,), (N, T, H))
    W, U = W / dtype(D**0.5), U / dtype(H**0.5)
    xs, hs = x[:8, :32], h0[:8]
    return {
        "ours": lambda: rnn_backward(dout, rnn_forward(x, h0, W, U, b)[1]),
        "torch": torch_recurrent(torch.nn.RNN, x, h0, W, U, b, dout),
        "floor": recurrent_floor(dtype, quick, gates=1),
        "small": lambda: rnn_forward(xs, hs, W, U, b)[0],
        "naive": lambda: naive.rnn(xs, hs, W, U, b),
    }


def lstm(dtype, quick) -> dict[str, Callable]:
    """An LSTM over a sequence; gradients of input and parameters."""
    N, T, D, H = recurrent_sizes(quick)
    shapes = (N, T, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,), (N, T, H)
    x, h0, c0, W, U, b, dh = normal(dtype, *shapes)
    W, U = W / dtype(D**0.5), U / dtype(H**0.5)
    xs, hs, cs = x[:8, :32], h0[:8], c0[:8]
    return {
        "ours": lambda: lstm_backward((dh, np.zeros_like(c0)), lstm_forward(x, h0, c0, W, U, b)[1]),
        "torch": torch_recurrent(torch.nn.LSTM, x, h0, W, U, b, dh, c0),
        "floor": recurrent_floor(dtype, quick, gates=4),
        "small": lambda: lstm_forward(xs, hs, cs, W, U, b)[0][0],
        "naive": lambda: naive.lstm(xs, hs, cs, W, U, b),
    }


def by_the_math_kernel(f: Callable) -> Callable:
    """PyTorch's attention as the formula is written, not its fused kernel."""

    def run():
        with sdpa_kernel(SDPBackend.MATH):
            return f()

    return run


def attention(dtype, quick) -> dict[str, Callable]:
    """Scaled dot-product attention; gradients of q, k and v."""
    N, heads, T, d = (2, 2, 5, 4) if quick else (8, 8, 128, 64)
    q, k, v, dout = normal(dtype, *[(N, heads, T, d)] * 4)
    params, t_dout = tensors(q, k, v), torch.from_numpy(dout)
    qs, ks, vs = normal(dtype, *[(12, 8)] * 3)
    return {
        "ours": lambda: scaled_dot_product_attention_backward(dout, scaled_dot_product_attention_forward(q, k, v)[1]),
        "torch": by_the_math_kernel(
            lambda: torch.autograd.grad(F.scaled_dot_product_attention(*params), params, t_dout)
        ),
        "floor": products((2 * N * heads, T, d, T), (4 * N * heads, T, T, d), dtype=dtype),
        "small": lambda: scaled_dot_product_attention_forward(qs, ks, vs)[0],
        "naive": lambda: naive.attention(qs, ks, vs),
    }


def block_sizes(quick) -> tuple[int, int, int, int, int]:
    """N, T, D, features of the feed-forward network, heads."""
    return (2, 5, 8, 12, 2) if quick else (8, 128, 512, 2048, 8)


def attention_products(N, T, D, heads) -> list[tuple[int, int, int, int]]:
    """The products of multi-head attention, both passes: four projections, and what happens between them."""
    d = D // heads
    return [(8, N * T, D, D), (4, D, N * T, D), (2 * N * heads, T, d, T), (4 * N * heads, T, T, d)]


def multi_head(dtype, quick) -> dict[str, Callable]:
    """Self-attention with its projections; gradients of input and parameters."""
    N, T, D, _, heads = block_sizes(quick)
    x, dout, xs = normal(dtype, (N, T, D), (N, T, D), (1, 8, D))
    params = init_encoder_block(D, 1, np.random.default_rng(0), dtype=dtype)
    layer = torch.nn.MultiheadAttention(D, heads, batch_first=True, dtype=torch.from_numpy(x).dtype)
    (t_x,), t_dout = tensors(x), torch.from_numpy(dout)

    def theirs():
        out, _ = layer(t_x, t_x, t_x, need_weights=False)
        return torch.autograd.grad(out, [t_x, *layer.parameters()], t_dout)

    return {
        "ours": lambda: multi_head_attention_backward(dout, multi_head_attention_forward(x, x, params, heads=heads)[1]),
        "torch": by_the_math_kernel(theirs),
        "floor": products(*attention_products(N, T, D, heads), dtype=dtype),
        "small": lambda: multi_head_attention_forward(xs, xs, params, heads=heads)[0],
        "naive": lambda: naive.multi_head(xs, params, heads),
    }


def encoder_block(dtype, quick) -> dict[str, Callable]:
    """A Transformer's encoder block, norm first; gradients of input and parameters."""
    N, T, D, width, heads = block_sizes(quick)
    x, dout, xs = normal(dtype, (N, T, D), (N, T, D), (1, 8, D))
    params = init_encoder_block(D, width, np.random.default_rng(0), dtype=dtype)
    layer = torch.nn.TransformerEncoderLayer(
        D, heads, width, dropout=0.0, batch_first=True, norm_first=True, dtype=torch.from_numpy(x).dtype
    )
    (t_x,), t_dout = tensors(x), torch.from_numpy(dout)
    feed = (2, N * T, D, width), (2, N * T, width, D), (1, D, N * T, width), (1, width, N * T, D)
    return {
        "ours": lambda: encoder_block_backward(dout, encoder_block_forward(x, params, heads=heads)[1]),
        "torch": by_the_math_kernel(lambda: torch.autograd.grad(layer(t_x), [t_x, *layer.parameters()], t_dout)),
        "floor": products(*attention_products(N, T, D, heads), *feed, dtype=dtype),
        "small": lambda: encoder_block_forward(xs, params, heads=heads)[0],
        "naive": lambda: naive.encoder_block(xs, params, heads),
    }


def adam(dtype, quick) -> dict[str, Callable]:
    """One step of Adam on the parameters of a network."""
    sizes = (20, 10, 5) if quick else (784, 800, 400, 128)
    shapes = [shape for n, m in pairwise(sizes) for shape in ((n, m), (m,))]
    arrays = normal(dtype, *shapes)
    params, grads = ({f"p{i}": scale * a for i, a in enumerate(arrays)} for scale in (dtype(1), dtype(0.1)))
    optimizer = Adam(1e-3)
    state = optimizer.init(params)
    theirs = tensors(*params.values())
    for t, g in zip(theirs, grads.values(), strict=True):
        t.grad = torch.from_numpy(g.copy())
    flat = np.concatenate([a.ravel() for a in arrays])
    p, g = normal(dtype, (200,), (200,))

    def small():
        fresh = Adam(1e-3)
        return fresh.step({"p": p}, {"p": g}, fresh.init({"p": p}))[0]["p"]

    return {
        "ours": lambda: optimizer.step(params, grads, state),
        "torch": torch.optim.Adam(theirs, 1e-3, foreach=True).step,
        "floor": copies(4, flat),  # reads p, g, m, v; writes p, m, v
        "small": small,
        "naive": lambda: naive.adam(p, g, np.zeros_like(p), np.zeros_like(p), 1),
    }


MAKERS = {
    "dense MLP step": dense,
    "conv2d, stride 1": conv2d(1),
    "conv2d, stride 2": conv2d(2),
    "max pooling": pooling,
    "LSTM": lstm,
    "RNN": rnn,
    "attention": attention,
    "multi-head attention": multi_head,
    "encoder block": encoder_block,
    "Adam": adam,
    **OPERATIONS,
}
