"""Attention against loops that do what the formula says, at the edges, and with learners' mistakes."""

import tracemalloc

import numpy as np
import pytest

from course_utils.attention import (
    Rotary,
    additive_attention_backward,
    additive_attention_forward,
    causal_mask,
    chunked_attention,
    multi_head_attention_backward,
    multi_head_attention_forward,
    padding_mask,
    rotary_forward,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)

RNG = np.random.default_rng(21)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def attention_loops(q, k, v, mask):
    """The formula, one query and one key at a time; q (Tq, d), k (Tk, d), v (Tk, d_v)."""
    out = np.zeros((len(q), v.shape[1]))
    for i in range(len(q)):
        may = [j for j in range(len(k)) if mask[i, j]]
        exponentials = [np.exp(sum(q[i] * k[j]) / np.sqrt(q.shape[1])) for j in may]
        for j, e in zip(may, exponentials, strict=True):
            out[i] += e / sum(exponentials) * v[j]
    return out


def qkv(rng, lead=(), Tq=4, Tk=6, d=3, d_v=2, dtype=np.float64):
    shapes = (*lead, Tq, d), (*lead, Tk, d), (*lead, Tk, d_v)
    return tuple(rng.normal(size=shape).astype(dtype) for shape in shapes)


def eye_params(D):
    """Projections that change nothing."""
    return {name: p for h in "qkvo" for name, p in ((f"W_{h}", np.eye(D)), (f"b_{h}", np.zeros(D)))}


def additive_params(rng, D_q=4, D_k=3, A=5):
    return {"W_q": rng.normal(size=(D_q, A)), "W_k": rng.normal(size=(D_k, A)), "v": rng.normal(size=A)}


def test_it_is_what_the_formula_says(rng):
    q, k, v = qkv(rng)
    mask = rng.random((4, 6)) < 0.6
    mask[1] = False
    np.testing.assert_allclose(
        scaled_dot_product_attention_forward(q, k, v, mask=mask)[0], attention_loops(q, k, v, mask), atol=1e-12
    )


@each_dtype
def test_weights_are_in_the_cache_and_rows_sum_to_one(rng, dtype):
    out, cache = scaled_dot_product_attention_forward(*qkv(rng, (2, 3), dtype=dtype))
    assert cache.weights.shape == (2, 3, 4, 6) and cache.weights.dtype == out.dtype == dtype
    np.testing.assert_allclose(cache.weights.sum(-1), 1, rtol=1e-6)


@each_dtype
def test_a_row_that_may_attend_nowhere_gives_zeros_and_zero_gradients(rng, dtype):
    q, k, v = qkv(rng, (2,), dtype=dtype)
    mask = np.ones((2, 4, 6), bool)
    mask[1, 2] = False
    out, cache = scaled_dot_product_attention_forward(q, k, v, mask=mask)
    dq, dk, dv = scaled_dot_product_attention_backward(np.ones_like(out), cache)
    assert not out[1, 2].any() and not cache.weights[1, 2].any() and not dq[1, 2].any()
    assert np.isfinite(dk).all() and np.isfinite(dv).all()
    nothing, cache = scaled_dot_product_attention_forward(q, k, v, mask=np.zeros((4, 6), bool))
    assert not nothing.any()
    assert not any(g.any() for g in scaled_dot_product_attention_backward(np.ones_like(out), cache))


@each_dtype
@pytest.mark.parametrize("size", [1e4, 1e6])
def test_large_scores_choose_the_largest_and_stay_finite(rng, dtype, size):
    scores = np.array([[size, 0, -size], [-size, -size, -2 * size], [0.0, 0.0, 0.0]], dtype)
    k, v = np.eye(3, dtype=dtype), rng.normal(size=(3, 2)).astype(dtype)
    out, cache = scaled_dot_product_attention_forward(scores, k, v, scale=1.0)
    expected = np.array([v[0], (v[0] + v[1]) / 2, v.mean(0)])
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    np.testing.assert_allclose(chunked_attention(scores * dtype(3**0.5), k, v, chunk=2), expected, rtol=1e-6)
    assert all(np.isfinite(g).all() for g in scaled_dot_product_attention_backward(np.ones_like(out), cache))


def test_a_hidden_key_may_hold_any_score(rng):
    q, k, v = qkv(rng)
    k[0] = 1e150
    mask = np.ones((4, 6), bool)
    mask[:, 0] = False
    np.testing.assert_allclose(
        scaled_dot_product_attention_forward(q, k, v, mask=mask)[0],
        scaled_dot_product_attention_forward(q, k[1:], v[1:])[0],
    )


