"""Attention against finite differences, with the mistakes that are really made planted and caught."""

import numpy as np
import pytest

from course_utils import attention
from course_utils.gradcheck import GradientMismatch, check_gradients
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(18)
CAUSAL = np.tri(3, 5, dtype=bool)
HOLES = np.array([[1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0]], bool)  # the second row may attend nowhere


def qkv(q=(2, 3, 4), k=(2, 5, 4), v=(2, 5, 2)):
    return tuple(rng.normal(size=shape) for shape in (q, k, v))


def multi_head(D_q=4, D_kv=3, E=6, D_out=5):
    shapes = {"W_q": (D_q, E), "W_k": (D_kv, E), "W_v": (D_kv, E), "W_o": (E, D_out)}
    params = {}
    for name, shape in shapes.items():
        params |= {name: rng.normal(size=shape), f"b_{name[-1]}": rng.normal(size=shape[1])}
    return rng.normal(size=(2, 3, D_q)), rng.normal(size=(2, 5, D_kv)), params


def grouped(heads=4, kv_heads=2, d=2, D=3):
    """Self-attention without biases whose heads share keys and values."""
    widths = {"W_q": heads * d, "W_k": kv_heads * d, "W_v": kv_heads * d}
    params = {name: rng.normal(size=(D, width)) for name, width in widths.items()}
    params["W_o"] = rng.normal(size=(heads * d, 5))
    static = {"heads": heads, "kv_heads": kv_heads, "biases": False}
    return (rng.normal(size=(2, 3, D)), rng.normal(size=(2, 3, D)), params), static


PAST = attention.KeyValues(rng.normal(size=(2, 2, 2, 2)), rng.normal(size=(2, 2, 2, 2)))  # two positions were seen


def additive(*queries):
    params = {"W_q": rng.normal(size=(4, 6)), "W_k": rng.normal(size=(3, 6)), "v": rng.normal(size=6)}
    return rng.normal(size=(2, *queries, 4)), rng.normal(size=(2, 5, 3)), params


CASES = {
    "scaled_dot_product_attention": (qkv(), {}),
    "scaled_dot_product_attention, another scale": (qkv(), {"scale": 1.7}),
    "scaled_dot_product_attention, no leading axis": (qkv((3, 4), (5, 4), (5, 2)), {}),
    "scaled_dot_product_attention, causal": (qkv(), {"mask": CAUSAL}),
    "scaled_dot_product_attention, empty row": (qkv(), {"mask": HOLES}),
    "scaled_dot_product_attention, heads share keys": (qkv((2, 2, 3, 4), (2, 1, 5, 4), (5, 3)), {"mask": CAUSAL}),
    "scaled_dot_product_attention, a mask an example": (
        qkv((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3)), {"mask": np.stack([CAUSAL, HOLES])},
    ),
    "multi_head_attention": (multi_head(), {"heads": 2}),
    "multi_head_attention, causal": (multi_head(), {"heads": 3, "mask": CAUSAL}),
    "multi_head_attention, empty row": (multi_head(), {"heads": 2, "mask": HOLES}),
    "multi_head_attention, one head": (multi_head(E=3), {"heads": 1}),
    "multi_head_attention, shared keys": grouped(),
    "multi_head_attention, shared keys and a mask a head": (
        grouped()[0], grouped()[1] | {"mask": rng.random((1, 4, 3, 3)) < 0.7},
    ),
    "multi_head_attention, one key for all, rotary": (
        grouped(kv_heads=1)[0], grouped(kv_heads=1)[1] | {"rotary": attention.Rotary(), "mask": np.tri(3, dtype=bool)},
    ),
    "multi_head_attention, past": (
        grouped()[0], grouped()[1] | {"past": PAST, "rotary": attention.Rotary(100.0, "neighbours")},
    ),
    "multi_head_attention, dropout": (multi_head(), {"heads": 2, "dropout": 0.4, "rng": np.random.default_rng(3)}),
    "scaled_dot_product_attention, dropout": (qkv(), {"dropout": 0.4, "rng": np.random.default_rng(3)}),
    "rotary": ((rng.normal(size=(2, 3, 4)),), {"positions": np.arange(3)}),
    "rotary, halves": ((rng.normal(size=(2, 3, 6)),), {"positions": [4, 0, 7], "pairs": "halves", "base": 50.0}),
    "additive_attention": (additive(), {}),
    "additive_attention, mask": (additive(), {"mask": CAUSAL[1:]}),
    "additive_attention, empty row": (additive(), {"mask": HOLES[:2]}),
    "additive_attention, queries": (additive(3), {}),
    "additive_attention, queries and mask": (additive(3), {"mask": HOLES}),
}  # fmt: skip
NOTHING = {  # nothing may be attended to, or there is nothing to choose: some gradients are exactly zero
    "scaled_dot_product_attention, all masked": (qkv(), {"mask": np.zeros((3, 5), bool)}),
    "scaled_dot_product_attention, one key": (qkv((1, 1, 4), (1, 1, 4), (1, 1, 2)), {}),
    "multi_head_attention, all masked": (multi_head(), {"heads": 2, "mask": np.zeros((2, 1, 5), bool)}),
    "additive_attention, all masked": (additive(), {"mask": np.zeros((2, 5), bool)}),
}


