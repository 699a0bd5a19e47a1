"""The Transformer's blocks: what they are made of, what they may not see, and learners' mistakes."""

import numpy as np
import pytest

from course_utils.attention import causal_mask, multi_head_attention_forward, padding_mask
from course_utils.norm import layer_norm_forward
from course_utils.transformer import (
    decoder_block_backward,
    decoder_block_forward,
    encoder_block_backward,
    encoder_block_forward,
    feed_forward_forward,
    init_decoder_block,
    init_encoder_block,
    init_multi_head,
    sinusoidal_positions,
)

RNG = np.random.default_rng(5)
X, MEMORY = RNG.normal(size=(2, 5, 4)), RNG.normal(size=(2, 3, 6))
ENCODER, DECODER = init_encoder_block(4, 8, RNG), init_decoder_block(4, 8, RNG, D_memory=6)


def test_positions_are_sines_and_cosines():
    P = sinusoidal_positions(7, 6)
    assert P.shape == (7, 6) and P.dtype == np.float64
    for t, i in np.ndindex(7, 3):
        angle = t / 10000 ** (2 * i / 6)
        np.testing.assert_allclose(P[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-15)


@pytest.mark.parametrize("D", [1, 3, 5])
def test_an_odd_width_keeps_its_last_sine(D):
    P = sinusoidal_positions(4, D)
    assert P.shape == (4, D)
    np.testing.assert_allclose(P[:, -1], np.sin(np.arange(4) / 10000 ** ((D - 1) / D)))


def test_a_shift_of_positions_is_a_rotation_by_fixed_angles():
    P = sinusoidal_positions(50, 8)
    pairs = P[:, 0::2] + 1j * P[:, 1::2]
    turned = pairs[3:] / pairs[:-3]
    np.testing.assert_allclose(turned, np.broadcast_to(turned[:1], turned.shape), atol=1e-10)


@pytest.mark.parametrize("T, D", [(0, 4), (4, 0)])
def test_no_positions_are_an_error(T, D):
    with pytest.raises(ValueError, match="at least 1"):
        sinusoidal_positions(T, D)


@pytest.mark.parametrize("norm_first", [True, False])
def test_an_encoder_block_is_its_two_sublayers(norm_first):
    def norm(z, n):
        return layer_norm_forward(z, ENCODER[f"gamma_{n}"], ENCODER[f"beta_{n}"])[0]

    def attend(z):
        return multi_head_attention_forward(z, z, ENCODER, heads=2)[0]

    def feed(z):
        return np.maximum(z @ ENCODER["W_1"] + ENCODER["b_1"], 0) @ ENCODER["W_2"] + ENCODER["b_2"]

    out, cache = encoder_block_forward(X, ENCODER, heads=2, norm_first=norm_first)
    if norm_first:
        a = X + attend(norm(X, 1))
        expected = a + feed(norm(a, 2))
    else:
        a = norm(X + attend(X), 1)
        expected = norm(a + feed(a), 2)
    np.testing.assert_allclose(out, expected, atol=1e-12)
    assert cache.weights.shape == (2, 2, 5, 5)


def test_a_causal_encoder_block_looks_back_only():
    out, _ = encoder_block_forward(X, ENCODER, heads=2, mask=causal_mask(5))
    changed = X.copy()
    changed[:, 3:] += 1
    again, _ = encoder_block_forward(changed, ENCODER, heads=2, mask=causal_mask(5))
    np.testing.assert_array_equal(out[:, :3], again[:, :3])
    assert np.abs(out[:, 3:] - again[:, 3:]).min(axis=-1).all()


def test_a_block_without_a_mask_knows_no_order():
    order = np.array([3, 0, 4, 1, 2])
    out, _ = encoder_block_forward(X, ENCODER, heads=2)
    np.testing.assert_allclose(encoder_block_forward(X[:, order], ENCODER, heads=2)[0], out[:, order], atol=1e-12)


@pytest.mark.parametrize("norm_first", [True, False])
def test_what_stands_behind_the_padding_changes_nothing(norm_first):
    mask, changed = padding_mask([5, 2], 5), X.copy()
    changed[1, 2:] = 7.0
    options = {"heads": 2, "mask": mask, "norm_first": norm_first}
    out, again = (encoder_block_forward(x, ENCODER, **options)[0] for x in (X, changed))
    np.testing.assert_array_equal(out[0], again[0])
    np.testing.assert_array_equal(out[1, :2], again[1, :2])


def test_a_decoder_block_hides_the_future_and_the_padded_source():
    options = {"heads": 2, "self_mask": causal_mask(5), "cross_mask": padding_mask([3, 1], 3)}
    out, _ = decoder_block_forward(X, MEMORY, DECODER, **options)
    later, source = X.copy(), MEMORY.copy()
    later[:, 2:] -= 1
    source[1, 1:] = 9.0
    again, cache = decoder_block_forward(later, source, DECODER, **options)
    np.testing.assert_array_equal(out[:, :2], again[:, :2])
    dx, dmemory, grads = decoder_block_backward(np.ones_like(out), cache)
    assert dx.shape == X.shape and not dmemory[1, 1:].any() and dmemory[1, 0].any()
    assert list(grads) == list(DECODER)


def test_blocks_of_one_position_and_one_example():
    x = X[:1, :1]
    out, cache = encoder_block_forward(x, ENCODER, heads=4)
    assert out.shape == (1, 1, 4) and encoder_block_backward(out, cache)[0].shape == (1, 1, 4)


def test_a_block_without_anything_to_attend_to_still_passes_its_input_on():
    out, cache = encoder_block_forward(X, ENCODER, heads=2, mask=np.zeros((5, 5), bool))
    dx, grads = encoder_block_backward(np.ones_like(out), cache)
    assert np.isfinite(out).all() and dx.any() and not grads["W_q"].any() and not grads["W_v"].any()


@pytest.mark.parametrize("scale", [1e4, 1e-4])
def test_extreme_inputs_stay_finite(scale):
    for dtype in (np.float32, np.float64):
        params = {name: p.astype(dtype) for name, p in ENCODER.items()}
        for norm_first in (True, False):
            out, cache = encoder_block_forward((scale * X).astype(dtype), params, heads=2, norm_first=norm_first)
            assert out.dtype == dtype and np.isfinite(out).all()
            assert np.isfinite(encoder_block_backward(np.ones_like(out), cache)[0]).all()


def test_starting_parameters():
    params = init_decoder_block(6, 10, np.random.default_rng(0), dtype=np.float32)
    assert all(p.dtype == np.float32 for p in params.values())
    assert params["cross_W_k"].shape == (6, 6) and params["W_1"].shape == (6, 10) and params["beta_3"].shape == (6,)
    assert not params["b_q"].any() and (params["gamma_2"] == 1).all()
    again = init_decoder_block(6, 10, np.random.default_rng(0), dtype=np.float32)
    assert all(np.array_equal(params[name], again[name]) for name in params)
    assert init_multi_head(4, np.random.default_rng(0), D_kv=7)["W_v"].shape == (7, 4)
    assert set(ENCODER) == {name for name in params if "cross" not in name and "3" not in name}


def without(params, name):
    return {key: p for key, p in params.items() if key != name}


NARROW_2 = {"W_2": np.ones((8, 3)), "b_2": np.ones(3)}
NARROW_O = {"W_o": np.ones((4, 3)), "b_o": np.ones(3)}
MISTAKES = {
    "heads": (lambda: encoder_block_forward(X, ENCODER, heads=3), "3 equal heads"),
    "no batch axis": (lambda: encoder_block_forward(X[0], ENCODER, heads=2), "batch axis"),
    "a norm missing": (lambda: encoder_block_forward(X, without(ENCODER, "gamma_2"), heads=2), "gamma_2 is missing"),
    "W_1 missing": (lambda: encoder_block_forward(X, without(ENCODER, "W_1"), heads=2), "W_1 is missing"),
    "cross missing": (lambda: decoder_block_forward(X, MEMORY, without(DECODER, "cross_W_k"), heads=2), "cross_W_k is"),
    "another width": (lambda: encoder_block_forward(X[..., :3], ENCODER, heads=2), "3"),
    "memory of another width": (lambda: decoder_block_forward(X, MEMORY[..., :4], DECODER, heads=2), "W_k"),
    "memory of another batch": (lambda: decoder_block_forward(X, MEMORY[:1], DECODER, heads=2), "same batch"),
    "NaN": (lambda: encoder_block_forward(X * np.nan, ENCODER, heads=2), "NaN"),
    "mask": (lambda: encoder_block_forward(X, ENCODER, heads=2, mask=causal_mask(4)), "mask must"),
    "W_2 leads elsewhere": (lambda: encoder_block_forward(X, ENCODER | NARROW_2, heads=2), "residual"),
    "W_o leads elsewhere": (
        lambda: encoder_block_forward(X, ENCODER | NARROW_O, heads=2, norm_first=False), "residual",
    ),
    "feed-forward shapes": (lambda: feed_forward_forward(X, ENCODER | {"W_2": np.ones((7, 4))}), "columns"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_get_a_clear_message(mistake):
    call, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        call()