def test_no_key_at_all_gives_zeros():
    out, cache = scaled_dot_product_attention_forward(np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 4)))
    assert not out.any() and out.shape == (2, 4) and cache.weights.shape == (2, 0)
    assert not chunked_attention(np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 4))).any()


def test_leading_axes_broadcast_and_gradients_come_back_in_the_given_shapes(rng):
    q, k, v = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 1, 6, 5)), rng.normal(size=(6, 2))
    out, cache = scaled_dot_product_attention_forward(q, k, v)
    full = scaled_dot_product_attention_forward(q, np.repeat(k, 3, axis=1), np.broadcast_to(v, (2, 3, 6, 2)))
    np.testing.assert_allclose(out, full[0])
    dout = rng.normal(size=out.shape)
    ours, theirs = (scaled_dot_product_attention_backward(dout, c) for c in (cache, full[1]))
    np.testing.assert_allclose(ours[1], theirs[1].sum(1, keepdims=True))
    np.testing.assert_allclose(ours[2], theirs[2].sum((0, 1)))


def test_a_mask_of_three_axes_counts_for_every_head(rng):
    q, k, v = qkv(rng, (2, 2))
    mask = rng.random((2, 4, 6)) < 0.7
    out = scaled_dot_product_attention_forward(q, k, v, mask=mask)[0]
    np.testing.assert_array_equal(out, scaled_dot_product_attention_forward(q, k, v, mask=mask[:, None])[0])
    np.testing.assert_allclose(out, chunked_attention(q, k, v, mask=mask, chunk=2))


def test_chunked_attention_needs_memory_linear_in_time(rng):
    peaks = []
    for T in (1024, 4096):
        q, k, v = (rng.normal(size=(1, 4, T, 64)).astype(np.float32) for _ in range(3))
        mask = causal_mask(T)
        tracemalloc.start()
        out = chunked_attention(q, k, v, mask=mask)
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    assert out.shape == q.shape and peaks[1] < 40
    assert peaks[1] < 4.4 * peaks[0]
    few = scaled_dot_product_attention_forward(q[..., -3:, :], k, v, mask=mask[-3:])[0]
    np.testing.assert_allclose(out[..., -3:, :], few, atol=1e-5)


def test_multi_head_is_each_head_by_itself(rng):
    x_q, x_kv, heads, d = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 7)), 3, 2
    shapes = {
        "W_q": (4, 6),
        "W_k": (7, 6),
        "W_v": (7, 6),
        "W_o": (6, 5),
        "b_q": (6,),
        "b_k": (6,),
        "b_v": (6,),
        "b_o": (5,),
    }
    p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    mask = rng.random((2, 3, 5)) < 0.7
    out, cache = multi_head_attention_forward(x_q, x_kv, p, heads=heads, mask=mask)
    parts = []
    for h in range(heads):
        own = slice(h * d, (h + 1) * d)
        projected = [x @ p[f"W_{n}"][:, own] + p[f"b_{n}"][own] for n, x in (("q", x_q), ("k", x_kv), ("v", x_kv))]
        parts.append(np.stack([attention_loops(*(a[n] for a in projected), mask[n]) for n in range(2)]))
    np.testing.assert_allclose(out, np.concatenate(parts, axis=-1) @ p["W_o"] + p["b_o"], atol=1e-12)
    assert cache.weights.shape == (2, 3, 3, 5)


def test_one_head_with_projections_that_change_nothing_is_plain_attention(rng):
    x = rng.normal(size=(2, 3, 4))
    out, _ = multi_head_attention_forward(x, x, eye_params(4), heads=1, mask=causal_mask(3))
    np.testing.assert_allclose(out, scaled_dot_product_attention_forward(x, x, x, mask=causal_mask(3))[0])


def test_gradients_have_the_keys_of_the_parameters(rng):
    x, params = rng.normal(size=(1, 1, 4)), eye_params(4)
    out, cache = multi_head_attention_forward(x, x, params, heads=2)
    dx_q, dx_kv, grads = multi_head_attention_backward(out, cache)
    assert list(grads) == list(params) and dx_q.shape == dx_kv.shape == x.shape


def test_additive_attention_is_what_the_formula_says(rng):
    query, keys, p = rng.normal(size=(2, 4)), rng.normal(size=(2, 5, 3)), additive_params(rng)
    context, cache = additive_attention_forward(query, keys, p)
    for n in range(2):
        scores = np.array([p["v"] @ np.tanh(query[n] @ p["W_q"] + keys[n, t] @ p["W_k"]) for t in range(5)])
        weights = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(cache.weights[n], weights)
        np.testing.assert_allclose(context[n], weights @ keys[n])


