"""Recurrent networks against finite differences, with the mistakes that are really made planted and caught."""

import numpy as np
import pytest

from course_utils import recurrent
from course_utils.gradcheck import GradientMismatch, check_gradients
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(13)
N, T, D, H = 2, 3, 3, 2


def normal(*shape):
    return rng.normal(size=shape)


CASES = {
    "rnn": (normal(N, T, D), normal(N, H), normal(D, H), normal(H, H), normal(H)),
    "rnn, one step, more states than inputs": (normal(N, 1, 1), normal(N, 3), normal(1, 3), normal(3, 3), normal(3)),
    "lstm_cell": (normal(N, D), normal(N, H), normal(N, H), normal(D, 4 * H), normal(H, 4 * H), normal(4 * H)),
    "lstm": (normal(N, T, D), normal(N, H), normal(N, H), normal(D, 4 * H), normal(H, 4 * H), normal(4 * H)),
    "lstm, one step": (normal(N, 1, D), normal(N, 1), normal(N, 1), normal(D, 4), normal(1, 4), normal(4)),
    "lstm, one example": (normal(1, 4, 1), normal(1, 2), normal(1, 2), normal(1, 8), normal(2, 8), normal(8)),
    "gru_cell": (normal(N, D), normal(N, H), normal(D, 3 * H), normal(H, 3 * H), normal(3 * H), normal(3 * H)),
    "gru": (normal(N, T, D), normal(N, H), normal(D, 3 * H), normal(H, 3 * H), normal(3 * H), normal(3 * H)),
    "gru, one step": (normal(N, 1, D), normal(N, 1), normal(D, 3), normal(1, 3), normal(3), normal(3)),
    "gru, one example": (normal(1, 4, 1), normal(1, 2), normal(1, 6), normal(2, 6), normal(6), normal(6)),
}


def pair(case):
    name = case.split(",")[0]
    return getattr(recurrent, f"{name}_forward"), getattr(recurrent, f"{name}_backward")


@pytest.mark.parametrize("case", [c for c in CASES if "one example" not in c])
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    assert_checked(*pair(case), *CASES[case])


@pytest.mark.parametrize("case", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("mask", [[[1, 1, 0], [1, 1, 1]], [[0, 1, 1], [1, 0, 0]], [[0, 0, 0], [0, 1, 0]]])
def test_masks(case, mask):
    mask = np.array(mask, bool)
    assert check_gradients(pair(case), *CASES[case], mask=mask) < 1e-6
    if mask[1].all():
        assert_laws(*pair(case), *CASES[case], mask=mask)


@pytest.mark.parametrize("case", CASES)
def test_the_laws_hold(case):
    assert_laws(*pair(case), *CASES[case])


@pytest.mark.parametrize("case", ["lstm, one example", "gru, one example"])
def test_a_batch_of_one(case):
    assert check_gradients(*pair(case), *CASES[case]) < 1e-6


def test_where_only_the_last_state_is_looked_at_and_where_only_the_hidden_ones():
    forward, backward = pair("lstm")
    (h, c_T), cache = forward(*CASES["lstm"])
    only_h, only_c = backward((h, 0 * c_T), cache), backward((0 * h, c_T), cache)
    for together, a, b in zip(backward((h, c_T), cache), only_h, only_c, strict=True):
        np.testing.assert_allclose(together, a + b, atol=1e-12)


def no_way_through_time(dout, cache):
    """Truncated at one step: what the next step would have sent back is lost."""
    x, h, W, U, _ = cache
    da = dout.swapaxes(0, 1) * (1 - h[1:] ** 2)
    dW, dU = np.einsum("tnd,tnh->dh", x, da), np.einsum("tnk,tnh->kh", h[:-1], da)
    return (da @ W.T).swapaxes(0, 1), da[0] @ U.T, dW, dU, da.sum(axis=(0, 1))


def cell_state_forgotten(dout, cache):
    """The way from step to step through c left out of the cell's backward pass."""
    dx, dh, dc, dW, dU, db = recurrent.lstm_cell_backward((dout[0], 0 * dout[1]), cache)
    return dx, dh, dc, dW, dU, db


def gates_in_keras_order(dout, cache):
    dx, dh, dW, dU, db_W, db_U = recurrent.gru_backward(dout, cache)
    swap = np.r_[H : 2 * H, :H, 2 * H : 3 * H]
    return dx, dh, dW[:, swap], dU[:, swap], db_W[swap], db_U[swap]


def one_bias_for_both(dout, cache):
    dx, dh, dW, dU, db_W, _ = recurrent.gru_cell_backward(dout, cache)
    return dx, dh, dW, dU, db_W, db_W


@pytest.mark.parametrize(
    "case, wrong",
    [
        ("rnn", no_way_through_time),
        ("lstm_cell", cell_state_forgotten),
        ("gru", gates_in_keras_order),
        ("gru_cell", one_bias_for_both),
    ],
)
def test_a_mistake_of_the_trade_is_caught(case, wrong):
    with pytest.raises(GradientMismatch):
        check_gradients((pair(case)[0], wrong), *CASES[case])
