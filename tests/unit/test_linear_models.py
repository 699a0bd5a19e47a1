"""Linear models: exact cases, hard cases, errors. Agreement with scikit-learn stands in tests/parity."""

import numpy as np
import pytest

from course_utils import linear_models as lm

ALL = [lm.LinearRegression, lm.Ridge, lm.LogisticRegression, lm.SoftmaxRegression]
CLASSIFIERS = ALL[2:]


@pytest.fixture
def table(rng):
    X = rng.normal(size=(60, 3))
    return X, X @ [1.0, -2.0, 0.5] + 4, (X[:, 0] + 0.5 * rng.normal(size=60) > 0).astype(int)


def test_an_exact_line_is_found(table):
    X, y, _ = table
    model = lm.LinearRegression().fit(X, y)
    np.testing.assert_allclose(model.coef_, [1, -2, 0.5], rtol=1e-12)
    assert model.intercept_ == pytest.approx(4, rel=1e-12)
    assert model.score(X, y) == pytest.approx(1)
    np.testing.assert_allclose(model.predict(X), y)


def test_several_targets_at_once(table):
    X, y, _ = table
    Y = np.column_stack([y, -2 * y])
    for make in (lm.LinearRegression, lm.Ridge):
        both, first = make().fit(X, Y), make().fit(X, y)
        assert both.coef_.shape == (2, 3) and both.intercept_.shape == (2,)
        np.testing.assert_allclose(both.coef_[0], first.coef_)
        np.testing.assert_allclose(both.predict(X)[:, 1], -2 * first.predict(X))
        assert both.score(X, Y) == pytest.approx(first.score(X, y))


def test_the_penalty_shrinks_and_a_penalty_of_zero_does_not(table):
    X, y, _ = table
    sizes = [np.linalg.norm(lm.Ridge(alpha).fit(X, y).coef_) for alpha in (0, 1, 10, 1e6)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] < 1e-3
    np.testing.assert_allclose(lm.Ridge(0).fit(X, y).coef_, lm.LinearRegression().fit(X, y).coef_, rtol=1e-12)


def test_ridge_solves_its_normal_equations_with_a_free_intercept(table):
    X, y, _ = table
    model = lm.Ridge(alpha=3.0).fit(X, y)
    residual = y - model.predict(X)
    np.testing.assert_allclose(X.T @ residual, 3.0 * model.coef_, atol=1e-10)
    assert residual.sum() == pytest.approx(0, abs=1e-10)


def test_collinear_columns_and_more_columns_than_rows(rng):
    x = rng.normal(size=(20, 1))
    model = lm.LinearRegression().fit(np.hstack([x, x]), 2 * x[:, 0])
    np.testing.assert_allclose(model.coef_, [1, 1], rtol=1e-10)  # the shortest of all solutions
    X, y = rng.normal(size=(4, 9)), rng.normal(size=4)
    assert lm.LinearRegression().fit(X, y).score(X, y) == pytest.approx(1)


def test_the_score_of_a_constant_target():
    X = np.arange(4.0)[:, None]
    model = lm.LinearRegression().fit(X, np.ones(4))
    assert model.score(X, model.predict(X)) == 1
    assert model.score(X, np.full(4, 3.0)) == 0


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_at_the_optimum_the_penalised_gradient_is_zero(make, table):
    X, _, y = table
    model = make(C=2.0).fit(X * [1, 100, 0.01], y)
    probabilities = model.predict_proba(X * [1, 100, 0.01])
    errors = (probabilities - np.eye(2)[y])[:, 1:] if make is lm.LogisticRegression else probabilities - np.eye(2)[y]
    np.testing.assert_allclose(errors.T @ (X * [1, 100, 0.01]) + model.coef_ / 2.0, 0, atol=1e-7)
    np.testing.assert_allclose(errors.sum(0), 0, atol=1e-7)
    assert model.n_iter_[0] < 20


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_probabilities_sum_to_one_and_the_prediction_is_the_largest(make, table):
    X, _, y = table
    names = np.array(["no", "yes"])[y]
    model = make().fit(X, names)
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(1), 1)
    np.testing.assert_array_equal(model.predict(X), np.array(["no", "yes"])[p.argmax(1)])
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.score(X, names) == np.mean(model.predict(X) == names) > 0.7