def test_additive_attention_takes_one_query_or_many_and_every_form_of_mask(rng):
    query, keys, p = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 3)), additive_params(rng)
    mask = padding_mask([5, 2], 5)
    many, cache = additive_attention_forward(query, keys, p, mask=mask)
    assert many.shape == (2, 3, 3) and cache.weights.shape == (2, 3, 5) and not cache.weights[1, :, 2:].any()
    for t in range(3):
        for form in (mask, mask[:, 0]):
            one, cache = additive_attention_forward(query[:, t], keys, p, mask=form)
            np.testing.assert_allclose(one, many[:, t])
            assert cache.weights.shape == (2, 5)


def test_additive_attention_to_nothing_gives_zeros(rng):
    query, keys, p = rng.normal(size=(2, 4)), rng.normal(size=(2, 5, 3)), additive_params(rng)
    context, cache = additive_attention_forward(query, keys, p, mask=np.array([[True] * 5, [False] * 5]))
    dquery, dkeys, _ = additive_attention_backward(np.ones_like(context), cache)
    assert context[0].any() and not context[1].any() and not dquery[1].any() and not dkeys[1].any()


def test_masks():
    assert causal_mask(3).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]] and causal_mask(3).dtype == bool
    assert causal_mask(1).tolist() == [[True]]
    padding = padding_mask(np.array([0, 2]), 3)
    assert padding.shape == (2, 1, 3) and padding[:, 0].tolist() == [[0, 0, 0], [1, 1, 0]]
    assert (padding & causal_mask(3)).shape == (2, 3, 3)


A, B, EYE = np.ones((2, 3, 4)), np.ones((2, 5, 4)), eye_params(4)
SMALL = {"W_q": np.ones((4, 2)), "W_k": np.ones((4, 2)), "v": np.ones(2)}
dot, multi, additive = scaled_dot_product_attention_forward, multi_head_attention_forward, additive_attention_forward


@pytest.mark.parametrize("pairs", ["neighbours", "halves"])
def test_rotary_scores_know_distances_only(pairs):
    q, k = RNG.normal(size=(2, 1, 6))

    def score(t, s):
        turned = [rotary_forward(a, positions=[p], pairs=pairs)[0][0] for a, p in ((q, t), (k, s))]
        return turned[0] @ turned[1]

    np.testing.assert_allclose(score(7, 3), score(104, 100), atol=1e-12)
    assert abs(score(7, 3) - score(7, 4)) > 1e-3
    angle = 3 / 10000 ** (2 / 6)  # the second pair at position 3
    one = np.eye(6)[2 if pairs == "neighbours" else 1]
    cos, sin = (2, 3) if pairs == "neighbours" else (1, 4)
    turned = rotary_forward(one[None], positions=[3], pairs=pairs)[0][0]
    np.testing.assert_allclose(turned[[cos, sin]], [np.cos(angle), np.sin(angle)])


def grouped_params(heads, kv_heads, d, D):
    widths = {"q": heads * d, "k": kv_heads * d, "v": kv_heads * d}
    params = {f"W_{n}": RNG.normal(size=(D, width)) for n, width in widths.items()}
    return params | {"W_o": RNG.normal(size=(heads * d, D))}


@pytest.mark.parametrize("mask", [None, np.tri(4, dtype=bool), RNG.random((2, 4, 4, 4)) < 0.7])
def test_shared_keys_are_repeated_keys(mask):
    x, params = RNG.normal(size=(2, 4, 6)), grouped_params(4, 2, 4, 6)
    out, cache = multi(x, x, params, heads=4, kv_heads=2, biases=False, mask=mask)
    repeated = dict(params)
    for name in ("W_k", "W_v"):
        repeated[name] = np.repeat(params[name].reshape(6, 2, 4), 2, axis=1).reshape(6, 16)
    full, full_cache = multi(x, x, repeated, heads=4, biases=False, mask=mask)
    np.testing.assert_allclose(out, full, atol=1e-12)
    np.testing.assert_allclose(cache.weights, full_cache.weights, atol=1e-12)
    assert cache.key_values.keys.shape == (2, 2, 4, 4)


@pytest.mark.parametrize("rotary", [None, Rotary(), Rotary(100.0, "neighbours")])
@pytest.mark.parametrize("kv_heads", [4, 2])
def test_what_was_seen_need_not_be_seen_again(kv_heads, rotary):
    x, params = RNG.normal(size=(2, 5, 6)), grouped_params(4, kv_heads, 4, 6)
    options = {"heads": 4, "kv_heads": kv_heads, "biases": False, "rotary": rotary}
    full, _ = multi(x, x, params, mask=causal_mask(5), **options)
    past = None
    for part in (x[:, :3], x[:, 3:4], x[:, 4:]):
        seen = 0 if past is None else past.keys.shape[2]
        mask = causal_mask(seen + part.shape[1])[seen:]
        out, cache = multi(part, part, params, mask=mask, past=past, **options)
        np.testing.assert_allclose(out, full[:, seen : seen + part.shape[1]], atol=1e-12)
        past = cache.key_values


