"""Affine map, embedding, dropout."""

import numpy as np
import pytest

from course_utils import affine


def test_affine_is_the_sum_over_inputs(rng):
    x, W, b = rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    out, _ = affine.affine_forward(x, W, b)
    np.testing.assert_allclose(out, np.einsum("ntd,dm->ntm", x, W) + b)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (0, 3), (2, 0, 3)])
def test_single_examples_and_empty_batches(shape, rng):
    W, b = rng.normal(size=(3, 4)), rng.normal(size=4)
    out, cache = affine.affine_forward(np.ones(shape), W, b)
    dx, dW, db = affine.affine_backward(np.ones_like(out), cache)
    assert out.shape == (*shape[:-1], 4)
    assert (dx.shape, dW.shape, db.shape) == (shape, (3, 4), (4,))


@pytest.mark.parametrize("lead, d_in, d_out", [((2,), 0, 4), ((2, 3), 0, 0), ((0,), 3, 0), ((), 0, 2), ((2, 0), 0, 1)])
def test_no_features_and_no_outputs(lead, d_in, d_out):
    x, W, b = np.ones((*lead, d_in)), np.ones((d_in, d_out)), np.arange(d_out) + 1.0
    out, cache = affine.affine_forward(x, W, b)
    assert out.shape == (*lead, d_out) and (out == b).all()
    gradients = affine.affine_backward(np.ones_like(out), cache)
    assert [g.shape for g in gradients] == [x.shape, W.shape, b.shape]
    assert (gradients[2] == np.prod(lead)).all()


def test_the_gradients_of_the_weights_alone_are_the_same(rng):
    out, cache = affine.affine_forward(rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4))
    dout = rng.normal(size=out.shape)
    for alone, together in zip(
        affine.affine_weight_gradients(dout, cache), affine.affine_backward(dout, cache)[1:], strict=True
    ):
        np.testing.assert_array_equal(alone, together)


def test_mixed_precision_is_computed_in_double(rng):
    out, _ = affine.affine_forward(np.ones((2, 3), np.float32), rng.normal(size=(3, 4)), np.zeros(4))
    assert out.dtype == np.float64


def test_affine_errors():
    x, W, b = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\) and W \(4, 3\): is W stored transposed"):
        affine.affine_forward(x, W.T, b)
    with pytest.raises(ValueError, match=r"b must have shape \(4,\)"):
        affine.affine_forward(x, W, np.ones(3))
    with pytest.raises(ValueError, match="W must have 2 axes"):
        affine.affine_forward(x, np.ones(3), b)
    with pytest.raises(ValueError, match=r"x has shape \(\)"):
        affine.affine_forward(1.0, W, b)
    with pytest.raises(ValueError, match="x holds 1 NaN"):
        affine.affine_forward([[1, 2, np.nan]], W, b)
    _, cache = affine.affine_forward(x, W, b)
    with pytest.raises(ValueError, match="dout must have the shape"):
        affine.affine_backward(np.ones((2, 3)), cache)
    with pytest.raises(ValueError, match="dout must have the shape"):
        affine.affine_weight_gradients(np.ones((3, 4)), cache)


def test_embedding_looks_up_and_collects_as_the_plain_loop_does(rng):
    table, ids = rng.normal(size=(6, 3)), rng.integers(0, 6, size=(4, 5))
    out, cache = affine.embedding_forward(table, ids=ids)
    np.testing.assert_array_equal(out, table[ids])
    dout = rng.normal(size=out.shape)
    expected = np.zeros_like(table)
    for n, t in np.ndindex(ids.shape):
        expected[ids[n, t]] += dout[n, t]
    np.testing.assert_allclose(affine.embedding_backward(dout, cache), expected, atol=1e-14)


def test_embedding_of_nothing_and_of_one_id():
    table = np.ones((3, 2))
    out, cache = affine.embedding_forward(table, ids=np.zeros((0,), int))
    assert out.shape == (0, 2)
    assert not affine.embedding_backward(out, cache).any()
    out, cache = affine.embedding_forward(table, ids=1)
    assert affine.embedding_backward(np.ones(2), cache).tolist() == [[0, 0], [1, 1], [0, 0]]