def test_two_classes_by_softmax_are_the_logistic_model_at_half_of_C(table):
    X, _, y = table
    one, two = lm.LogisticRegression(C=1.0).fit(X, y), lm.SoftmaxRegression(C=0.5).fit(X, y)
    np.testing.assert_allclose(two.coef_[1] - two.coef_[0], one.coef_[0], rtol=1e-8)
    np.testing.assert_allclose(two.coef_.sum(0), 0, atol=1e-10)


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_separable_classes_without_penalty_end_in_finite_numbers(make):
    X, y = np.arange(8.0)[:, None], np.repeat([0, 1], 4)
    model = make(C=np.inf).fit(X, y)
    assert model.score(X, y) == 1 and np.isfinite(model.coef_).all()
    with pytest.warns(UserWarning, match="no convergence in max_iter=2 steps: the classes may be separable"):
        assert make(C=np.inf, max_iter=2).fit(X, y).n_iter_ == [2]


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_a_tolerance_below_rounding_ends_all_the_same(make, table):
    X, _, y = table
    model = make(tol=1e-300).fit(X, y)
    assert model.n_iter_[0] < 20
    np.testing.assert_allclose(model.coef_, make().fit(X, y).coef_, rtol=1e-9)


def test_a_step_that_overshoots_is_halved():
    parabola = lambda z: float((z**2).sum())  # noqa: E731
    theta, value = lm._line_search(parabola, np.array([1.0]), 1.0, np.array([-7.0]), -14.0)
    assert (theta[0], value) == (1 - 7 / 4, 0.5625)


def test_conjugate_gradients_solve_and_stop_where_it_is_flat(rng):
    A = rng.normal(size=(6, 4))
    H, b = A.T @ A, rng.normal(size=4)
    for size, exact in ((1.0, 0.1), (1e-9, 1e-8)):  # the smaller the right side, the more exact
        found = lm._solve(lambda v: H @ v, size * b, np.diag(H))
        np.testing.assert_allclose(found, np.linalg.solve(H, size * b), rtol=exact)
    assert not lm._solve(lambda v: 0 * v, b, np.ones(4)).any()


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_constant_columns_large_offsets_and_one_informative_column(make, rng):
    x = rng.normal(size=100)
    X = np.column_stack([np.full(100, 7.0), 1e6 + x, 1e-6 * x])
    y = (x + rng.normal(size=100) > 0).astype(int)
    model = make(C=np.inf).fit(X, y)
    assert 0.6 < model.score(X, y) < 0.95 and np.isfinite(model.coef_).all()


