"""What holds for any input: activations, losses, normalisation, optimisers, metrics, data."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from course_utils import activations as act
from course_utils import affine, data, init, losses, metrics, norm, optim
from course_utils.gradcheck import check_gradients, numerical_gradient

DTYPES = st.sampled_from([np.float32, np.float64])


def tables(low=-50.0, high=50.0, **shape):
    """Finite arrays of both precisions."""
    shape = {"min_dims": 1, "max_dims": 3, "max_side": 5} | shape
    elements = st.floats(low, high, width=32)
    return DTYPES.flatmap(lambda dtype: arrays(dtype, array_shapes(**shape), elements=elements))


def close(a, b, scale=1.0):
    """Equal up to a few units of the poorer precision."""
    eps = max(np.finfo(np.asarray(z).dtype).eps for z in (a, b))
    np.testing.assert_allclose(a, b, rtol=50 * eps, atol=50 * eps * scale)


@given(tables(), st.floats(-1e3, 1e3, width=16))
def test_softmax_does_not_see_a_shift(x, shift):
    close(act.softmax(x), act.softmax(x + x.dtype.type(shift)), scale=1e3)


@given(tables(-1e4, 1e4))
def test_softmax_is_a_distribution_in_the_order_of_the_logits(x):
    p = act.softmax(x)
    close(p.sum(-1), np.ones(x.shape[:-1], x.dtype))
    assert (p >= 0).all() and p.dtype == x.dtype
    order = np.argsort(x, axis=-1)
    assert (np.diff(np.take_along_axis(p, order, -1), axis=-1) >= 0).all()


@given(tables(-1e4, 1e4))
def test_log_softmax_is_the_logarithm_of_softmax_and_logsumexp_its_constant(x):
    close(np.exp(act.log_softmax(x)), act.softmax(x))
    close(x - act.log_softmax(x), np.broadcast_to(act.logsumexp(x, keepdims=True), x.shape), scale=1e4)


@given(tables(-1e4, 1e4))
def test_logsumexp_lies_between_the_maximum_and_that_plus_log_n(x):
    value, top = act.logsumexp(x), x.max(-1)
    assert (value >= top).all()
    assert (value <= top + np.log(x.shape[-1]) + 1e-5 * np.maximum(1, abs(top))).all()


@given(tables(-1e4, 1e4))
def test_sigmoid_and_tanh_are_odd_around_their_middle_and_one_function(x):
    close(act.sigmoid(-x), 1 - act.sigmoid(x))
    close(act.tanh(-x), -act.tanh(x))
    close(act.tanh(x), 2 * act.sigmoid(2 * x) - 1)


@given(tables(-1e4, 1e4))
def test_the_rectifiers_and_their_difference(x):
    close(act.relu(x) - act.relu(-x), x)
    close(act.leaky_relu(x, slope=0.25), act.relu(x) - x.dtype.type(0.25) * act.relu(-x))
    assert (act.gelu(x) <= act.relu(x)).all() and (act.gelu(x) >= -0.171).all()
    assert (act.gelu_exact(x) <= act.relu(x)).all() and (act.gelu_exact(x) >= -0.171).all()
    close(act.silu(x) - act.silu(-x), x)


@given(
    tables(),
    st.sampled_from(["sigmoid", "tanh", "gelu", "gelu_exact", "silu", "softmax", "log_softmax"]),
    st.floats(-3, 3, width=16),
)
def test_a_backward_pass_is_linear_in_what_comes_from_above(x, name, factor):
    y, cache = getattr(act, f"{name}_forward")(x)
    backward = getattr(act, f"{name}_backward")
    dout = np.cos(np.arange(x.size, dtype=x.dtype)).reshape(x.shape)
    close(backward(dout * x.dtype.type(factor), cache), x.dtype.type(factor) * backward(dout, cache), scale=10)
    assert not backward(np.zeros_like(y), cache).any()


@given(tables(min_dims=2, max_dims=2))
def test_a_softmax_gradient_sums_to_zero(x):
    dout = np.sin(np.arange(x.size, dtype=x.dtype)).reshape(x.shape)
    for name in ("softmax", "log_softmax"):
        _, cache = getattr(act, f"{name}_forward")(x)
        dx = getattr(act, f"{name}_backward")(dout, cache)
        close(dx.sum(-1), np.zeros(len(x), x.dtype), scale=5)


@given(tables(), st.integers(1, 4))
def test_affine_is_linear_but_for_its_bias(x, width):
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(x.shape[-1], width)).astype(x.dtype), rng.normal(size=width).astype(x.dtype)
    f = lambda z: affine.affine_forward(z, W, b)[0]  # noqa: E731
    close(f(x + x) - f(x), f(x) - b, scale=1e3)


@given(tables(-100, 100), st.floats(0.01, 100))
def test_regression_losses_are_symmetric_not_negative_and_in_order(pred, delta):
    target = pred[::-1]
    mse, mae = losses.mse_forward(pred, target=target)[0], losses.mae_forward(pred, target=target)[0]
    close(mse, losses.mse_forward(target, target=pred)[0], scale=1e4)
    assert mae >= 0 and mae**2 <= mse * (1 + 1e-5) + 1e-6
    huber = losses.huber_forward(pred, target=target, delta=delta)[0]
    assert huber <= mse / 2 * (1 + 1e-5) + 1e-6 and huber <= delta * mae * (1 + 1e-5) + 1e-6


@given(tables(-1e4, 1e4), st.floats(0, 1))
def test_binary_cross_entropy_of_turned_logits_and_turned_targets_is_the_same(z, t):
    target = np.full(z.shape, t)
    one = losses.binary_cross_entropy_forward(z, target=target)[0]
    close(one, losses.binary_cross_entropy_forward(-z, target=1 - target)[0], scale=1e4)
    assert one >= 0


@given(tables(min_dims=2, max_dims=2), st.data())
def test_cross_entropy_is_that_of_the_chosen_log_probabilities(z, choice):
    labels = choice.draw(arrays(np.int64, len(z), elements=st.integers(0, z.shape[1] - 1)))
    loss, cache = losses.cross_entropy_forward(z, labels=labels)
    close(loss, -act.log_softmax(z)[np.arange(len(z)), labels].mean(), scale=100)
    dz = losses.cross_entropy_backward(1.0, cache)
    close(dz.sum(1), np.zeros(len(z), z.dtype))
    assert (dz[np.arange(len(z)), labels] <= 0).all()


@given(tables(min_dims=2, max_dims=2, min_side=2), st.floats(0.5, 20, width=16), st.floats(-20, 20, width=16))
def test_normalisation_does_not_see_shift_and_scale(x, scale, shift):
    x = x.astype(np.float64) + np.sin(np.arange(x.size)).reshape(x.shape)
    for forward, D in ((norm.layer_norm_forward, x.shape[1]), (norm.batch_norm_forward, x.shape[1])):
        before, _ = forward(x, np.ones(D), np.zeros(D), eps=1e-12)
        after, _ = forward(scale * x + shift, np.ones(D), np.zeros(D), eps=1e-12)
        np.testing.assert_allclose(before, after, atol=1e-4)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_orthogonal_matrices_keep_lengths(rows, columns, seed):
    Q = init.orthogonal((rows, columns), np.random.default_rng(seed))
    x = np.random.default_rng(1).normal(size=min(rows, columns))
    turned = Q @ x if columns <= rows else x @ Q
    np.testing.assert_allclose(np.linalg.norm(turned), np.linalg.norm(x))


@given(tables(-1e3, 1e3), st.floats(0.01, 100))
def test_clipping_bounds_the_norm_and_keeps_the_direction(g, max_norm):
    clipped, norm_before = optim.clip_by_global_norm({"g": g}, max_norm)
    assert np.linalg.norm(clipped["g"].astype(float)) <= max_norm * (1 + 1e-5)
    if norm_before <= max_norm:
        np.testing.assert_array_equal(clipped["g"], g)
    close(clipped["g"] * max(norm_before, max_norm) / max_norm, g, scale=1e3)


@given(tables(-10, 10), st.floats(1e-4, 1))
def test_a_step_of_gradient_descent_is_the_formula(p, lr):
    g = np.cos(p)
    opt = optim.SGD(lr)
    new, _ = opt.step({"p": p}, {"p": g}, opt.init({"p": p}))
    np.testing.assert_array_equal(new["p"], p - lr * g)


@given(arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 3)), st.randoms(use_true_random=False))
def test_metrics_do_not_see_the_order_of_the_examples(y, random):
    pred = np.roll(y, 1)
    order = np.array(random.sample(range(len(y)), len(y)))
    np.testing.assert_array_equal(metrics.confusion_matrix(y, pred), metrics.confusion_matrix(y[order], pred[order]))
    assert metrics.accuracy(y, pred) == metrics.recall(y, pred, average="micro")
    assert 0 <= metrics.f1(y, pred, average="macro") <= 1


@given(arrays(np.float64, st.integers(2, 30), elements=st.floats(-5, 5, width=16)))
def test_the_area_under_the_roc_curve_sees_only_the_order_and_turns_with_it(scores):
    y = np.arange(len(scores)) % 2
    area = lambda s: metrics.auc(*metrics.roc_curve(y, s)[:2])  # noqa: E731
    np.testing.assert_allclose(area(scores), area(2 * scores + 3))
    np.testing.assert_allclose(area(scores) + area(-scores), 1)


@given(st.integers(1, 50), st.integers(1, 60), st.booleans(), st.integers(0, 2**32 - 1))
def test_batches_are_a_partition(N, size, drop_last, seed):
    parts = list(data.batches(N, size, np.random.default_rng(seed), drop_last=drop_last))
    seen = np.concatenate([*parts, np.zeros(0, int)]).astype(int)
    assert len(set(seen.tolist())) == len(seen) == (N - N % size if drop_last else N)
    assert all(len(p) == size for p in parts[:-1]) and all(1 <= len(p) <= size for p in parts)


@given(st.lists(st.integers(2, 9), min_size=1, max_size=4), st.data())
def test_a_stratified_split_is_a_partition_with_rounded_shares(counts, choice):
    y = np.repeat(np.arange(len(counts)), counts)
    n_test = choice.draw(st.integers(1, len(y) - 1))
    seed = choice.draw(st.integers(0, 1000))
    ids = np.arange(len(y))
    train, test = data.train_test_split(ids, rng=np.random.default_rng(seed), test_size=n_test, stratify=y)
    assert len(test) == n_test and sorted([*train, *test]) == ids.tolist()
    share = np.array(counts) * n_test / len(y)
    assert (abs(np.bincount(y[test], minlength=len(counts)) - share) < 1 + 1e-9).all()


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 1000))
def test_the_gradient_of_a_quadratic_form(n, d, seed):
    rng = np.random.default_rng(seed)
    A, x = rng.normal(size=(d, d)), rng.normal(size=(n, d))
    np.testing.assert_allclose(
        numerical_gradient(lambda z: np.einsum("ni,ij,nj->", z, A, z), x), x @ (A + A.T), atol=1e-7
    )


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1000))
def test_affine_gradients_at_any_sizes(N, D, M, seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)
    assert check_gradients(affine.affine_forward, x, W, b) < 1e-7
