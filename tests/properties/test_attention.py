"""What must be true of every attention and every mask, tried on shapes and values that nobody chose."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.attention import (
    causal_mask,
    chunked_attention,
    multi_head_attention_forward,
    padding_mask,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)
from course_utils.transformer import encoder_block_forward, init_encoder_block, sinusoidal_positions

few = settings(max_examples=60, deadline=None, derandomize=True)
sizes = st.integers(1, 6)


@st.composite
def attentions(draw, square=False):
    """(q, k, v, mask) of sizes that fit; the mask may hide everything."""
    lead = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))
    Tq, d, d_v = draw(sizes), draw(sizes), draw(sizes)
    Tk = Tq if square else draw(sizes)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 100.0]))
    q, k, v = (scale * rng.normal(size=(*lead, *shape)) for shape in ((Tq, d), (Tk, d), (Tk, d_v)))
    return q, k, v, rng.random((*lead, Tq, Tk)) < draw(st.sampled_from([0.0, 0.5, 1.0]))


@few
@given(attentions())
def test_rows_of_weights_sum_to_one_or_to_nothing(case):
    *qkv, mask = case
    _, cache = scaled_dot_product_attention_forward(*qkv, mask=mask)
    np.testing.assert_allclose(cache.weights.sum(-1), mask.any(-1), atol=1e-12)
    assert (cache.weights >= 0).all() and not cache.weights[~mask].any()


@few
@given(attentions())
def test_the_output_stays_among_the_values(case):
    *qkv, _ = case
    out, _ = scaled_dot_product_attention_forward(*qkv)
    low, high = qkv[2].min(-2, keepdims=True), qkv[2].max(-2, keepdims=True)
    assert (out >= low - 1e-9).all() and (out <= high + 1e-9).all()


@few
@given(attentions(), st.integers(1, 9))
def test_chunks_of_any_size_give_the_same(case, chunk):
    *qkv, mask = case
    full = scaled_dot_product_attention_forward(*qkv, mask=mask)[0]
    np.testing.assert_allclose(chunked_attention(*qkv, mask=mask, chunk=chunk), full, atol=1e-10)
    plain = scaled_dot_product_attention_forward(*qkv)[0]
    np.testing.assert_allclose(chunked_attention(*qkv, chunk=chunk), plain, atol=1e-10)


@few
@given(attentions(square=True), st.data())
def test_a_causal_mask_looks_back_only(case, data):
    q, k, v, _ = case
    T = q.shape[-2]
    t = data.draw(st.integers(0, T - 1))
    out, _ = scaled_dot_product_attention_forward(q, k, v, mask=causal_mask(T))
    changed = [a.copy() for a in (q, k, v)]
    for a in changed:
        a[..., t + 1 :, :] += 1
    again, cache = scaled_dot_product_attention_forward(*changed, mask=causal_mask(T))
    np.testing.assert_array_equal(again[..., : t + 1, :], out[..., : t + 1, :])
    dout = np.zeros_like(out)
    dout[..., t, :] = 1
    assert not any(g[..., t + 1 :, :].any() for g in scaled_dot_product_attention_backward(dout, cache))


@few
@given(attentions())
def test_keys_have_no_order(case):
    q, k, v, mask = case
    order = np.random.default_rng(0).permutation(k.shape[-2])
    out, _ = scaled_dot_product_attention_forward(q, k, v, mask=mask)
    shuffled, _ = scaled_dot_product_attention_forward(q, k[..., order, :], v[..., order, :], mask=mask[..., order])
    np.testing.assert_allclose(shuffled, out, atol=1e-9)


@few
@given(attentions(), st.floats(-50, 50))
def test_the_same_shift_of_all_keys_changes_nothing(case, shift):
    q, k, v, mask = case
    out, _ = scaled_dot_product_attention_forward(q / 100, k, v, mask=mask)
    again, _ = scaled_dot_product_attention_forward(q / 100, k + shift, v, mask=mask)
    np.testing.assert_allclose(again, out, atol=1e-6)


@few
@given(st.lists(st.integers(0, 7), min_size=1, max_size=4))
def test_padding_masks_count_to_the_length(lengths):
    mask = padding_mask(lengths, 7)
    assert mask[:, 0].sum(-1).tolist() == lengths
    assert all(row[:n].all() for row, n in zip(mask[:, 0], lengths, strict=True))


@few
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_multi_head_treats_every_example_by_itself(N, T, heads, seed):
    rng = np.random.default_rng(seed)
    x, D = rng.normal(size=(N, T, 2 * heads)), 2 * heads
    params = init_encoder_block(D, 3, rng)
    out, _ = multi_head_attention_forward(x, x, params, heads=heads)
    block, _ = encoder_block_forward(x, params, heads=heads)
    for n in range(N):
        one = x[n : n + 1]
        np.testing.assert_allclose(
            multi_head_attention_forward(one, one, params, heads=heads)[0][0], out[n], atol=1e-10
        )
        np.testing.assert_allclose(encoder_block_forward(one, params, heads=heads)[0][0], block[n], atol=1e-10)


@few
@given(st.integers(1, 40), st.integers(1, 17))
def test_positions_differ_and_have_one_length(T, D):
    P = sinusoidal_positions(T, D)
    assert P.shape == (T, D) and np.abs(P).max() <= 1
    if D % 2 == 0:
        np.testing.assert_allclose((P**2).sum(1), D / 2)
    if D >= 2:
        assert len(np.unique(P.round(9), axis=0)) == T