def test_embedding_errors():
    table = np.ones((3, 2))
    with pytest.raises(ValueError, match="ids must lie in 0 … 2, but 3 came"):
        affine.embedding_forward(table, ids=[3])
    with pytest.raises(TypeError, match="ids must be integers"):
        affine.embedding_forward(table, ids=[1.0])
    with pytest.raises(ValueError, match="table must have 2 axes"):
        affine.embedding_forward(np.ones(3), ids=[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.9])
def test_dropout_drops_the_share_and_keeps_the_mean(dtype, rate, rng):
    x = np.ones(200_000, dtype)
    out, _ = affine.dropout_forward(x, rate=rate, rng=rng)
    assert np.mean(out == 0) == pytest.approx(rate, abs=0.01)
    assert out.mean() == pytest.approx(1, abs=0.03)
    assert out.dtype == dtype


def test_dropout_outside_training_is_the_input_itself():
    x = np.arange(3.0)
    out, cache = affine.dropout_forward(x, rate=0.5, training=False)
    np.testing.assert_array_equal(out, x)
    assert out is x
    np.testing.assert_array_equal(affine.dropout_backward(x, cache), x)


def test_dropout_errors(rng):
    for rate in (-0.1, 1.0, np.nan):
        with pytest.raises(ValueError, match=r"rate must be in \[0, 1\)"):
            affine.dropout_forward(np.ones(2), rate=rate, rng=rng)
    for wrong in (None, 0, np.random):
        with pytest.raises(TypeError, match="rng must be a numpy Generator"):
            affine.dropout_forward(np.ones(2), rate=0.5, rng=wrong)
    with pytest.raises(ValueError, match="x holds 1 NaN"):
        affine.dropout_forward([np.nan], rate=0.5, rng=rng)


class TestGradientsOfEachExample:
    @pytest.mark.parametrize("shape", [(4, 3), (4, 5, 3), (4, 2, 5, 3), (0, 3), (4, 0, 3)])
    def test_affine_is_what_each_example_gives_alone(self, shape, rng):
        x, W, b = rng.normal(size=shape), rng.normal(size=(3, 2)), rng.normal(size=2)
        out, cache = affine.affine_forward(x, W, b)
        dout = rng.normal(size=out.shape)
        dW, db = affine.affine_example_gradients(dout, cache)
        assert dW.shape == (len(x), 3, 2) and db.shape == (len(x), 2)
        for n in range(len(x)):
            alone = affine.affine_backward(dout[n : n + 1], affine.affine_forward(x[n : n + 1], W, b)[1])
            np.testing.assert_allclose(dW[n], alone[1], rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(db[n], alone[2], rtol=1e-12, atol=1e-14)

    @pytest.mark.parametrize("shape", [(4,), (4, 6), (2, 3, 4), (0, 3)])
    def test_embedding_is_what_each_example_gives_alone(self, shape, rng):
        table, ids = rng.normal(size=(5, 2)), rng.integers(5, size=shape)
        out, cache = affine.embedding_forward(table, ids=ids)
        dout = rng.normal(size=out.shape)
        gradients = affine.embedding_example_gradients(dout, cache)
        assert gradients.shape == (len(ids), 5, 2)
        for n in range(len(ids)):
            alone = affine.embedding_backward(dout[n], affine.embedding_forward(table, ids=ids[n])[1])
            np.testing.assert_allclose(gradients[n], alone, rtol=1e-12, atol=1e-14)

    def test_without_an_axis_of_examples(self):
        _, cache = affine.affine_forward(np.ones(3), np.ones((3, 2)), np.zeros(2))
        with pytest.raises(ValueError, match="x must have an axis of examples"):
            affine.affine_example_gradients(np.ones(2), cache)
        _, cache = affine.embedding_forward(np.ones((3, 2)), ids=1)
        with pytest.raises(ValueError, match="ids must have an axis of examples"):
            affine.embedding_example_gradients(np.ones(2), cache)


def test_embedding_in_rows_of_no_features():
    out, cache = affine.embedding_forward(np.zeros((3, 0)), ids=[2, 0])
    assert out.shape == (2, 0)
    assert affine.embedding_backward(out, cache).shape == (3, 0)