def test_dropped_weights_are_dropped_and_the_rest_scaled():
    q, k, v = (RNG.normal(size=(40, 30, 4)) for _ in range(3))
    out, cache = scaled_dot_product_attention_forward(q, k, v, dropout=0.25, rng=np.random.default_rng(0))
    assert set(np.unique(cache.keep)) == {0, 4 / 3} and abs((cache.keep == 0).mean() - 0.25) < 0.01
    np.testing.assert_allclose(out, (cache.weights * cache.keep) @ v, atol=1e-12)
    with pytest.raises(TypeError, match="Generator"):
        scaled_dot_product_attention_forward(q, k, v, dropout=0.25)


MISTAKES = {
    "keys transposed": (lambda: dot(A, B.swapaxes(1, 2), B), "transposed"),
    "values of another sequence": (lambda: dot(A, B, A), "another sequence"),
    "batches differ": (lambda: dot(A, B[[0, 1, 1]], B), "leading axes"),
    "a vector": (lambda: dot(A[0, 0], B, B), "must agree"),
    "a number": (lambda: dot(3.0, B, B), "must agree"),
    "NaN": (lambda: dot(A, B * np.nan, B), "k holds 40 NaN"),
    "NaN in chunks": (lambda: chunked_attention(A * np.nan, B, B), "q holds"),
    "mask of the wrong shape": (lambda: dot(A, B, B, mask=causal_mask(3)), "mask must broad"),
    "mask (N, T)": (lambda: dot(A, B, B, mask=np.ones((2, 5), bool)), r"\(N, 1, Tk\)"),
    "mask with too many axes": (lambda: dot(A, B, B, mask=np.ones((1, 1, 1, 5), bool)), "mask must"),
    "chunks of nothing": (lambda: chunked_attention(A, B, B, chunk=0), "at least 1"),
    "half a chunk": (lambda: chunked_attention(A, B, B, chunk=1.5), "whole number"),
    "chunked mask of the wrong shape": (lambda: chunked_attention(A, B, B, mask=causal_mask(3)), "mask must broad"),
    "heads that do not divide": (lambda: multi(A, A, EYE, heads=3), "3 equal heads"),
    "no heads": (lambda: multi(A, A, EYE, heads=0), "heads must divide"),
    "no batch axis": (lambda: multi(A[0], A[0], EYE, heads=2), "batch axis"),
    "a batch of queries, another of keys": (lambda: multi(A, B[:1], EYE, heads=2), "same batch"),
    "parameters of another width": (lambda: multi(A, A, eye_params(3), heads=3), "W_q"),
    "a parameter missing": (lambda: multi(A, A, {"W_q": np.eye(4)}, heads=2), "b_q.* missing"),
    "no parameters": (lambda: multi(A, A, {}, heads=2), "none"),
    "NaN in multi-head": (lambda: multi(A, A * np.nan, EYE, heads=2), "NaN"),
    "additive: widths": (lambda: additive(A[:, 0], B, SMALL | {"W_q": np.ones((3, 2))}), "W_q"),
    "additive: no v": (lambda: additive(A[:, 0], B, {"W_q": np.ones((4, 2)), "W_k": np.ones((4, 2))}), "v is missing"),
    "additive: batches": (lambda: additive(A[:1, 0], B, SMALL), "same batch"),
    "additive: NaN": (lambda: additive(A[:, 0], B * np.nan, SMALL), "keys holds"),
    "additive: mask": (lambda: additive(A[:, 0], B, SMALL, mask=np.ones((2, 4), bool)), "mask must"),
    "length over T": (lambda: padding_mask([4], 3), "0 … 3"),
    "length below 0": (lambda: padding_mask([-1], 3), "padded batch"),
    "lengths in a table": (lambda: padding_mask([[1, 2]], 3), "each sequence"),
    "dout of another shape": (lambda: scaled_dot_product_attention_backward(A, dot(A, B, B[..., :2])[1]), "dout"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_get_a_clear_message(mistake):
    call, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        call()


def test_wrong_types_are_named():
    with pytest.raises(TypeError, match="mask == 1"):
        dot(A, B, B, mask=np.ones((3, 5)))
    with pytest.raises(TypeError, match="int64"):
        chunked_attention(A, B, B, mask=np.ones((3, 5), int))
    with pytest.raises(TypeError, match="integers"):
        padding_mask([1.5], 3)
    with pytest.raises(TypeError, match="q must hold numbers"):
        dot([["a"]], B, B)


PADDED = np.arange(3) < np.array([3, 1, 2])[:, None]  # (N, T), with as many sentences as words


@pytest.mark.parametrize("mask", [PADDED, PADDED[:, ::-1], ~PADDED], ids=["behind", "before", "turned round"])
def test_a_mask_that_fits_in_two_ways_is_refused(rng, mask):
    q, k, v = qkv(rng, (3,), Tq=3, Tk=3)
    x, params = rng.normal(size=(3, 3, 4)), additive_params(rng)
    for run in (
        lambda mask: scaled_dot_product_attention_forward(q, k, v, mask=mask)[0],
        lambda mask: scaled_dot_product_attention_forward(q[:, None], k[:, None], v[:, None], mask=mask)[0],
        lambda mask: chunked_attention(q, k, v, mask=mask),
        lambda mask: multi_head_attention_forward(x, x, eye_params(4), heads=2, mask=mask)[0],
        lambda mask: additive_attention_forward(x, k, params, mask=mask)[0],
    ):
        with pytest.raises(ValueError, match=r"fits in two ways.*mask\[:, None\] says that its rows are examples"):
            run(mask)
        assert not np.allclose(run(mask[:, None]), run(mask[None]))


def test_masks_of_two_axes_that_mean_one_thing_are_taken(rng):
    q, k, v = qkv(rng, (3,), Tq=3, Tk=3)
    alike = np.array([[True, True, False]] * 3)
    gaps = np.array([[True, False, True], [True, True, False], [True, True, True]])
    for mask in (causal_mask(3), np.tri(3, k=-1, dtype=bool), alike, gaps, np.ones((3, 3), bool)):
        out = scaled_dot_product_attention_forward(q, k, v, mask=mask)[0]
        np.testing.assert_array_equal(out, scaled_dot_product_attention_forward(q, k, v, mask=mask[None])[0])
    fewer = qkv(rng, (2,), Tq=3, Tk=3)
    scaled_dot_product_attention_forward(*fewer, mask=PADDED)  # two examples, three rows: these are queries
    one = qkv(rng, (), Tq=3, Tk=3)
    scaled_dot_product_attention_forward(*one, mask=PADDED)  # no batch


def test_chunks_where_only_the_values_have_a_batch(rng):
    q, k, v = rng.normal(size=(4, 5)), rng.normal(size=(1, 6, 5)), rng.normal(size=(2, 3, 6, 2))
    for mask in (None, rng.random((4, 6)) < 0.7, rng.random((2, 1, 4, 6)) < 0.7, rng.random((2, 3, 1, 6)) < 0.7):
        for one, other in ((q, k), (q[None], k[0])):
            np.testing.assert_allclose(
                chunked_attention(one, other, v, mask=mask, chunk=2),
                scaled_dot_product_attention_forward(one, other, v, mask=mask)[0],
                atol=1e-12,
            )


@pytest.mark.parametrize("N, Tq, T", [(0, 2, 3), (2, 2, 0), (0, 2, 0), (2, 0, 3), (1, 1, 1)])
def test_additive_attention_of_nothing(rng, N, Tq, T):
    params, keys = additive_params(rng), rng.normal(size=(N, T, 3))
    for query in (rng.normal(size=(N, Tq, 4)), rng.normal(size=(N, 4))):
        for mask in (None, np.ones((N, 1, T), bool)):
            out, cache = additive_attention_forward(query, keys, params, mask=mask)
            dquery, dkeys, grads = additive_attention_backward(np.ones_like(out), cache)
            assert out.shape == (*query.shape[:-1], 3) and cache.weights.shape == (*query.shape[:-1], T)
            assert dquery.shape == query.shape and dkeys.shape == keys.shape
            assert {name: g.shape for name, g in grads.items()} == {name: p.shape for name, p in params.items()}
            if not (N and T and out.size):
                assert not out.any() and not any(g.any() for g in grads.values())


def test_an_axis_of_size_one_beside_an_empty_one_gets_a_gradient_of_its_shape():
    q, k, v = np.ones((1, 2, 3)), np.ones((0, 4, 3)), np.ones((0, 4, 5))
    out, cache = scaled_dot_product_attention_forward(q, k, v)
    dq, dk, dv = scaled_dot_product_attention_backward(out, cache)
    assert [g.shape for g in (dq, dk, dv)] == [q.shape, k.shape, v.shape] and not dq.any()
