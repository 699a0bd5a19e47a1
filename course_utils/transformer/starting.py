"""Starting parameters of attention and of the blocks."""

import numpy as np

from course_utils._types import Params
from course_utils.init import he_normal, xavier_uniform


def init_multi_head(
    D: int,
    rng: "np.random.Generator",
    *,
    D_kv: int | None = None,
    heads: int = 1,
    kv_heads: int | None = None,
    biases: bool = True,
    dtype=np.float64,
) -> Params:
    """Starting parameters of multi-head attention of width D: Xavier weights, zero biases.

    Parameters
    ----------
    D : features of the queries' input, of the projections and of the output.
    rng : the source of randomness.
    D_kv : features of the keys' and values' input; None is D.
    heads, kv_heads : needed only where several heads share a key and a value, whose width is then D · kv_heads / heads.
    biases : False leaves them out.
    dtype : of all parameters.

    >>> {name: p.shape for name, p in init_multi_head(4, np.random.default_rng(0)).items() if name[0] == "W"}
    {'W_q': (4, 4), 'W_k': (4, 4), 'W_v': (4, 4), 'W_o': (4, 4)}
    """
    narrow = D if kv_heads is None else D // heads * kv_heads
    inputs = {"q": D, "k": D_kv or D, "v": D_kv or D, "o": D}
    outputs = {"q": D, "k": narrow, "v": narrow, "o": D}
    params = {}
    for name, width in inputs.items():
        params[f"W_{name}"] = xavier_uniform((width, outputs[name]), rng, dtype)
        params |= {f"b_{name}": np.zeros(outputs[name], dtype)} if biases else {}
    return params


def init_encoder_block(
    D: int,
    F: int,
    rng: "np.random.Generator",
    *,
    heads: int = 1,
    kv_heads: int | None = None,
    biases: bool = True,
    norm: str = "layer",
    activation: str = "relu",
    dtype=np.float64,
) -> Params:
    """Starting parameters of an encoder block of width D with F features inside its feed-forward network.

    Options as in `encoder_block_forward`: they say which parameters there are.

    >>> init_encoder_block(4, 8, np.random.default_rng(0))["W_1"].shape
    (4, 8)
    """
    attention = init_multi_head(D, rng, heads=heads, kv_heads=kv_heads, biases=biases, dtype=dtype)
    feed = _init_feed_forward(D, F, rng, activation, biases, dtype)
    return attention | _init_norm(1, D, norm, dtype) | feed | _init_norm(2, D, norm, dtype)


def init_decoder_block(
    D: int,
    F: int,
    rng: "np.random.Generator",
    *,
    D_memory: int | None = None,
    heads: int = 1,
    kv_heads: int | None = None,
    biases: bool = True,
    norm: str = "layer",
    activation: str = "relu",
    dtype=np.float64,
) -> Params:
    """Starting parameters of a decoder block; `D_memory` is the encoder's width where it is not D.

    >>> init_decoder_block(4, 8, np.random.default_rng(0), D_memory=6)["cross_W_k"].shape
    (6, 4)
    """
    options = {"heads": heads, "kv_heads": kv_heads, "biases": biases, "dtype": dtype}
    attention = init_multi_head(D, rng, **options)
    cross = {f"cross_{name}": p for name, p in init_multi_head(D, rng, D_kv=D_memory, **options).items()}
    feed = _init_feed_forward(D, F, rng, activation, biases, dtype)
    norms = [_init_norm(number, D, norm, dtype) for number in (1, 2, 3)]
    return attention | norms[0] | cross | norms[1] | feed | norms[2]


def _init_feed_forward(D: int, F: int, rng: "np.random.Generator", activation: str, biases: bool, dtype) -> Params:
    maps = {1: (he_normal, (D, F))}  # before a relu, or one of its relatives
    if activation == "swiglu":
        maps[3] = xavier_uniform, (D, F)
    maps[2] = xavier_uniform, (F, D)
    params = {}
    for number, (draw, shape) in maps.items():
        params[f"W_{number}"] = draw(shape, rng, dtype)
        params |= {f"b_{number}": np.zeros(shape[1], dtype)} if biases else {}
    return params


def _init_norm(number: int, D: int, norm: str, dtype) -> Params:
    gamma = {f"gamma_{number}": np.ones(D, dtype)}
    return gamma if norm == "rms" else gamma | {f"beta_{number}": np.zeros(D, dtype)}
