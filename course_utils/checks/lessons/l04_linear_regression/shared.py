"""What several exercises of lesson 04 use: answers that others build on, and their cases."""

import numpy as np


def people(rng, n, d):
    """Features of different size and centre, and targets that follow a line through noise."""
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 2.0, d) + rng.uniform(-2.0, 2.0, d)
    w, b = rng.uniform(0.5, 2.0, d) * rng.choice([-1.0, 1.0], d), rng.uniform(1.0, 5.0)
    return X, X @ w + b + 0.5 * rng.normal(size=n), w + rng.normal(size=d), float(b + 1.0)


def predict(X, w, b):
    return X @ w + b


def mean_squared_error(pred, y):
    return np.mean((pred - y) ** 2)


def mse_gradient(X, y, w, b):
    error = X @ w + b - y
    return 2 * X.T @ error / len(y), 2 * np.mean(error)


def ridge_solution(X, y, lam):
    x_mean, y_mean = X.mean(axis=0), y.mean()
    Z = X - x_mean
    w = np.linalg.solve(Z.T @ Z + len(y) * lam * np.eye(X.shape[1]), Z.T @ (y - y_mean))
    return w, y_mean - x_mean @ w
