"""Every lesson through the real sandbox: its solutions get full marks, its known mistakes their own."""

import pytest

from course_utils.checks import registry
from course_utils.classroom.grading import Grader, Settings
from course_utils.classroom.rehearsal.rehearse import all_mistaken
from course_utils.classroom.sandbox.backend import Limits
from course_utils.classroom.submissions import find
from tests.classroom.test_routes import ROOT

LIMITS = Limits(memory=1_500_000_000)
FIRST = "import numpy as np\nimport matplotlib.pyplot as plt\nfrom tqdm.auto import tqdm\n"
ALSO = {  # what notebooks begin with, where the lesson itself uses it: slow to import (all of it at once: test_routes)
    "scipy": "import scipy.special, scipy.spatial, scipy.stats, scipy.optimize\n",
    "sklearn": "import sklearn\nfrom sklearn.linear_model import LinearRegression, Ridge\nimport sklearn.metrics\n",
    "torch": "import torch, torch.nn as nn, torch.nn.functional as F\n",
}


def imports(lesson, libraries):
    """The lines a notebook of this lesson begins with."""
    (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
    text = path.read_text(encoding="utf-8")
    return FIRST + "".join(ALSO[name] for name in libraries if f"import {name}" in text or f"from {name}" in text)


@pytest.fixture(scope="module")
def grader(box, stage):
    made = {}
    return lambda lesson: made.setdefault(lesson, Grader(Settings(lesson, 7, limits=LIMITS), stage))


def graded(grader, data, folder):
    (folder / "student.ipynb").write_bytes(data)
    return grader.grade(find(folder)[0])


@pytest.mark.slow
@pytest.mark.parametrize("lesson", registry.folders())
def test_the_solutions_of_a_lesson_get_full_marks(lesson, grader, tmp_path):
    (path,) = (ROOT / "solutions").glob(f"{lesson}_*.ipynb")
    result = graded(grader(lesson), path.read_bytes(), tmp_path)
    assert [(c["id"], c["message"]) for c in result["checks"] if not c["passed"]] == []
    assert result["score"] == result["max_score"] > 0
    assert (result["status"], result["cells"], result["notes"]) == ("graded", [], [])


@pytest.mark.slow
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("lesson", registry.folders())
def test_known_mistakes_are_named_under_usual_imports(lesson, which, grader, tmp_path):
    planned = all_mistaken(lesson, which, imports(lesson, (("scipy", "sklearn"), ("torch",))[which]))
    result = graded(grader(lesson), planned.data, tmp_path)
    assert {c["id"]: c["misconception"] for c in result["checks"]} == planned.mistakes
    assert {c["id"]: c["points"] for c in result["checks"]} == pytest.approx(planned.points)
    assert (result["status"], result["cells"]) == ("graded", [])