def pair(case):
    name = case.split(",")[0]
    return getattr(attention, f"{name}_forward"), getattr(attention, f"{name}_backward")


def with_few(params):
    """Multi-head attention as a function of a few parameters: enough for planted faults, which cost much time."""
    names = ("W_k", "b_v" if "b_v" in params else "W_v")
    forward, backward = pair("multi_head_attention")

    def few_forward(x_q, x_kv, few, **static):
        return forward(x_q, x_kv, params | few, **static)

    def few_backward(dout, cache):
        dx_q, dx_kv, grads = backward(dout, cache)
        return dx_q, dx_kv, {name: grads[name] for name in names}

    return (few_forward, few_backward), {name: params[name] for name in names}


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    given, static = CASES[case]
    functions = pair(case)
    if case.startswith("multi_head"):
        functions, params = with_few(given[2])
        given = (*given[:2], params)
    assert_checked(*functions, *given, **static)


@pytest.mark.parametrize("case", CASES | NOTHING)
def test_the_laws_hold_and_the_gradient_is_right(case):
    given, static = (CASES | NOTHING)[case]
    assert_laws(*pair(case), *given, **static)
    assert check_gradients(pair(case), *given, **static) < 1e-7


@pytest.mark.parametrize("case", ["multi_head_attention", "multi_head_attention, causal"])
def test_a_bias_of_all_keys_changes_nothing(case):
    given, static = CASES[case]
    forward, backward = pair(case)
    out, cache = forward(*given, **static)
    assert np.abs(backward(np.ones_like(out), cache)[2]["b_k"]).max() < 1e-12


def test_self_attention_adds_both_gradients():
    x, _, params = multi_head(D_q=4, D_kv=4, E=6, D_out=4)
    multi_forward, multi_backward = pair("multi_head_attention")

    def forward(x, params):
        return multi_forward(x, x, params, heads=2, mask=np.tri(3, dtype=bool))

    def backward(dout, cache):
        dx_q, dx_kv, grads = multi_backward(dout, cache)
        return dx_q + dx_kv, grads

    assert check_gradients((forward, backward), x, params) < 1e-7


def no_scale(dout, cache):
    dq, dk, dv = attention.scaled_dot_product_attention_backward(dout, cache)
    return dq / cache.scale, dk / cache.scale, dv


def softmax_without_its_sum(dout, cache):
    q, k, v, weights, _, scale, _ = cache
    ds = scale * weights * (dout @ v.swapaxes(-1, -2))
    return ds @ k, ds.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dout


def weights_not_transposed(dout, cache):
    dq, dk, _ = attention.scaled_dot_product_attention_backward(dout, cache)
    return dq, dk, cache.weights @ dout


@pytest.mark.parametrize("wrong", [no_scale, softmax_without_its_sum, weights_not_transposed])
def test_mistakes_that_are_really_made_are_caught(wrong):
    forward, _ = pair("scaled_dot_product_attention")
    with pytest.raises(GradientMismatch):
        check_gradients((forward, wrong), *qkv((2, 3, 4), (2, 3, 4), (2, 3, 2)))
