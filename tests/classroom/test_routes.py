"""Forbidden routes in the sandbox: whatever the student's set can import stays whole under every lesson's routes."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from course_utils.checks import registry
from course_utils.checks.callers.families import FAMILIES, routes_of
from course_utils.checks.callers.inprocess import InProcess
from course_utils.classroom.caller import Sandboxed
from course_utils.classroom.notebook import Cell
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.sandbox.choose import backend

ROOT = Path(__file__).resolve().parents[2]
USUAL = """
import numpy as np
import matplotlib.pyplot as plt
import scipy, scipy.stats, scipy.signal, scipy.optimize, scipy.ndimage, scipy.linalg, scipy.special
from scipy.spatial.distance import cdist
import sklearn, sklearn.datasets, sklearn.ensemble, sklearn.metrics, sklearn.neighbors, sklearn.svm
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
import torch, torch.nn as nn, torch.nn.functional as F, torch.optim, torch.utils.data
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
import gensim.models
from PIL import Image
from tqdm.auto import tqdm
import ipywidgets as widgets
"""
EVERY = """
import importlib, os, pkgutil, sys
failed = {}
for name in %r:
    try:
        importlib.import_module(name)
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"
"""


def packages():
    """Every package of the student's set by the name it is imported by, where it is installed here."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = {re.sub(r"[-_.]+", "-", n).lower() for n in re.findall(r"^([\w.-]+)==", text, re.M)}
    found = packages_distributions()
    names = [n for n, d in found.items() if any(re.sub(r"[-_.]+", "-", x).lower() in pinned for x in d)]
    return sorted(n for n in names if re.fullmatch(r"[a-zA-Z]\w*", n))


ABSENT = {"math.sumprod"} if sys.version_info < (3, 12) else set()  # of Python's own, those that came later
DOORS = [(family, route) for family in FAMILIES for route in routes_of(family) if route not in ABSENT]
HOLDERS = sorted({route.rpartition(".")[0] for _, route in DOORS if route.rpartition(".")[0]})  # none of ".dot", "@"
HOLD = """
import contextlib, importlib
for name in %r:
    with contextlib.suppress(ImportError):  # attributes of a package, such as tensorflow.nn
        importlib.import_module(name)
import course_utils, functools, itertools, keras, math, numpy, operator, scipy, sklearn, statistics, tensorflow, torch
"""


GIVEN = {  # where nothing at all is refused before anything is called
    "numpy.linalg.multi_dot": "([x, x])",
    "numpy.polyfit": "(x, x, 1)",
    "course_utils.linear_models.LinearRegression": "().fit(x, x)",
}


def student(number, route):
    """A student's function that goes through a door: a call, a method, an operator or a loop."""
    if route == "loop":
        return f"def door_{number}(x=0):\n    for _ in range(2):\n        x = x + 1\n    return x\n"
    given = GIVEN.get(route, "(x, x)" if route.startswith("numpy.") else "()")
    use = f"x {route} x" if route == "@" else f"x{route}(x)" if route.startswith(".") else f"{route}{given}"
    return f"def door_{number}(x=0):\n    return {use}\n"


STUDENTS = "".join(student(number, route) for number, (_, route) in enumerate(DOORS))


def every_route():
    """All routes of all lessons and of all families."""
    lessons = (route for exercise in registry.every() for route in exercise.routes)
    return tuple(dict.fromkeys((*lessons, *(route for _, route in DOORS))))


