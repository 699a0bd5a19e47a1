"""The Transformer's blocks are PyTorch's layers and blocks of Keras's, forward and backward, with the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils.attention import causal_mask, padding_mask
from course_utils.transformer import (
    decoder_block_backward,
    decoder_block_forward,
    encoder_block_backward,
    encoder_block_forward,
    init_decoder_block,
    init_encoder_block,
)
from tests.parity.frameworks import DTYPES, TOLERANCE

pytestmark = pytest.mark.usefixtures("threads")
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
every_order = pytest.mark.parametrize("norm_first", [True, False])
WIDE = {np.float32: {"rtol": 1e-4, "atol": 2e-5}, np.float64: TOLERANCE[np.float64]}  # sums over many terms
ATTENTION = {"": "self_attn", "cross_": "multihead_attn"}


def shaken(params, rng, dtype):
    return {name: (p + 0.2 * rng.normal(size=p.shape)).astype(dtype) for name, p in params.items()}


def torch_names(params):
    """Our parameters as PyTorch's state: names, transposed weights, the three projections in one."""
    state = {}
    for prefix, module in ATTENTION.items():
        if f"{prefix}W_q" in params:
            state[f"{module}.in_proj_weight"] = np.concatenate([params[f"{prefix}W_{h}"].T for h in "qkv"])
            state[f"{module}.in_proj_bias"] = np.concatenate([params[f"{prefix}b_{h}"] for h in "qkv"])
            state[f"{module}.out_proj.weight"] = params[f"{prefix}W_o"].T
            state[f"{module}.out_proj.bias"] = params[f"{prefix}b_o"]
    for n in (1, 2):
        state |= {f"linear{n}.weight": params[f"W_{n}"].T, f"linear{n}.bias": params[f"b_{n}"]}
    for n in (1, 2, 3):
        if f"gamma_{n}" in params:
            state |= {f"norm{n}.weight": params[f"gamma_{n}"], f"norm{n}.bias": params[f"beta_{n}"]}
    return state


def torch_layer(kind, params, heads, norm_first, dtype):
    D, F = params["W_1"].shape
    layer = kind(D, heads, F, dropout=0.0, batch_first=True, norm_first=norm_first, dtype=torch.tensor(dtype(0)).dtype)
    layer.load_state_dict({name: torch.tensor(p.copy()) for name, p in torch_names(params).items()})
    return layer


def assert_grads(layer, grads, dtype):
    theirs = {name: p.grad.numpy() for name, p in layer.named_parameters()}
    ours = torch_names(grads)
    assert set(ours) == set(theirs)
    for name, g in theirs.items():
        np.testing.assert_allclose(ours[name], g, **WIDE[dtype], err_msg=name)


@every_dtype
@every_order
@pytest.mark.parametrize("N, T, heads", [(2, 5, 2), (1, 1, 3), (3, 4, 1)])
def test_encoder_block_is_torchs(N, T, heads, norm_first, dtype, rng):
    params = shaken(init_encoder_block(6, 9, rng), rng, dtype)
    x, dout = (rng.normal(size=(N, T, 6)).astype(dtype) for _ in range(2))
    layer = torch_layer(torch.nn.TransformerEncoderLayer, params, heads, norm_first, dtype)
    t = torch.tensor(x, requires_grad=True)
    theirs = layer(t, src_mask=torch.tensor(~causal_mask(T)))
    theirs.backward(torch.tensor(dout))
    out, cache = encoder_block_forward(x, params, heads=heads, mask=causal_mask(T), norm_first=norm_first)
    dx, grads = encoder_block_backward(dout, cache)
    np.testing.assert_allclose(out, theirs.detach().numpy(), **WIDE[dtype])
    np.testing.assert_allclose(dx, t.grad.numpy(), **WIDE[dtype])
    assert_grads(layer, grads, dtype)


@every_dtype
@every_order
def test_decoder_block_is_torchs(norm_first, dtype, rng):
    params = shaken(init_decoder_block(6, 9, rng), rng, dtype)
    x, memory, dout = (rng.normal(size=(2, T, 6)).astype(dtype) for T in (4, 5, 4))
    layer = torch_layer(torch.nn.TransformerDecoderLayer, params, 3, norm_first, dtype)
    t_x, t_memory = (torch.tensor(a, requires_grad=True) for a in (x, memory))
    padding = padding_mask([5, 2], 5)
    theirs = layer(
        t_x, t_memory, tgt_mask=torch.tensor(~causal_mask(4)), memory_key_padding_mask=torch.tensor(~padding[:, 0])
    )
    theirs.backward(torch.tensor(dout))
    out, cache = decoder_block_forward(
        x, memory, params, heads=3, self_mask=causal_mask(4), cross_mask=padding, norm_first=norm_first
    )
    dx, dmemory, grads = decoder_block_backward(dout, cache)
    np.testing.assert_allclose(out, theirs.detach().numpy(), **WIDE[dtype])
    np.testing.assert_allclose(dx, t_x.grad.numpy(), **WIDE[dtype])
    np.testing.assert_allclose(dmemory, t_memory.grad.numpy(), **WIDE[dtype])
    assert_grads(layer, grads, dtype)


def keras_encoder(params, heads, norm_first, dtype):
    """An encoder block of Keras layers with our weights, and its variables in the order of our names."""
    D, F = params["W_1"].shape
    name = np.dtype(dtype).name
    attend = keras.layers.MultiHeadAttention(heads, D // heads, dtype=name)
    norms = [keras.layers.LayerNormalization(epsilon=1e-5, dtype=name) for _ in range(2)]
    feed = [keras.layers.Dense(F, activation="relu", dtype=name), keras.layers.Dense(D, dtype=name)]
    attend.build((None, None, D), (None, None, D))
    for layer, width in ((norms[0], D), (norms[1], D), (feed[0], D), (feed[1], F)):
        layer.build((None, None, width))
    variables = [*attend.weights, *norms[0].weights, *feed[0].weights, *feed[1].weights, *norms[1].weights]
    for variable, p in zip(variables, params.values(), strict=True):
        variable.assign(p.reshape(variable.shape))

    def run(x, mask):
        def attention(z):
            return attend(z, z, attention_mask=mask)

        for norm, inner in zip(norms, (attention, lambda z: feed[1](feed[0](z))), strict=True):
            x = x + inner(norm(x)) if norm_first else norm(x + inner(x))
        return x

    return run, variables


@every_dtype
@every_order
def test_encoder_block_is_one_of_keras_layers(norm_first, dtype, rng):
    params = shaken(init_encoder_block(8, 9, rng), rng, dtype)
    x, dout = (rng.normal(size=(2, 5, 8)).astype(dtype) for _ in range(2))
    mask = padding_mask([5, 3], 5)
    # two heads of width 4: Keras keeps 1/√d in float32, which is exact for d = 4 only
    run, variables = keras_encoder(params, 2, norm_first, dtype)
    t = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(t)
        theirs = run(t, np.broadcast_to(mask, (2, 5, 5)))
    their_dx, *their_grads = tape.gradient(theirs, [t, *(v.value for v in variables)], tf.constant(dout))
    out, cache = encoder_block_forward(x, params, heads=2, mask=mask, norm_first=norm_first)
    dx, grads = encoder_block_backward(dout, cache)
    np.testing.assert_allclose(out, theirs.numpy(), **WIDE[dtype])
    np.testing.assert_allclose(dx, their_dx.numpy(), **WIDE[dtype])
    for name, g in zip(params, their_grads, strict=True):
        np.testing.assert_allclose(grads[name], g.numpy().reshape(grads[name].shape), **WIDE[dtype], err_msg=name)
