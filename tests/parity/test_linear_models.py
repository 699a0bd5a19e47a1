"""scikit-learn, run to convergence, is the authority on the linear models; PyTorch and Keras have least squares too."""

import keras
import numpy as np
import pytest
import torch
from sklearn import linear_model as sk
from sklearn.preprocessing import StandardScaler

from course_utils import data, linear_models


def table(name, scaled=True):
    X, y = getattr(data, f"load_{name}")()[:2]
    return (StandardScaler().fit_transform(X) if scaled else X), y


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 0.1, 10.0])
def test_least_squares_and_ridge(alpha, scaled):
    X, y = table("diabetes", scaled)
    ours = (linear_models.Ridge(alpha) if alpha else linear_models.LinearRegression()).fit(X, y)
    theirs = (sk.Ridge(alpha) if alpha else sk.LinearRegression()).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-9)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y), rel=1e-10)
    assert np.shape(ours.coef_) == theirs.coef_.shape and np.shape(ours.intercept_) == np.shape(theirs.intercept_)


def test_several_targets(rng):
    X, Y = rng.normal(size=(30, 4)), rng.normal(size=(30, 2))
    for ours, theirs in (
        (linear_models.LinearRegression(), sk.LinearRegression()),
        (linear_models.Ridge(2.0), sk.Ridge(2.0)),
    ):
        ours.fit(X, Y), theirs.fit(X, Y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-9)
        assert ours.score(X, Y) == pytest.approx(theirs.score(X, Y))


def test_least_squares_of_pytorch(rng):
    X, y = table("diabetes")
    A = np.column_stack([X, np.ones(len(X))])
    theirs = torch.linalg.lstsq(torch.tensor(A), torch.tensor(y)[:, None]).solution[:, 0].numpy()
    ours = linear_models.LinearRegression().fit(X, y)
    np.testing.assert_allclose([*ours.coef_, ours.intercept_], theirs, rtol=1e-9)


def test_a_keras_dense_layer_with_our_weights_predicts_the_same():
    X, y = table("diabetes")
    ours = linear_models.LinearRegression().fit(X.astype(np.float32), y)
    layer = keras.layers.Dense(1)
    layer.build((None, X.shape[1]))
    layer.set_weights([ours.coef_[:, None], np.array([ours.intercept_])])
    theirs = np.asarray(layer(X.astype(np.float32)))[:, 0]
    np.testing.assert_allclose(ours.predict(X.astype(np.float32)), theirs, rtol=1e-5)


@pytest.mark.parametrize("C", [0.01, 1.0, 10.0])
@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine"])
@pytest.mark.parametrize("scaled", [True, False])
def test_logistic_and_softmax_regression(name, C, scaled):
    X, y = table(name, scaled)
    make = linear_models.LogisticRegression if name == "breast_cancer" else linear_models.SoftmaxRegression
    ours = make(C=C).fit(X, y)
    theirs = sk.LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y))
    assert (ours.coef_.shape, ours.intercept_.shape) == (theirs.coef_.shape, theirs.intercept_.shape)
    assert ours.n_iter_.shape == theirs.n_iter_.shape


def test_no_penalty(rng):
    X = rng.normal(size=(200, 3)) * [1, 50, 0.02] + [0, 1000, 0]
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(int)
    ours = linear_models.LogisticRegression(C=np.inf).fit(X, y)
    theirs = sk.LogisticRegression(C=np.inf, solver="newton-cg", tol=1e-10, max_iter=10_000)
    scaler = StandardScaler().fit(X)  # without a penalty the units do not matter, but scikit-learn needs them
    theirs.fit(scaler.transform(X), y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(scaler.transform(X)), atol=1e-6)
    np.testing.assert_allclose(ours.coef_ * scaler.scale_, theirs.coef_, rtol=1e-4, atol=1e-6)


def test_pixels_of_four_digits_some_of_them_constant():
    X, y = table("digits", scaled=False)
    X, y = X[y < 4], y[y < 4]
    ours = linear_models.SoftmaxRegression(C=0.01).fit(X, y)
    theirs = sk.LogisticRegression(C=0.01, solver="newton-cholesky", tol=1e-12).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-9)


def test_standardizer_and_imputer(rng):
    from sklearn.impute import SimpleImputer

    X = rng.normal(size=(40, 3)) * [1, 100, 0.01]
    np.testing.assert_allclose(data.Standardizer().fit_transform(X), StandardScaler().fit_transform(X), rtol=1e-12)
    X[rng.random(X.shape) < 0.3] = np.nan
    X = X.round(1)
    for strategy in ("mean", "median", "most_frequent", "constant"):
        ours = data.Imputer(strategy, fill_value=7).fit_transform(X)
        theirs = SimpleImputer(strategy=strategy, fill_value=7.0 if strategy == "constant" else None).fit_transform(X)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