WHOLE = """
def signatures():
    import inspect
    things = (Ridge, LinearRegression, cdist, F.mse_loss, nn.Conv2d, np.var, np.einsum, keras.layers.Dense)
    return [str(inspect.signature(thing))[:24] for thing in things]
def estimators():
    import pickle
    from sklearn.base import clone
    X, y = np.arange(12.0).reshape(6, 2) ** 1.5, np.arange(6.0)
    for kind in (Ridge, LinearRegression, Mine):
        model = clone(kind(fit_intercept=False)).fit(X, y)
        assert isinstance(model, kind) and issubclass(Mine, LinearRegression)
        assert model.get_params()["fit_intercept"] is False
    search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [1.0, 2.0]}, cv=2).fit(X, y)
    return pickle.loads(pickle.dumps(Ridge(alpha=3.0).fit(X, y))).alpha, search.n_features_in_
class Mine(LinearRegression):
    def fit(self, X, y):
        return super().fit(X, y)
def ufuncs():
    import copy, pickle
    out = np.zeros(3)
    for thing in (np.matmul, np.vecdot, scipy.special.expit):
        assert isinstance(thing, np.ufunc) and callable(thing) and thing.nout == 1
        assert pickle.loads(pickle.dumps(thing)) == thing and {thing: 1}[copy.deepcopy(thing)] == 1
    scipy.special.expit.at(out, [0])
    whole = np.matmul(np.eye(3), np.eye(3)).sum()
    return scipy.special.expit.ntypes, out.tolist(), whole
def networks():
    net = Net()
    loss = F.binary_cross_entropy(net(torch.zeros(1, 1, 4, 4)), torch.ones(1, 1))
    loss.backward()
    return loss.item() > 0, isinstance(net.layers[0], nn.Conv2d), repr(nn.MaxPool2d(2))[:11]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2, 1))
    def forward(self, x):
        return torch.sigmoid(self.layers(x))
def models():
    model = keras.Sequential([layers.Dense(2, activation="sigmoid"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    model.fit(np.zeros((4, 3)), np.zeros((4, 1)), verbose=0)
    return model.predict(np.zeros((1, 3)), verbose=0).shape
"""
STAY = {
    "signatures": [
        "(alpha=1.0, *, fit_inter",
        "(*, fit_intercept=True, ",
        "(XA, XB, metric='euclide",
        "(input: torch.Tensor, ta",
        "(in_channels: int, out_c",
        "(a, axis=None, dtype=Non",
        "(*operands, out=None, op",
        "(units, activation=None,",
    ],
    "estimators": (3.0, 2),
    "ufuncs": (3, [0.5, 0.0, 0.0], 3.0),
    "networks": (True, True, "MaxPool2d(k"),
    "models": (1, 1),
}


@pytest.fixture(scope="module")
def everything(stage, box):
    """A session under all routes of all lessons, with everything imported."""
    limits = Limits(memory=3_000_000_000, cell=100.0, call=60.0, patience=10.0, submission=300.0)
    sources = [USUAL, EVERY % packages(), WHOLE, HOLD % HOLDERS, STUDENTS]
    cells = [Cell(place, source) for place, source in enumerate(sources, 1)]
    with Sandboxed(backend("bwrap", limits), stage, cells, every_route()) as caller:
        caller.session()
        yield caller


@pytest.mark.slow
def test_whatever_the_students_set_can_import_imports_under_every_route(everything):
    names = packages()
    assert {"numpy", "scipy", "sklearn", "torch", "tensorflow", "keras", "matplotlib", "gensim"} <= set(names)
    assert len(names) > 100
    assert everything.read("failed").value == {}
    assert everything.run.troubles == []


@pytest.mark.slow
@pytest.mark.parametrize("name", STAY)
def test_guarded_things_stay_what_they_are(everything, name):
    outcome = everything.call(name, limit=60.0)
    assert outcome.fault is None and outcome.borrowed == ()
    assert outcome.value == STAY[name]


def missed(caller):
    """The doors that nobody sees a student go through."""
    found = []
    for number, (family, route) in enumerate(DOORS):
        caller.forbid((route,))
        if caller.call(f"door_{number}").borrowed != (route,):
            found.append(f"{family}: {route}")
    caller.forbid(())
    return found


@pytest.mark.slow
def test_every_door_of_every_family_is_seen_in_the_notebook():
    names = {"__name__": "__main__"}
    exec(HOLD % HOLDERS, names)
    exec(compile(STUDENTS, "<answer>", "exec"), names)
    assert len(DOORS) > 300 and missed(InProcess(names)) == []


@pytest.mark.slow
def test_every_door_of_every_family_is_closed_in_the_sandbox(everything):
    assert missed(everything) == []
