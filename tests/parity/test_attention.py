"""Attention agrees with PyTorch and with TensorFlow/Keras, forward and backward, with the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F

from course_utils import attention
from course_utils.attention import causal_mask, chunked_attention, padding_mask
from tests.laws import strided
from tests.parity.frameworks import DTYPES, TOLERANCE, assert_parity

pytestmark = pytest.mark.usefixtures("threads")
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
SHAPES = {  # leading axes, Tq, Tk, d, d_v
    "batch": ((3,), 5, 7, 4, 6),
    "heads": ((2, 3), 7, 5, 3, 3),
    "no leading axis": ((), 3, 4, 5, 2),
    "one example, one position": ((1,), 1, 1, 3, 3),
    "one key": ((2,), 4, 1, 3, 5),
}


def pair(name):
    return getattr(attention, f"{name}_forward"), getattr(attention, f"{name}_backward")


def qkv(rng, lead, Tq, Tk, d, d_v):
    return [rng.normal(size=(*lead, *shape)) for shape in ((Tq, d), (Tk, d), (Tk, d_v))]


def tf_attention(mask=None):
    """The formula in TensorFlow's own operations."""

    def run(q, k, v):
        scores = tf.matmul(q, k, transpose_b=True) / tf.sqrt(tf.cast(tf.shape(q)[-1], q.dtype))
        if mask is not None:
            scores = tf.where(mask, scores, tf.constant(-np.inf, q.dtype))
        return tf.matmul(tf.nn.softmax(scores), v)

    return run


