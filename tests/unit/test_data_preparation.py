"""Splits, batches, standardising, filling holes."""

import numpy as np
import pytest

from course_utils.data import Imputer, Standardizer, batches, train_test_split


class TestBatches:
    def test_each_example_once_and_together_with_its_label(self, rng):
        X, y = np.arange(20).reshape(10, 2), np.arange(10)
        seen = list(batches((X, y), 4, rng))
        assert [len(x) for x, _ in seen] == [4, 4, 2]
        assert sorted(np.concatenate([t for _, t in seen]).tolist()) == list(range(10))
        assert all((x == X[t]).all() for x, t in seen)

    def test_a_generator_gives_a_new_order_at_each_pass_and_none_keeps_it(self, rng):
        first, second = (np.concatenate(list(batches(50, 7, rng))).tolist() for _ in range(2))
        assert first != second and sorted(first) == sorted(second) == list(range(50))
        assert np.concatenate(list(batches(50, 7))).tolist() == list(range(50))

    def test_a_number_an_array_and_text(self):
        assert [b.tolist() for b in batches(3, 2)] == [[0, 1], [2]]
        assert [b.tolist() for b in batches(np.array(["a", "b"]), 1)] == [["a"], ["b"]]
        assert [b[0].tolist() for b in batches(([5, 6],), 9)] == [[5, 6]]

    def test_a_smaller_last_batch_can_be_dropped(self):
        assert [len(b) for b in batches(10, 4, drop_last=True)] == [4, 4]
        assert list(batches(3, 4, drop_last=True)) == []

    def test_errors_come_at_once_and_not_with_the_first_batch(self):
        for size in (0, 2.5, -1):
            with pytest.raises(ValueError, match="batch_size must be a whole number >= 1"):
                batches(10, size)
        for wrong in (0, (np.ones(3), np.ones(4)), (), np.float64(1)):
            with pytest.raises(ValueError, match="same number of examples"):
                batches(wrong, 2)
        with pytest.raises(TypeError, match="rng must be a numpy Generator"):
            batches(10, 2, 42)


class TestSplit:
    def test_parts_are_disjoint_complete_and_aligned(self, rng):
        X, y = np.arange(22).reshape(11, 2), np.arange(11)
        X_train, X_test, y_train, y_test = train_test_split(X, y, rng=rng)
        assert (len(X_train), len(X_test)) == (8, 3)
        assert sorted([*y_train, *y_test]) == list(range(11))
        assert (X_train == X[y_train]).all() and (X_test == X[y_test]).all()
        assert y_train.tolist() != sorted(y_train.tolist())

    @pytest.mark.parametrize(
        "size, count",
        [(0.5, 5), (0.01, 1), (3, 3), (9, 9), (np.float32(0.25), 3), (np.float32(0.1), 1), (np.int64(4), 4)],
    )
    def test_sizes(self, size, count, rng):
        assert len(train_test_split(np.arange(10), rng=rng, test_size=size)[1]) == count

    def test_classes_keep_their_shares(self, rng):
        y = np.repeat(["a", "b", "c"], [60, 30, 10])
        train, test = train_test_split(y, rng=rng, test_size=0.2, stratify=y)
        assert {c: (test == c).sum() for c in "abc"} == {"a": 12, "b": 6, "c": 2}
        assert len(train) == 80

    def test_shares_that_are_no_whole_numbers_sum_up_all_the_same(self, rng):
        y = np.repeat([0, 1, 2], [7, 7, 7])
        test = train_test_split(y, rng=rng, test_size=5, stratify=y)[1]
        assert sorted(np.bincount(test).tolist()) == [1, 2, 2]

    def test_errors(self, rng):
        X = np.arange(10)
        for size in (0, 10, 1.0, 0.0, 1.5, -1, np.nan, np.float32(1)):
            with pytest.raises(ValueError, match="test_size must leave examples on both sides"):
                train_test_split(X, rng=rng, test_size=size)
        with pytest.raises(TypeError, match="test_size must be a share"):
            train_test_split(X, rng=rng, test_size="0.25")
        with pytest.raises(TypeError, match="masked array"):
            train_test_split(np.ma.masked_equal(X, 3), rng=rng)
        with pytest.raises(ValueError, match="same number of examples"):
            train_test_split(X, X[:5], rng=rng)
        with pytest.raises(TypeError, match="rng must be a numpy Generator"):
            train_test_split(X, rng=0)
        with pytest.raises(ValueError, match="one label for each of 10 examples"):
            train_test_split(X, rng=rng, stratify=[0, 1])
        with pytest.raises(ValueError, match="each label at least twice"):
            train_test_split(X, rng=rng, stratify=[0] * 9 + [1])


