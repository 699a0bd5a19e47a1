"""Losses: values by hand, extreme values, masks, errors."""

import math

import numpy as np
import pytest

from course_utils import losses

REGRESSION = ["mse", "mae", "huber"]


def loss_of(name, *args, **static):
    return getattr(losses, f"{name}_forward")(*args, **static)


def gradient_of(name, cache, dout=1.0):
    return getattr(losses, f"{name}_backward")(dout, cache)


def test_values_by_hand():
    pred, target = np.array([[1.0, -2.0], [0.5, 4.0]]), np.zeros((2, 2))
    assert loss_of("mse", pred, target=target)[0] == (1 + 4 + 0.25 + 16) / 4
    assert loss_of("mae", pred, target=target)[0] == 7.5 / 4
    assert loss_of("huber", pred, target=target)[0] == (0.5 + 1.5 + 0.125 + 3.5) / 4
    assert loss_of("huber", pred, target=target, delta=2.0)[0] == (0.5 + 2 + 0.125 + 6) / 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [*REGRESSION, "binary_cross_entropy"])
def test_the_loss_is_a_scalar_of_the_predictions_dtype_whatever_the_targets_are(name, dtype):
    pred = np.array([0.5, -0.5], dtype)
    for target in (np.array([1, 0]), np.array([True, False]), np.array([1.0, 0.0])):
        loss, cache = loss_of(name, pred, target=target)
        assert np.shape(loss) == () and loss.dtype == dtype
        assert gradient_of(name, cache).dtype == dtype


@pytest.mark.parametrize("name", [*REGRESSION, "binary_cross_entropy"])
def test_errors_of_the_pairs(name):
    with pytest.raises(ValueError, match=r"\(3, 1\) and \(3,\).*broadcast"):
        loss_of(name, np.ones((3, 1)), target=np.ones(3))
    with pytest.raises(ValueError, match="at least one element"):
        loss_of(name, np.ones((0, 2)), target=np.ones((0, 2)))
    with pytest.raises(ValueError, match=r"(pred|logits) holds 1 NaN"):
        loss_of(name, [np.nan, 1.0], target=[0, 1])
    with pytest.raises(ValueError, match="target holds 1 NaN"):
        loss_of(name, [0.0, 1.0], target=[0, np.nan])
    with pytest.raises(TypeError, match="target must hold numbers"):
        loss_of(name, [0.0, 1.0], target=["no", "yes"])
    _, cache = loss_of(name, [0.0, 1.0], target=[0, 1])
    with pytest.raises(ValueError, match="dout must have the shape"):
        gradient_of(name, cache, np.ones(2))


def test_huber_needs_a_positive_delta():
    for delta in (0, -1, np.nan):
        with pytest.raises(ValueError, match="delta must be positive"):
            losses.huber_forward([1.0], target=[0], delta=delta)


def test_a_perfect_prediction_costs_nothing_and_pulls_nowhere():
    for name in REGRESSION:
        loss, cache = loss_of(name, np.ones(3), target=np.ones(3))
        assert loss == 0 and not gradient_of(name, cache).any()


class TestBinaryCrossEntropy:
    def test_values(self):
        loss, _ = losses.binary_cross_entropy_forward([0.0, 2.0], target=[1, 0.25])
        p = 1 / (1 + math.exp(-2))
        assert loss == pytest.approx((math.log(2) - 0.25 * math.log(p) - 0.75 * math.log(1 - p)) / 2, rel=1e-14)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_logits_of_ten_thousand(self, dtype):
        z = np.array([1e4, -1e4, 1e4, -1e4], dtype)
        loss, cache = losses.binary_cross_entropy_forward(z, target=[1, 0, 0, 1])
        assert loss == 5000
        assert gradient_of("binary_cross_entropy", cache).tolist() == [0, 0, 0.25, -0.25]

    def test_where_a_probability_would_round_to_one_the_gradient_lives(self):
        _, cache = losses.binary_cross_entropy_forward(np.array([-40.0]), target=[0])
        assert gradient_of("binary_cross_entropy", cache)[0] == pytest.approx(math.exp(-40), rel=1e-12)

    def test_targets_and_logits_out_of_range(self):
        for target in ([-1, 1], [1, 2]):
            with pytest.raises(ValueError, match=r"target must lie in \[0, 1\], but (-1|2).* came"):
                losses.binary_cross_entropy_forward([0.0, 0.0], target=target)
        with pytest.raises(ValueError, match="logits must be finite"):
            losses.binary_cross_entropy_forward([np.inf], target=[1])


