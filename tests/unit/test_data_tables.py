"""The bundled data are scikit-learn's, to the last digit, and scikit-learn is not imported for them."""

import hashlib
import platform
import pydoc_data.topics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets

from course_utils import data
from course_utils.data import tables

TABLES = ["iris", "wine", "breast_cancer", "digits", "diabetes"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_scikit_learns(name):
    ours = getattr(data, f"load_{name}")()
    theirs = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    np.testing.assert_array_equal(ours.X, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)
    assert list(ours.feature_names) == list(theirs.feature_names)
    assert ours.X.dtype == np.float64
    assert ours.y.dtype.kind == ("f" if name == "diabetes" else "i")
    if name != "diabetes":
        assert [str(t) for t in ours.target_names] == [str(t) for t in theirs.target_names]
    assert len(ours.description) > 40 and "scikit-learn" in ours.licence


@pytest.mark.parametrize("name", ["china", "flower"])
def test_a_photograph_is_scikit_learns(name):
    photograph = data.load_photograph(name)
    np.testing.assert_array_equal(photograph.pixels, datasets.load_sample_image(f"{name}.jpg"))
    assert photograph.pixels.dtype == np.uint8 and "CC BY" in photograph.licence


def test_another_photograph_is_refused():
    with pytest.raises(ValueError, match="name must be one of china, flower, but 'cat' came"):
        data.load_photograph("cat")


def test_loading_does_not_import_scikit_learn():
    lines = ["import sys", "from course_utils import data", "data.load_iris()", "data.load_photograph('china')"]
    code = "\n".join([*lines, "print('sklearn' in sys.modules)"])
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"iris.csv comes with scikit-learn, but was not found"):
        data.load_iris()


def test_a_file_that_scikit_learn_no_longer_has():
    with pytest.raises(ModuleNotFoundError, match=r"boston.csv comes with scikit-learn, but was not found"):
        tables.bundled_file("datasets", "data", "boston.csv")


def test_the_text_is_long_and_about_python():
    text = data.python_documentation_text()
    assert text == data.python_documentation_text()
    assert "lambda" in text and "def " in text and len(text) > 300_000


def test_the_text_is_the_one_that_lessons_learned_from_with_its_licence():
    text, folder = data.python_documentation_text(), Path(data.__file__).parent / "texts"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() in readme
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in (folder / "LICENSE-python.txt").read_text(encoding="utf-8")
    if platform.python_version() == "3.11.7":
        topics = pydoc_data.topics.topics
        assert text == "\n".join(topics[name] for name in sorted(topics))


def test_the_page_of_a_story_is_plain_text():
    page = data.alice_path().read_text(encoding="utf-8")
    assert page.startswith("Alice") and "White Rabbit" in page
