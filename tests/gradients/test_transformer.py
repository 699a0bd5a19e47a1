"""The Transformer's blocks against finite differences, with faults planted and caught."""

import functools

import numpy as np
import pytest

from course_utils import transformer
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
CASES = {
    "feed_forward": (X, FEED, {}),
    "encoder_block": (X, ENCODER, {"heads": 2}),
    "encoder_block, norm last": (X, ENCODER, {"heads": 2, "norm_first": False}),
    "encoder_block, causal": (X, ENCODER, {"heads": 4, "mask": CAUSAL}),
    "encoder_block, empty row": (X, ENCODER, {"heads": 1, "mask": HOLES, "norm_first": False}),
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
