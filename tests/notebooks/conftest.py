"""The fixture notebook and copies of it to break."""

import copy
import shutil
from pathlib import Path

import pytest
from matplotlib import pyplot as plt

from course_utils.plan import Lesson
from tools.agreed import said
from tools.anatomy import open_book
from tools.lesson_rules import Course

FIXTURE = Path(__file__).parent / "fixture"


@pytest.fixture(autouse=True)
def close_figures():
    """No test sees another one's figures."""
    yield
    plt.close("all")


@pytest.fixture
def scratch(tmp_path):
    """A copy of the fixture's folders, free to be broken."""
    shutil.copytree(FIXTURE, tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def book(scratch):
    """The fixture lesson, in a scratch copy."""
    return open_book(scratch / "notebooks" / "99_fixture.ipynb")


@pytest.fixture
def course():
    """A course of two lessons: the fixture, and one after it that teaches `gradient descent`."""
    taught = {"square": "平方", "sum": "和"}
    lessons = {
        "99": Lesson("99", "fixture", "Fixture", "I", 5, [], "none", True, 1, taught, True),
        "A0": Lesson("A0", "later", "Later", "I", 5, ["99"], "none", True, 1, {"gradient descent": "梯度下降"}, False),
    }
    topics = {"99": {"A": ["E999"], "coverage": ["S9-1"]}, "A0": {"C": ["E998"], "coverage": ["S9-2"]}}
    return Course(lessons, topics, {"99": said(open_book(FIXTURE / "notebooks" / "99_fixture.ipynb"))})


@pytest.fixture
def changed(book):
    """A function that changes one cell of a copy of the fixture lesson: changed(id, **what) -> Book."""

    def change(cell_id, **what):
        notebook = copy.deepcopy(book.notebook)
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        for key, value in what.items():
            cell[key] = value(cell[key]) if callable(value) else value
        return book._replace(notebook=notebook)

    return change