class TestStandardizer:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_there_and_back(self, dtype, rng):
        X = (5 + 3 * rng.normal(size=(50, 4))).astype(dtype)
        model = Standardizer()
        Z = model.fit_transform(X)
        assert Z.dtype == dtype
        np.testing.assert_allclose(Z.mean(0), 0, atol=1e-6)
        np.testing.assert_allclose(Z.std(0), 1, rtol=1e-5)
        np.testing.assert_allclose(model.inverse_transform(Z), X, rtol=1e-5)

    @pytest.mark.parametrize("size", [1e-300, 1e-170, 1e160, 1e307])
    def test_sizes_whose_squares_overflow_or_vanish(self, size, rng):
        X = np.column_stack([rng.normal(size=20), rng.normal(size=20) * size, np.full(20, size)])
        expected = Standardizer().fit(X * [1, 1 / size, 1 / size])
        model = Standardizer().fit(X)
        np.testing.assert_allclose(model.scale_, expected.scale_ * [1, size, 1], rtol=1e-12)
        np.testing.assert_allclose(model.mean_, expected.mean_ * [1, size, size], rtol=1e-12)

    def test_new_data_are_measured_by_the_old(self):
        assert Standardizer().fit([[0.0], [2.0]]).transform([[5.0]]).tolist() == [[4.0]]

    @pytest.mark.parametrize("value", [0.0, 0.1, 1e6 + 0.1, -3e-9])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_constant_column_is_only_centred(self, value, dtype):
        X = np.full((1000, 1), value, dtype)
        model = Standardizer().fit(X)
        assert model.scale_ == 1
        np.testing.assert_allclose(model.transform(X), 0, atol=abs(value) * 1e-6)

    def test_errors(self):
        with pytest.raises(ValueError, match="Standardizer has learned nothing yet"):
            Standardizer().transform(np.ones((2, 2)))
        with pytest.raises(ValueError, match="NaN"):
            Standardizer().fit([[np.nan]])
        with pytest.raises(ValueError, match="X must have 2 axes"):
            Standardizer().fit(np.ones(3))
        with pytest.raises(ValueError, match="at least 1"):
            Standardizer().fit(np.ones((0, 3)))
        model = Standardizer().fit(np.ones((2, 2)))
        for method in (model.transform, model.inverse_transform):
            with pytest.raises(ValueError, match="X must have the 2 columns of fit"):
                method(np.ones((2, 3)))


class TestImputer:
    X = np.array([[1.0, np.nan], [np.nan, 4.0], [3.0, 4.0], [8.0, 7.0]])

    @pytest.mark.parametrize(
        "strategy, filled",
        [("mean", [4, 5]), ("median", [3, 4]), ("most_frequent", [1, 4]), ("constant", [-1, -1])],
    )
    def test_strategies(self, strategy, filled):
        kept = self.X.copy()
        out = Imputer(strategy, fill_value=-1).fit_transform(self.X)
        assert [out[1, 0], out[0, 1]] == filled
        known = ~np.isnan(self.X)
        np.testing.assert_array_equal(out[known], self.X[known])
        np.testing.assert_array_equal(self.X, kept)

    def test_what_fills_comes_from_the_training_data(self):
        assert Imputer().fit(self.X).transform([[np.nan, np.nan]]).tolist() == [[4, 5]]

    def test_dtype_is_kept(self):
        assert Imputer().fit_transform(self.X.astype(np.float32)).dtype == np.float32

    def test_a_table_without_holes_stays(self, rng):
        X = rng.normal(size=(3, 2))
        np.testing.assert_array_equal(Imputer("median").fit_transform(X), X)

    def test_errors(self):
        with pytest.raises(ValueError, match="strategy must be one of mean, median, most_frequent, constant"):
            Imputer("zero")
        for strategy in ("mean", "median", "most_frequent"):
            with pytest.raises(ValueError, match=r"columns \[1\] have no value at all"):
                Imputer(strategy).fit([[1, np.nan], [2, np.nan]])
        assert Imputer("constant").fit_transform([[np.nan]]).tolist() == [[0]]
        with pytest.raises(ValueError, match="Imputer has learned nothing yet"):
            Imputer().transform(self.X)
        with pytest.raises(TypeError, match="text, missing entries or a mixed table"):
            Imputer().fit([[1, None]])
