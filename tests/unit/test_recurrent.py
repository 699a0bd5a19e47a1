"""Recurrent networks: sequences against their cells, states kept, extremes, and what learners get wrong."""

import numpy as np
import pytest

from course_utils import recurrent
from course_utils.activations import sigmoid, sigmoid_into
from course_utils.recurrent import (
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
    rnn_backward,
    rnn_forward,
)
from course_utils.recurrent._steps import tanh_into

N, T, D, H = 3, 6, 4, 5


@pytest.fixture
def lstm(rng):
    """x, h0, c0, W, U, b."""
    shapes = (N, T, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,)
    return [rng.normal(size=s) for s in shapes]


@pytest.fixture
def gru(rng):
    """x, h0, W, U, b_W, b_U."""
    shapes = (N, T, D), (N, H), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,)
    return [rng.normal(size=s) for s in shapes]


@pytest.fixture
def rnn(rng):
    """x, h0, W, U, b."""
    return [rng.normal(size=s) for s in ((N, T, D), (N, H), (D, H), (H, H), (H,))]


def test_rnn_is_its_recurrence(rnn):
    x, h, W, U, b = rnn
    out, _ = rnn_forward(*rnn)
    for t in range(T):
        h = np.tanh(x[:, t] @ W + h @ U + b)
        np.testing.assert_allclose(out[:, t], h, atol=1e-14)


def test_lstm_cell_is_its_formulas(lstm):
    x, h, c, W, U, b = lstm
    (h_next, c_next), cache = lstm_cell_forward(x[:, 0], h, c, W, U, b)
    for n in range(N):
        a = x[n, 0] @ W + h[n] @ U + b
        i, f, g, o = sigmoid(a[:H]), sigmoid(a[H : 2 * H]), np.tanh(a[2 * H : 3 * H]), sigmoid(a[3 * H :])
        np.testing.assert_allclose(c_next[n], f * c[n] + i * g)
        np.testing.assert_allclose(h_next[n], o * np.tanh(c_next[n]))
        np.testing.assert_allclose(cache.f[n], f)


def test_lstm_is_its_cell_step_by_step_forward_and_backward(rng, lstm):
    x, h, c, W, U, b = lstm
    (out, c_T), cache = lstm_forward(*lstm)
    caches = []
    for t in range(T):
        (h, c), step = lstm_cell_forward(x[:, t], h, c, W, U, b)
        caches.append(step)
        np.testing.assert_allclose(out[:, t], h, atol=1e-14)
    np.testing.assert_allclose(c_T, c, atol=1e-14)

    dout, dc = rng.normal(size=out.shape), rng.normal(size=c_T.shape)
    gradients = lstm_backward((dout, dc), cache)
    dx, dh, weights = np.empty_like(x), np.zeros((N, H)), [0, 0, 0]
    for t in reversed(range(T)):
        dx[:, t], dh, dc, *new = lstm_cell_backward((dh + dout[:, t], dc), caches[t])
        weights = [total + g for total, g in zip(weights, new, strict=True)]
    for a, expected in zip(gradients, (dx, dh, dc, *weights), strict=True):
        np.testing.assert_allclose(a, expected, atol=1e-12)


def test_gru_cell_is_its_formulas(gru):
    x, h, W, U, b_W, b_U = gru
    out, _ = gru_cell_forward(x[:, 0], h, W, U, b_W, b_U)
    w, u = x[:, 0] @ W + b_W, h @ U + b_U
    r, z = sigmoid(w[:, :H] + u[:, :H]), sigmoid(w[:, H : 2 * H] + u[:, H : 2 * H])
    n = np.tanh(w[:, 2 * H :] + r * u[:, 2 * H :])
    np.testing.assert_allclose(out, (1 - z) * n + z * h)


def test_gru_is_its_cell_step_by_step_forward_and_backward(rng, gru):
    x, h, W, U, b_W, b_U = gru
    out, cache = gru_forward(*gru)
    caches = []
    for t in range(T):
        h, step = gru_cell_forward(x[:, t], h, W, U, b_W, b_U)
        caches.append(step)
        np.testing.assert_allclose(out[:, t], h, atol=1e-14)
    dout = rng.normal(size=out.shape)
    gradients = gru_backward(dout, cache)
    dx, dh, weights = np.empty_like(x), np.zeros((N, H)), [0, 0, 0, 0]
    for t in reversed(range(T)):
        dx[:, t], dh, *new = gru_cell_backward(dh + dout[:, t], caches[t])
        weights = [total + g for total, g in zip(weights, new, strict=True)]
    for a, expected in zip(gradients, (dx, dh, *weights), strict=True):
        np.testing.assert_allclose(a, expected, atol=1e-12)