class TestCrossEntropy:
    def test_value_of_equal_logits_is_the_logarithm_of_the_number_of_classes(self):
        loss, _ = losses.cross_entropy_forward(np.zeros((3, 7)), labels=[0, 3, 6])
        assert loss == pytest.approx(math.log(7), rel=1e-15)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_logits_of_ten_thousand(self, dtype):
        z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], dtype)
        loss, cache = losses.cross_entropy_forward(z, labels=[0, 0])
        assert loss == 1e4 and loss.dtype == dtype
        np.testing.assert_array_equal(gradient_of("cross_entropy", cache), np.array([[0, 0, 0], [-0.5, 0.5, 0]], dtype))

    def test_ignored_examples_do_not_count(self, rng):
        z, labels = rng.normal(size=(4, 3)), np.array([0, -100, 2, -100])
        loss, cache = losses.cross_entropy_forward(z, labels=labels, ignore_index=-100)
        kept, kept_cache = losses.cross_entropy_forward(z[[0, 2]], labels=labels[[0, 2]])
        assert loss == pytest.approx(kept, rel=1e-15)
        d = gradient_of("cross_entropy", cache)
        assert not d[[1, 3]].any()
        np.testing.assert_allclose(d[[0, 2]], gradient_of("cross_entropy", kept_cache), rtol=1e-14)

    def test_if_none_counts_the_loss_is_zero(self):
        loss, cache = losses.cross_entropy_forward(np.ones((2, 3)), labels=[1, 1], ignore_index=1)
        assert loss == 0 and not gradient_of("cross_entropy", cache).any()

    def test_one_class_missing_one_class_only_and_a_batch_of_one(self):
        assert losses.cross_entropy_forward(np.zeros((2, 3)), labels=[0, 1])[0] == pytest.approx(math.log(3))
        assert losses.cross_entropy_forward(np.zeros((2, 1)), labels=[0, 0])[0] == 0
        loss, cache = losses.cross_entropy_forward(np.array([0.0, 0.0]), labels=1)
        assert loss == pytest.approx(math.log(2))
        np.testing.assert_allclose(gradient_of("cross_entropy", cache), [0.5, -0.5])

    def test_forbidden_classes_may_have_minus_infinity(self):
        loss, cache = losses.cross_entropy_forward(np.array([[0.0, -np.inf], [-np.inf, -np.inf]]), labels=[0, 0])
        assert loss == np.inf  # the second example may be nothing at all
        assert np.isfinite(gradient_of("cross_entropy", cache)).all()

    def test_errors(self):
        z = np.zeros((2, 3))
        with pytest.raises(ValueError, match="labels must lie in 0 … 2, but 3 came: do your labels begin at 1"):
            losses.cross_entropy_forward(z, labels=[1, 3])
        with pytest.raises(TypeError, match=r"labels must be integers.*one-hot rows: argmax"):
            losses.cross_entropy_forward(z, labels=np.array([0.0, 1.0]))
        with pytest.raises(ValueError, match=r"each row with the sum 1, but the sums run from 2 to 2"):
            losses.cross_entropy_forward(z, labels=2 * np.eye(3)[:2])
        with pytest.raises(ValueError, match=r"labels must have shape \(2, 3\).*Soft targets"):
            losses.cross_entropy_forward(z, labels=np.eye(2))
        with pytest.raises(ValueError, match=r"class_weights must have shape \(3,\)"):
            losses.cross_entropy_forward(z, labels=[0, 1], class_weights=[1.0, 2.0])
        with pytest.raises(ValueError, match=r"class_weights must not be negative, but -1.0 came"):
            losses.cross_entropy_forward(z, labels=[0, 1], class_weights=[1.0, -1.0, 0.0])
        with pytest.raises(ValueError, match=r"label_smoothing must lie in \[0, 1\].* 1.5 came"):
            losses.cross_entropy_forward(z, labels=[0, 1], label_smoothing=1.5)
        with pytest.raises(ValueError, match=r"without the classes, \(2,\), but their shape is \(2, 1\)"):
            losses.cross_entropy_forward(z, labels=[[0], [1]])
        with pytest.raises(ValueError, match=r"logits hold \+inf"):
            losses.cross_entropy_forward([[np.inf, 0.0]], labels=[0])
        with pytest.raises(ValueError, match="logits holds 1 NaN"):
            losses.cross_entropy_forward([[np.nan, 0.0]], labels=[0])
        for empty in (np.zeros((0, 3)), np.float64(1)):
            with pytest.raises(ValueError, match="logits must have shape"):
                losses.cross_entropy_forward(empty, labels=np.zeros(0, int))


ALL = [*REGRESSION, "binary_cross_entropy", "cross_entropy"]


def of_any(name, shape, rng, dtype=np.float64):
    """Predictions and the options that name a fitting target, with one loss for each place of `shape`."""
    if name == "cross_entropy":
        return rng.normal(size=(*shape, 5)).astype(dtype), {"labels": rng.integers(5, size=shape)}
    return rng.normal(size=shape).astype(dtype), {"target": rng.uniform(size=shape)}


