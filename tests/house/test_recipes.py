"""The recipes in docs/authoring.md work as they are printed."""

import doctest
import re

import numpy as np
import pytest

from course_utils.activations import smooth
from course_utils.gradcheck import check_gradients
from tools.commands.places import ROOT

RECIPES = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")


def block(words):
    """The Python block of the recipes that holds these words, freed of its indentation."""
    blocks = re.findall(r"^( *)```python\n(.*?)^ *```", RECIPES, flags=re.DOTALL | re.MULTILINE)
    (found,) = [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in blocks if words in code]
    return found


@pytest.fixture
def softplus():
    """The names of the module, and those that the operation's recipe defines."""
    names = dict(vars(smooth))  # the module where the recipe puts it: what it needs must be there
    exec(block("def softplus_forward"), names)
    return names


def test_the_operation_of_the_recipe_has_the_right_gradient(softplus):
    x = np.random.default_rng(0).normal(size=(2, 3))
    check_gradients((softplus["softplus_forward"], softplus["softplus_backward"]), x)
    y = softplus["softplus_forward"](np.array([-1000.0, 0.0, 1000.0]))[0]
    assert np.allclose(y, [0, np.log(2), 1000])
    assert softplus["softplus_forward"](np.zeros(2, np.float32))[0].dtype == np.float32


def test_the_operation_of_the_recipe_keeps_the_rules_of_the_house(softplus):
    for name in ("softplus", "softplus_forward", "softplus_backward"):
        (example,) = doctest.DocTestFinder().find(softplus[name], name, globs=dict(softplus), module=False)
        assert example.examples and doctest.DocTestRunner().run(example).failed == 0
    with pytest.raises(ValueError, match="NaN"):
        softplus["softplus"](np.array([np.nan]))
    with pytest.raises(ValueError, match="dout"):
        softplus["softplus_backward"](np.zeros(3), softplus["SoftplusCache"](np.zeros(2)))


def test_a_wrong_operation_would_be_noticed(softplus):
    x = np.random.default_rng(0).normal(size=(2, 3))
    with pytest.raises(AssertionError):
        check_gradients((softplus["softplus_forward"], lambda dout, cache: dout * np.tanh(cache.x)), x)


@pytest.mark.parametrize("page", ["docs/authoring.md", "CONTRIBUTING.md"])
def test_modules_and_files_that_are_named_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for module in set(re.findall(r"python -m ((?:tools|course_utils)[\w.]*)", text)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for name in set(re.findall(r"`((?:tests|tools|course_utils|docs)/[\w/]+(?:\.\w+)?)`", text)):
        assert "NN" in name or (ROOT / name).exists(), name