def test_a_sequence_in_two_halves_is_the_sequence(lstm, gru, rnn):
    x, h0, c0, *weights = lstm
    (h, c_T), _ = lstm_forward(*lstm)
    (first, c), _ = lstm_forward(x[:, :2], h0, c0, *weights)
    (second, c), _ = lstm_forward(x[:, 2:], first[:, -1], c, *weights)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), h, atol=1e-14)
    np.testing.assert_allclose(c, c_T, atol=1e-14)
    for forward, (x, h0, *weights) in ((gru_forward, gru), (rnn_forward, rnn)):
        first, _ = forward(x[:, :2], h0, *weights)
        second, _ = forward(x[:, 2:], first[:, -1], *weights)
        np.testing.assert_allclose(np.concatenate([first, second], axis=1), forward(x, h0, *weights)[0], atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_close_and_open_gates_without_a_warning(dtype):
    x, states = np.array([[[1e4], [-1e4], [1e4]]], dtype), np.zeros((1, 2), dtype)
    W4, W3 = np.ones((1, 8), dtype), np.ones((1, 6), dtype)
    (h, c), cache = lstm_forward(x, states, states, W4, np.zeros((2, 8), dtype), np.zeros(8, dtype))
    np.testing.assert_allclose(c, 1, atol=1e-6)  # step 2 forgets all, step 3 writes 1
    assert all(np.isfinite(g).all() for g in lstm_backward((h, c), cache))
    h, cache = gru_forward(x, states, W3, np.zeros((2, 6), dtype), np.zeros(6, dtype), np.zeros(6, dtype))
    assert np.isfinite(h).all() and all(np.isfinite(g).all() for g in gru_backward(h, cache))
    h, cache = rnn_forward(x, states, np.ones((1, 2), dtype), np.eye(2, dtype=dtype), np.zeros(2, dtype))
    np.testing.assert_allclose(h[0, :, 0], [1, -1, 1], atol=1e-6)
    assert not rnn_backward(h, cache)[0].any()


@pytest.mark.parametrize("dtype, error", [(np.float32, 2.0**-23), (np.float64, 2.0**-51)])
def test_the_fast_sigmoid_and_tanh_are_right_to_two_roundings_of_one(dtype, error):
    a = np.concatenate([np.linspace(-40, 40, 4001), [-1e4, 1e4, 0.0, 1e-9]]).astype(dtype)
    y, z = np.empty_like(a), a.copy()
    with np.errstate(over="ignore"):
        tanh_into(y, a)
        sigmoid_into(z, z)
    np.testing.assert_allclose(y, np.tanh(a.astype(np.float64)), rtol=0, atol=error)
    np.testing.assert_allclose(z, sigmoid(a.astype(np.float64)), rtol=0, atol=error)


def test_an_open_forget_gate_carries_the_gradient_and_tanh_steps_lose_it():
    steps, states = 50, np.zeros((1, 4))
    x = np.zeros((1, steps, 1))
    b = np.zeros(16)
    b[4:8] = 100.0  # f = 1
    (h, c_T), cache = lstm_forward(x, states, states, np.zeros((1, 16)), np.zeros((4, 16)), b)
    _, _, dc0, *_ = lstm_backward((np.zeros_like(h), np.ones_like(c_T)), cache)
    np.testing.assert_allclose(dc0, 1)
    h, cache = rnn_forward(x, states, np.zeros((1, 4)), 0.5 * np.eye(4), np.zeros(4))
    dh = np.zeros_like(h)
    dh[:, -1] = 1
    np.testing.assert_allclose(rnn_backward(dh, cache)[1], 0.5**steps)


def test_writing_into_the_results_does_not_reach_the_cache(lstm):
    for steps in (1, T):
        for examples in (1, N):
            x, h0, c0, *weights = lstm
            (h, c), cache = lstm_forward(x[:examples, :steps], h0[:examples], c0[:examples], *weights)
            kept = cache.h.copy(), cache.c.copy()
            h[...] = c[...] = 7
            np.testing.assert_array_equal(cache.h, kept[0])
            np.testing.assert_array_equal(cache.c, kept[1])


def test_mixed_dtypes_meet_in_the_wider_one(rnn):
    x, h0, W, U, b = (a.astype(np.float32) for a in rnn)
    assert rnn_forward(x, h0, W, U, b)[0].dtype == np.float32
    assert rnn_forward(x, h0, W, U, b.astype(np.float64))[0].dtype == np.float64


class TestErrors:
    def test_a_missing_batch_axis(self, lstm):
        x, h0, c0, *weights = lstm
        with pytest.raises(ValueError, match=r"x must have 3 axes, but its shape is \(6, 4\).*x\[None\]"):
            lstm_forward(x[0], h0, c0, *weights)
        with pytest.raises(ValueError, match="x must have 2 axes"):
            lstm_cell_forward(x, h0, c0, *weights)

    def test_weights_of_pytorch_untransposed(self, lstm, gru):
        x, h0, c0, W, U, b = lstm
        with pytest.raises(ValueError, match=r"U must have shape \(20, 80\).*PyTorch's weight_hh is the transpose"):
            lstm_forward(x, h0, c0, W.T, U.T, b)
        with pytest.raises(ValueError, match=r"W must have shape \(4, 20\), but its shape is \(20, 4\).*D rows"):
            lstm_forward(x, h0, c0, W.T, U, b)
        with pytest.raises(ValueError, match=r"U must have shape \(5, 15\).*3 blocks of H columns"):
            gru_forward(gru[0], gru[1], gru[2], gru[3][:, :10], *gru[4:])

    def test_states_and_biases_of_the_wrong_size(self, lstm, gru, rnn):
        x, h0, c0, W, U, b = lstm
        with pytest.raises(ValueError, match=r"h0 must have shape \(3, 5\), but its shape is \(5,\).*3 examples"):
            lstm_forward(x, h0[0], c0, W, U, b)
        with pytest.raises(ValueError, match=r"c0 must have shape \(3, 5\)"):
            lstm_forward(x, h0, c0[:2], W, U, b)
        with pytest.raises(ValueError, match=r"b must have shape \(20,\), but its shape is \(5,\).*4 blocks"):
            lstm_forward(x, h0, c0, W, U, b[:5])
        with pytest.raises(ValueError, match=r"b_U must have shape \(15,\)"):
            gru_forward(*gru[:5], gru[5][:5])
        with pytest.raises(ValueError, match=r"b must have shape \(5,\).*H columns"):
            rnn_forward(*rnn[:4], np.zeros(3))

    def test_nan(self, rnn, lstm):
        x, h0, *weights = rnn
        with pytest.raises(ValueError, match="x holds 72 NaN of 72 values"):
            rnn_forward(x * np.nan, h0, *weights)
        with pytest.raises(ValueError, match="c0 holds 15 NaN"):
            lstm_forward(lstm[0], lstm[1], lstm[2] * np.nan, *lstm[3:])

    def test_one_upstream_gradient_where_two_are_needed(self, lstm):
        (h, c), cache = lstm_forward(*lstm)
        with pytest.raises(ValueError, match=r"dout must be a pair \(dh, dc\).*give zeros for dc"):
            lstm_backward(h, cache)
        with pytest.raises(ValueError, match="dc must have the shape"):
            lstm_backward((h, c[0]), cache)

    def test_an_upstream_gradient_of_another_shape(self, rnn, gru):
        for forward, backward, arrays in ((rnn_forward, rnn_backward, rnn), (gru_forward, gru_backward, gru)):
            h, cache = forward(*arrays)
            with pytest.raises(ValueError, match=r"dout must have the shape .*\(3, 6, 5\), but its shape is \(3, 5\)"):
                backward(h[:, -1], cache)


@pytest.mark.parametrize(
    "n, t, d, s", [(0, 3, 2, 4), (2, 0, 2, 4), (0, 0, 2, 4), (2, 3, 0, 4), (2, 3, 2, 0), (1, 1, 1, 1)]
)
def test_sizes_of_zero_and_one(rng, n, t, d, s):
    """No examples, no steps, no features, no units: shapes as ever, states handed on, gradients of zero."""
    states = rng.normal(size=(2, n, s))
    for forward, backward, gates, given, biases in (
        (rnn_forward, rnn_backward, 1, states[:1], 1),
        (lstm_forward, lstm_backward, 4, states, 1),
        (gru_forward, gru_backward, 3, states[:1], 2),
    ):
        weights = [rng.normal(size=(rows, gates * s)) for rows in (d, s)]
        arrays = [rng.normal(size=(n, t, d)), *given, *weights, *rng.normal(size=(biases, gates * s))]
        out, cache = forward(*arrays)
        h, c_T = out if isinstance(out, tuple) else (out, None)
        assert h.shape == (n, t, s)
        gradients = backward((np.ones_like(h), np.ones_like(c_T)) if c_T is not None else np.ones_like(h), cache)
        assert [g.shape for g in gradients] == [a.shape for a in arrays]
        if t == 0 and c_T is not None:
            assert np.array_equal(c_T, states[1]) and (gradients[2] == 1).all()
        if n == 0 or t == 0:
            assert not any(g.any() for g in gradients[-1 - biases :])


class TestMasks:
    LENGTHS = (4, 1, 3)

    def arrays(self, name, rng):
        gates, states = {"rnn": (1, 1), "lstm": (4, 2), "gru": (3, 1)}[name]
        biases = 2 if name == "gru" else 1
        return (
            rng.normal(size=(3, 4, 2)), [rng.normal(size=(3, 5)) for _ in range(states)],
            [rng.normal(size=(2, gates * 5)), rng.normal(size=(5, gates * 5))]
            + [rng.normal(size=gates * 5) for _ in range(biases)],
        )  # fmt: skip

    @pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
    @pytest.mark.parametrize("padded", ["at the end", "at the start"])
    def test_what_does_not_count_is_as_if_it_were_not_there(self, name, padded, rng):
        x, states, weights = self.arrays(name, rng)
        forward, backward = getattr(recurrent, f"{name}_forward"), getattr(recurrent, f"{name}_backward")
        mask = np.arange(4) < np.array(self.LENGTHS)[:, None]
        mask = mask if padded == "at the end" else mask[:, ::-1]
        out, cache = forward(x, *states, *weights, mask=mask)
        h = out[0] if name == "lstm" else out
        dh = rng.normal(size=h.shape) * mask[..., None]
        dout = (dh, rng.normal(size=(3, 5))) if name == "lstm" else dh
        gradients = backward(dout, cache)
        for n in range(3):
            one, steps = slice(n, n + 1), mask[n]
            alone, alone_cache = forward(x[one, steps], *(s[one] for s in states), *weights)
            np.testing.assert_allclose(h[one, steps], alone[0] if name == "lstm" else alone, rtol=1e-12)
            if name == "lstm":
                np.testing.assert_allclose(out[1][one], alone[1], rtol=1e-12)
            part = (dh[one, steps], dout[1][one]) if name == "lstm" else dh[one, steps]
            dx, *dstates = backward(part, alone_cache)[: 1 + len(states)]
            np.testing.assert_allclose(gradients[0][one, steps], dx, rtol=1e-11, atol=1e-14)
            for ours, theirs in zip(gradients[1:], dstates, strict=False):
                np.testing.assert_allclose(ours[one], theirs, rtol=1e-11, atol=1e-14)
        assert not gradients[0][~mask].any()

    def test_the_last_step_holds_the_last_state_that_counts(self, rng):
        x, states, weights = self.arrays("gru", rng)
        mask = np.arange(4) < np.array(self.LENGTHS)[:, None]
        h, _ = recurrent.gru_forward(x, *states, *weights, mask=mask)
        np.testing.assert_array_equal(h[:, -1], h[np.arange(3), np.array(self.LENGTHS) - 1])

    @pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
    def test_errors(self, name, rng):
        x, states, weights = self.arrays(name, rng)
        forward = getattr(recurrent, f"{name}_forward")
        with pytest.raises(TypeError, match="mask must be boolean, True where a step counts, but its dtype is int"):
            forward(x, *states, *weights, mask=np.ones((3, 4), int))
        with pytest.raises(ValueError, match=r"mask must have shape \(3, 4\)"):
            forward(x, *states, *weights, mask=np.ones((4, 3), bool))