@pytest.mark.parametrize("name", ALL)
class TestReductionsAndWeights:
    def test_none_gives_every_loss_and_sum_and_mean_are_made_of_them(self, name, rng):
        pred, options = of_any(name, (4, 3), rng)
        each, cache = loss_of(name, pred, **options, reduction="none")
        assert each.shape == (4, 3) and cache.count == 12
        assert loss_of(name, pred, **options, reduction="sum")[0] == pytest.approx(each.sum(), rel=1e-13)
        assert loss_of(name, pred, **options)[0] == pytest.approx(each.mean(), rel=1e-13)
        dout = rng.normal(size=(4, 3))
        summed = gradient_of(name, loss_of(name, pred, **options, reduction="sum")[1])
        scaled = summed * (dout if name != "cross_entropy" else dout[..., None])
        np.testing.assert_allclose(gradient_of(name, cache, dout), scaled, rtol=1e-13)

    def test_a_weight_counts_as_so_many_examples(self, name, rng):
        pred, options = of_any(name, (3, 2), rng)
        twice = np.repeat(np.arange(3), [1, 2, 0])
        loss, cache = loss_of(name, pred, **options, weights=np.array([1, 2, 0]))
        repeated, _ = loss_of(name, pred[twice], **{k: v[twice] for k, v in options.items()})
        assert loss == pytest.approx(repeated, rel=1e-13) and cache.count == 6
        assert not gradient_of(name, cache)[2].any()

    def test_a_mask_leaves_places_out_and_where_nothing_counts_the_loss_is_zero(self, name, rng):
        pred, options = of_any(name, (3, 2), rng)
        mask = rng.random((3, 2)) < 0.5
        mask[0] = True, False
        each, _ = loss_of(name, pred, **options, reduction="none")
        loss, cache = loss_of(name, pred, **options, weights=mask)
        assert loss == pytest.approx(each[mask].mean(), rel=1e-13) and cache.count == mask.sum()
        loss, cache = loss_of(name, pred, **options, weights=np.zeros(3))
        assert loss == 0 and not gradient_of(name, cache).any()

    def test_what_does_not_count_may_be_infinite(self, name, rng):
        pred, options = of_any(name, (2,), rng)
        pred[1] = -np.inf if name != "binary_cross_entropy" else 1e300
        with np.errstate(over="ignore"):
            loss, _ = loss_of(name, pred, **options, weights=np.array([1.0, 0.0]))
        assert np.isfinite(loss)

    def test_errors(self, name, rng):
        pred, options = of_any(name, (3, 2), rng)
        with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none', but 'average' came"):
            loss_of(name, pred, **options, reduction="average")
        with pytest.raises(ValueError, match=r"weights must hold one number for each loss \(3, 2\).*is \(2,\)"):
            loss_of(name, pred, **options, weights=np.ones(2))
        with pytest.raises(ValueError, match=r"weights must be finite and not negative, but they run to -1"):
            loss_of(name, pred, **options, weights=np.array([1.0, -1.0, 1.0]))
        _, cache = loss_of(name, pred, **options, reduction="none")
        with pytest.raises(ValueError, match=r"dout must have the shape of the forward pass's output, \(3, 2\)"):
            gradient_of(name, cache, 1.0)

    def test_half_precision_is_widened(self, name, rng):
        """70,000 equal examples: their number alone is more than float16 can hold (it ends at 65,504)."""
        pred, options = of_any(name, (70_000,), rng, np.float16)
        loss, cache = loss_of(name, pred, **options)
        wide, _ = loss_of(name, pred.astype(np.float64), **options)
        assert loss.dtype == np.float32 and loss == pytest.approx(wide, rel=1e-5)
        assert gradient_of(name, cache).dtype == np.float16


class TestTargetsThatAreNotPlainLabels:
    def test_one_hot_rows_are_labels(self, rng):
        z, labels = rng.normal(size=(6, 4)), rng.integers(4, size=6)
        loss, cache = losses.cross_entropy_forward(z, labels=labels)
        soft, soft_cache = losses.cross_entropy_forward(z, labels=np.eye(4)[labels])
        assert soft == pytest.approx(loss, rel=1e-14)
        np.testing.assert_allclose(gradient_of("cross_entropy", soft_cache), gradient_of("cross_entropy", cache))

    def test_smoothing_by_hand(self):
        z, p = np.array([[0.0, math.log(3)]]), np.array([0.25, 0.75])
        loss, _ = losses.cross_entropy_forward(z, labels=[1], label_smoothing=0.2)
        assert loss == pytest.approx(-(0.1 * np.log(p[0]) + 0.9 * np.log(p[1])), rel=1e-14)

    def test_a_class_without_weight_is_left_out_and_ignored_examples_stay_so(self, rng):
        z, labels = rng.normal(size=(4, 3)), np.array([0, 1, 2, 1])
        loss, cache = losses.cross_entropy_forward(z, labels=labels, class_weights=[1.0, 0.0, 2.0])
        weighted, _ = losses.cross_entropy_forward(z, labels=labels, weights=[1.0, 0.0, 2.0, 0.0])
        assert loss == pytest.approx(weighted, rel=1e-14) and cache.count == 3
        _, cache = losses.cross_entropy_forward(z, labels=labels, ignore_index=1, label_smoothing=0.1)
        assert not gradient_of("cross_entropy", cache)[[1, 3]].any() and cache.count == 2