@pytest.mark.parametrize("make", ALL)
def test_single_precision_data_give_single_precision_results(make, table):
    X, _, y = table
    single, double = make().fit(X.astype(np.float32), y), make().fit(X, y)
    assert single.coef_.dtype == np.float32
    np.testing.assert_allclose(single.coef_, double.coef_, rtol=1e-3)
    output = single.predict_proba if make in CLASSIFIERS else single.predict
    assert output(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("make", ALL)
def test_data_are_not_changed(make, table):
    X, _, y = table
    kept = X.copy(), y.copy()
    make().fit(X, y).predict(X)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


@pytest.mark.parametrize("make", ALL)
def test_errors_of_all(make):
    X, y = np.ones((4, 2)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match=r"X must have 2 axes, but its shape is \(4,\)"):
        make().fit(np.ones(4), y)
    with pytest.raises(ValueError, match="X holds 1 NaN"):
        make().fit([[np.nan], [1], [2], [3]], y)
    with pytest.raises(ValueError, match="X holds an infinity"):
        make().fit([[np.inf], [1], [2], [3]], y)
    with pytest.raises(ValueError, match="they have 4 and 3 rows"):
        make().fit(X, y[:3])
    with pytest.raises(ValueError, match="examples and features"):
        make().fit(np.ones((0, 2)), [])
    with pytest.raises(ValueError, match=f"this {make.__name__} has learned nothing yet"):
        make().predict(X)
    with pytest.raises(ValueError, match="X must have the 2 features of fit"):
        make().fit(X, y).predict(np.ones((4, 3)))


def test_errors_of_the_regressors():
    with pytest.raises(ValueError, match="alpha must be a penalty >= 0"):
        lm.Ridge(-1)
    with pytest.raises(ValueError, match="y holds 1 NaN"):
        lm.Ridge().fit(np.ones((2, 1)), [np.nan, 1])
    with pytest.raises(ValueError, match="y must have the shape of the prediction"):
        lm.Ridge().fit(np.ones((2, 1)), [0, 1]).score(np.ones((2, 1)), [[0], [1]])


@pytest.mark.parametrize("make", CLASSIFIERS)
def test_errors_of_the_classifiers(make):
    X = np.ones((4, 2))
    for keyword in ("C", "tol", "max_iter"):
        with pytest.raises(ValueError, match=f"{keyword} must be positive"):
            make(**{keyword: 0})
    with pytest.raises(ValueError, match=r"needs (exactly|at least) two classes"):
        make().fit(X, [1, 1, 1, 1])
    for y in ([0.5, 1, 2, 3], [[0], [1], [0], [1]]):
        with pytest.raises(ValueError, match=r"y must be one column \(N,\) of class labels"):
            make().fit(X, y)


def test_three_classes_are_not_for_the_logistic_model():
    with pytest.raises(ValueError, match="more than two are SoftmaxRegression's"):
        lm.LogisticRegression().fit(np.ones((3, 1)), [0, 1, 2])


@pytest.mark.parametrize("size", [1e-170, 1e-150, 1e100, 1e160, 1e300])
def test_features_of_any_size_are_separated(size, rng):
    """Squares of 1e160 overflow: the deviation was infinite, and all features 0 after standardising."""
    X = rng.normal(size=(60, 2))
    y = (X @ [1.0, -2.0] + 0.3 * rng.normal(size=60) > 0).astype(int)
    for make in (lm.LogisticRegression, lm.SoftmaxRegression):
        plain, scaled = make(C=np.inf).fit(X, y), make(C=np.inf).fit(X * size, y)
        np.testing.assert_allclose(scaled.coef_ * size, plain.coef_, rtol=1e-6)
        assert (scaled.predict(X * size) == plain.predict(X)).all()
        assert np.isfinite(make().fit(X * size, y).predict_proba(X * size)).all()


@pytest.mark.parametrize("size", [1e-170, 1e160])
def test_the_score_knows_no_unit(size, rng):
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    model = lm.LinearRegression().fit(X, y)
    assert lm.LinearRegression().fit(X, y * size).score(X, y * size) == pytest.approx(model.score(X, y), rel=1e-12)


def test_labels_that_are_objects_as_from_a_table():
    X, y = [[0.0], [1.0], [2.0], [3.0]], np.array(["no", "no", "yes", "yes"], dtype=object)
    model = lm.LogisticRegression().fit(X, y)
    assert model.score(X, y) == model.score(X, y.astype(str)) == 1 and model.classes_.tolist() == ["no", "yes"]
    with pytest.raises(TypeError, match="all numbers or all text, but it holds NoneType, str"):
        model.fit(X, np.array(["no", None, "yes", "yes"], dtype=object))
    with pytest.raises(TypeError, match="X is a masked array"):
        model.fit(np.ma.array(X), y)
