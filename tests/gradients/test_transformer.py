"""The Transformer's blocks against finite differences, with faults planted and caught."""

import functools

import numpy as np
import pytest

from course_utils import transformer
from course_utils.attention import KeyValues, Rotary
from course_utils.gradcheck import GradientMismatch, check_gradients
from course_utils.transformer import (
    decoder_block_backward,
    decoder_block_forward,
    encoder_block_backward,
    encoder_block_forward,
    feed_forward_backward,
    feed_forward_forward,
    init_decoder_block,
    init_encoder_block,
)
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(19)
X, MEMORY = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 6))
CAUSAL, HOLES = np.tri(3, dtype=bool), np.array([[1, 0, 0], [0, 0, 0], [1, 1, 0]], bool)
FEW = ("W_k", "gamma_1", "cross_b_q")  # enough for planted faults, which cost much time


def shaken(params):
    """Starting values moved off zero and one."""
    return {name: p + 0.3 * rng.normal(size=p.shape) for name, p in params.items()}


ENCODER, DECODER = shaken(init_encoder_block(4, 5, rng)), shaken(init_decoder_block(4, 5, rng, D_memory=6))
FEED = {name: ENCODER[name] for name in ("W_1", "b_1", "W_2", "b_2")}
GATE = {"W_3": rng.normal(size=(4, 5)), "b_3": rng.normal(size=5)}
GATED = {name: (FEED | GATE)[name] for name in ("W_1", "b_1", "W_3", "b_3", "W_2", "b_2")}
STYLE = {"heads": 2, "kv_heads": 1, "biases": False, "norm": "rms", "activation": "swiglu"}
LLAMA = shaken(init_encoder_block(4, 5, rng, **STYLE))
LLAMA_DECODER = shaken(init_decoder_block(4, 5, rng, D_memory=6, **STYLE))
SHARED, NO_BIASES = {"kv_heads": 1, "rotary": Rotary(100.0)}, {"biases": False, "activation": "swiglu"}
PAST, WIDE_PAST = (KeyValues(*rng.normal(size=(2, 2, h, 2, 2))) for h in (1, 2))
DROPS = {"dropout": 0.3, "attention_dropout": 0.3, "rng": np.random.default_rng(4)}
CASES = {
    "feed_forward": (X, FEED, {}),
    "encoder_block": (X, ENCODER, {"heads": 2}),
    "encoder_block, norm last": (X, ENCODER, {"heads": 2, "norm_first": False}),
    "encoder_block, causal": (X, ENCODER, {"heads": 4, "mask": CAUSAL}),
    "encoder_block, empty row": (X, ENCODER, {"heads": 1, "mask": HOLES, "norm_first": False}),
    "feed_forward, gelu": (X, FEED, {"activation": "gelu"}),
    "feed_forward, gelu_exact": (X, FEED, {"activation": "gelu_exact"}),
    "feed_forward, swiglu": (X, GATED, {"activation": "swiglu"}),
    "feed_forward, swiglu without biases": (X, {n: GATED[n] for n in ("W_1", "W_3", "W_2")}, NO_BIASES),
    "encoder_block, of GPT-2": (X, ENCODER, {"heads": 2, "mask": CAUSAL, "activation": "gelu", "eps": 1e-3}),
    "encoder_block, of BERT": (X, ENCODER, {"heads": 2, "activation": "gelu_exact", "norm_first": False}),
    "encoder_block, of Llama": (X, LLAMA, {"heads": 2, "mask": CAUSAL, "norm": "rms", **SHARED, **NO_BIASES}),
    "encoder_block, past": (X, LLAMA, {"heads": 2, "norm": "rms", "past": PAST, **SHARED, **NO_BIASES}),
    "encoder_block, dropout": (X, ENCODER, {"heads": 2, **DROPS}),
    "encoder_block, dropout, norm last": (X, ENCODER, {"heads": 2, "norm_first": False, **DROPS}),
    "encoder_block, dropout outside training": (X, ENCODER, {"heads": 2, "training": False, **DROPS}),
    "decoder_block, of Llama's parts": (
        X, MEMORY, LLAMA_DECODER, {"heads": 2, "self_mask": CAUSAL, "norm": "rms", **SHARED, **NO_BIASES},
    ),
    "decoder_block, past and dropout": (X, MEMORY, DECODER, {"heads": 2, "past": (WIDE_PAST, WIDE_PAST), **DROPS}),
    "decoder_block": (X, MEMORY, DECODER, {"heads": 2, "self_mask": CAUSAL}),
    "decoder_block, norm last": (X, MEMORY, DECODER, {"heads": 2, "self_mask": CAUSAL, "norm_first": False}),
    "decoder_block, padding": (
        X, MEMORY, DECODER, {"heads": 2, "cross_mask": np.arange(5) < np.array([2, 0])[:, None, None]},
    ),
}  # fmt: skip


def pair(case):
    name = case.split(",")[0]
    return getattr(transformer, f"{name}_forward"), getattr(transformer, f"{name}_backward")


def with_few(forward, backward, params):
    """The same operation as a function of a few of its parameters."""
    names = [name for name in FEW if name in params] or list(params)

    @functools.wraps(forward)
    def few_forward(*given, **static):
        return forward(*given[:-1], params | given[-1], **static)

    def few_backward(dout, cache):
        *dx, grads = backward(dout, cache)
        return *dx, {name: grads[name] for name in names}

    return (few_forward, few_backward), {name: params[name] for name in names}


@pytest.mark.parametrize("case", ["feed_forward", "encoder_block", "decoder_block"])
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    *arrays, params, static = CASES[case]
    functions, params = with_few(*pair(case), params)
    heads = {"heads": 2} if "heads" in static else {}
    assert_checked(*functions, *(a[:1, :2] for a in arrays), params, **heads)


@pytest.mark.parametrize("case", CASES)
def test_the_laws_hold_and_the_gradient_is_right(case):
    *given, static = CASES[case]
    assert_laws(*pair(case), *given, **static)
    assert check_gradients(pair(case), *given, **static) < 1e-7


def test_a_forgotten_residual_is_caught():
    def straight_on_forgotten(dout, cache):
        dx, grads = encoder_block_backward(dout, cache)
        return dx - dout, grads

    with pytest.raises(GradientMismatch, match="x is wrong"):
        check_gradients((encoder_block_forward, straight_on_forgotten), X, ENCODER, heads=2)


def test_a_forgotten_relu_is_caught():
    def relu_forgotten(dout, cache):
        _, grads = feed_forward_backward(dout, cache)
        da = dout @ cache.second.W.T  # straight on, through what the relu had cut off too
        return da @ cache.first.W.T, grads

    with pytest.raises(GradientMismatch):
        check_gradients((feed_forward_forward, relu_forgotten), X, FEED)


def test_a_memory_that_gets_no_gradient_is_caught():
    def memory_detached(dout, cache):
        dx, dmemory, grads = decoder_block_backward(dout, cache)
        return dx, np.zeros_like(dmemory), grads

    with pytest.raises(GradientMismatch, match="memory"):
        check_gradients((decoder_block_forward, memory_detached), X, MEMORY, DECODER, heads=2)