@every_dtype
@pytest.mark.parametrize("shape", SHAPES)
def test_scaled_dot_product(shape, dtype, rng):
    assert_parity(
        *pair("scaled_dot_product_attention"), qkv(rng, *SHAPES[shape]), dtype,
        torch_op=F.scaled_dot_product_attention, tf_op=tf_attention(),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("shape", ["batch", "heads"])
def test_with_a_mask_of_our_convention(shape, dtype, rng):
    arrays = qkv(rng, *SHAPES[shape])
    mask = rng.random((*SHAPES[shape][0], arrays[0].shape[-2], arrays[1].shape[-2])) < 0.6
    mask[..., 0] = True
    assert_parity(
        *pair("scaled_dot_product_attention"), arrays, dtype, mask=mask, tf_op=tf_attention(mask),
        torch_op=lambda *a: F.scaled_dot_product_attention(*a, attn_mask=torch.tensor(mask)),
    )  # fmt: skip


@every_dtype
def test_causal_and_another_scale(dtype, rng):
    assert_parity(
        *pair("scaled_dot_product_attention"), qkv(rng, (2,), 6, 6, 3, 4), dtype, mask=causal_mask(6), scale=0.3,
        torch_op=lambda *a: F.scaled_dot_product_attention(*a, is_causal=True, scale=0.3),
    )  # fmt: skip


@every_dtype
def test_arrays_that_are_not_contiguous(dtype, rng):
    q, k, v = (strided(a.astype(dtype)) for a in qkv(rng, (2, 3), 4, 6, 5, 5))
    out, _ = attention.scaled_dot_product_attention_forward(q, k, v)
    theirs = F.scaled_dot_product_attention(*(torch.tensor(a) for a in (q, k, v)))
    np.testing.assert_allclose(out, theirs.numpy(), **TOLERANCE[dtype])


@every_dtype
def test_a_row_that_may_attend_nowhere_gives_zeros_as_in_pytorch(dtype, rng):
    mask = np.array([[True, False, True], [False, False, False]])
    assert_parity(
        *pair("scaled_dot_product_attention"), qkv(rng, (2,), 2, 3, 4, 4), dtype, mask=mask,
        torch_op=lambda *a: F.scaled_dot_product_attention(*a, attn_mask=torch.tensor(mask)),
    )  # fmt: skip


@every_dtype
@pytest.mark.parametrize("chunk", [1, 4, 64])
def test_chunked(dtype, chunk, rng):
    q, k, v = (a.astype(dtype) for a in qkv(rng, (2, 3), 9, 9, 4, 5))
    theirs = F.scaled_dot_product_attention(*(torch.tensor(a) for a in (q, k, v)), is_causal=True)
    np.testing.assert_allclose(
        chunked_attention(q, k, v, mask=causal_mask(9), chunk=chunk), theirs.numpy(), **TOLERANCE[dtype]
    )


NAMES = [f"{kind}_{h}" for h in "qkvo" for kind in ("W", "b")]


def multi_head_params(rng, E, dtype, D_kv=None):
    params = {}
    for h in "qkvo":
        rows = D_kv if D_kv and h in "kv" else E
        params |= {f"W_{h}": rng.normal(size=(rows, E)) / E**0.5, f"b_{h}": rng.normal(size=E)}
    return {name: p.astype(dtype) for name, p in params.items()}


def torch_multi_head(params, heads, mask):
    """torch.nn.MultiheadAttention with our weights; a function of the two inputs, and its parameters' gradients."""
    E, D_kv = len(params["b_q"]), len(params["W_k"])
    dtype = torch.tensor(params["b_q"]).dtype
    layer = torch.nn.MultiheadAttention(E, heads, kdim=D_kv, vdim=D_kv, batch_first=True, dtype=dtype)
    own = {h: torch.tensor(params[f"W_{h}"].T.copy()) for h in "qkvo"}
    with torch.no_grad():
        if D_kv == E:
            layer.in_proj_weight.copy_(torch.cat([own["q"], own["k"], own["v"]]))
        else:
            for h in "qkv":
                getattr(layer, f"{h}_proj_weight").copy_(own[h])
        layer.in_proj_bias.copy_(torch.tensor(np.concatenate([params[f"b_{h}"] for h in "qkv"])))
        layer.out_proj.weight.copy_(own["o"])
        layer.out_proj.bias.copy_(torch.tensor(params["b_o"]))
    blocked = None if mask is None else torch.tensor(~np.repeat(mask, heads, axis=0))  # True = hidden, there
    return layer, lambda x_q, x_kv: layer(x_q, x_kv, x_kv, attn_mask=blocked, need_weights=False)[0]


def torch_grads(layer, heads):
    """The layer's gradients under our names and in our shapes."""
    E = layer.embed_dim
    if layer.in_proj_weight is not None:
        weights = layer.in_proj_weight.grad.chunk(3)
    else:
        weights = [getattr(layer, f"{h}_proj_weight").grad for h in "qkv"]
    grads = {f"W_{h}": w.numpy().T for h, w in zip("qkv", weights, strict=True)}
    grads |= {f"b_{h}": b.numpy() for h, b in zip("qkv", layer.in_proj_bias.grad.split(E), strict=True)}
    return grads | {"W_o": layer.out_proj.weight.grad.numpy().T, "b_o": layer.out_proj.bias.grad.numpy()}


@every_dtype
@pytest.mark.parametrize("D_kv", [6, 5], ids=["one width", "two widths"])
@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_is_torch_nn_multihead_attention(dtype, D_kv, masked, rng):
    x_q, x_kv = (rng.normal(size=shape).astype(dtype) for shape in ((2, 3, 6), (2, 5, D_kv)))
    params, dout = multi_head_params(rng, 6, dtype, D_kv), rng.normal(size=(2, 3, 6)).astype(dtype)
    mask = np.repeat(padding_mask([5, 2], 5), 3, axis=1) if masked else None
    out, cache = attention.multi_head_attention_forward(x_q, x_kv, params, heads=2, mask=mask)
    dx_q, dx_kv, grads = attention.multi_head_attention_backward(dout, cache)
    layer, run = torch_multi_head(params, 2, mask)
    t_q, t_kv = (torch.tensor(x, requires_grad=True) for x in (x_q, x_kv))
    theirs = run(t_q, t_kv)
    theirs.backward(torch.tensor(dout))
    np.testing.assert_allclose(out, theirs.detach().numpy(), **TOLERANCE[dtype])
    np.testing.assert_allclose(dx_q, t_q.grad.numpy(), **TOLERANCE[dtype])
    np.testing.assert_allclose(dx_kv, t_kv.grad.numpy(), **TOLERANCE[dtype])
    for name, g in torch_grads(layer, 2).items():
        np.testing.assert_allclose(grads[name], g, **TOLERANCE[dtype])


@every_dtype
@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_is_keras_multi_head_attention(dtype, masked, rng):
    E, heads, d = 12, 3, 4  # Keras keeps 1/√d in float32, which is exact for d = 4
    x_q, x_kv = rng.normal(size=(2, 3, E)).astype(dtype), rng.normal(size=(2, 5, E)).astype(dtype)
    params, dout = multi_head_params(rng, E, dtype), rng.normal(size=(2, 3, E)).astype(dtype)
    mask = rng.random((2, 3, 5)) < 0.7 if masked else np.ones((2, 3, 5), bool)
    mask[..., 0] = True
    layer = keras.layers.MultiHeadAttention(heads, d, dtype=np.dtype(dtype).name)
    layer.build(x_q.shape, x_kv.shape)
    shapes = {name: (E, heads, d) if name[0] == "W" else (heads, d) for name in NAMES[:6]} | {
        "W_o": (heads, d, E),
        "b_o": (E,),
    }
    layer.set_weights(
        [params[name].reshape(shapes[name]) for name in ("W_q", "b_q", "W_k", "b_k", "W_v", "b_v", "W_o", "b_o")]
    )
    t_q, t_kv = tf.constant(x_q), tf.constant(x_kv)
    with tf.GradientTape() as tape:
        tape.watch([t_q, t_kv])
        theirs = layer(t_q, t_kv, attention_mask=mask)
    their_gradients = tape.gradient(theirs, [t_q, t_kv, *(w.value for w in layer.weights)], tf.constant(dout))
    out, cache = attention.multi_head_attention_forward(x_q, x_kv, params, heads=heads, mask=mask)
    dx_q, dx_kv, grads = attention.multi_head_attention_backward(dout, cache)
    np.testing.assert_allclose(out, theirs.numpy(), **TOLERANCE[dtype])
    for ours, g in zip([dx_q, dx_kv, *grads.values()], their_gradients, strict=True):
        np.testing.assert_allclose(ours, g.numpy().reshape(ours.shape), **TOLERANCE[dtype])


def torch_additive(query, keys, W_q, W_k, v):
    weights = torch.softmax(torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v, -1)
    return (weights[..., None] * keys).sum(1)


def tf_additive(query, keys, W_q, W_k, v):
    scores = tf.tensordot(tf.tanh((query @ W_q)[:, None] + tf.tensordot(keys, W_k, 1)), v, 1)
    return tf.reduce_sum(tf.nn.softmax(scores)[..., None] * keys, 1)


def flat(query, keys, W_q, W_k, v):
    return attention.additive_attention_forward(query, keys, {"W_q": W_q, "W_k": W_k, "v": v})


def flat_backward(dout, cache):
    dquery, dkeys, grads = attention.additive_attention_backward(dout, cache)
    return dquery, dkeys, grads["W_q"], grads["W_k"], grads["v"]


@every_dtype
@pytest.mark.parametrize("N, T", [(2, 5), (1, 1), (3, 7)])
def test_additive(dtype, N, T, rng):
    shapes = (N, 4), (N, T, 3), (4, 5), (3, 5), (5,)
    arrays = [rng.normal(size=shape) for shape in shapes]
    assert_parity(flat, flat_backward, arrays, dtype, torch_op=torch_additive, tf_op=tf_additive)


@every_dtype
def test_additive_is_keras_additive_attention_on_projected_inputs(dtype, rng):
    query, keys = rng.normal(size=(2, 3, 4)).astype(dtype), rng.normal(size=(2, 5, 4)).astype(dtype)
    v, mask = rng.normal(size=4).astype(dtype), np.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 1]], bool)
    layer = keras.layers.AdditiveAttention(dtype=np.dtype(dtype).name)
    layer.build([query.shape, keys.shape, keys.shape])
    layer.set_weights([v])
    theirs = layer([query, keys], mask=[None, tf.constant(mask)])
    eye = np.eye(4, dtype=dtype)
    params = {"W_q": eye, "W_k": eye, "v": v}
    ours, _ = attention.additive_attention_forward(query, keys, params, mask=mask[:, None])
    np.testing.assert_allclose(ours, theirs.numpy(), **TOLERANCE[dtype])
