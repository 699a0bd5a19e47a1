"""Released exercises, as they are handed out, under stock nbgrader: right marks, partial credit too."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.classroom.rehearsal.madeup import answer_cells

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(sys.executable).parent
(SOLUTION,) = (ROOT / "solutions").glob("04_*.ipynb")
(EXERCISE,) = (ROOT / "exercises").glob("04_*.ipynb")


def nbgrader(folder, *words):
    path = os.pathsep.join([str(HERE), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=folder, env=env, capture_output=True, text=True
    )


def partly():
    """The released exercise with four right answers and one wrong one; two are left as they were."""
    document = json.loads(EXERCISE.read_text(encoding="utf-8"))
    right = {n: c["source"] for n, c in answer_cells(json.loads(SOLUTION.read_text(encoding="utf-8"))).items()}
    for number, cell in answer_cells(document).items():
        if number in ("04.1", "04.2", "04.4", "04.5"):
            cell["source"] = right[number]
        if number == "04.3":
            cell["source"] = "def mse_gradient(X, y, w, b):\n    return X.T @ (X @ w + b - y), np.sum(X @ w + b - y)"
    return json.dumps(document)


@pytest.mark.slow
def test_autograde_gives_credit_for_each_answer_alone(tmp_path):
    from nbgrader.api import Gradebook

    (tmp_path / "source" / "ps").mkdir(parents=True)
    shutil.copy(SOLUTION, tmp_path / "source" / "ps")
    assert nbgrader(tmp_path, "generate_assignment", "ps").returncode == 0
    place = tmp_path / "submitted" / "part" / "ps" / EXERCISE.name
    place.parent.mkdir(parents=True)
    place.write_text(partly(), encoding="utf-8")
    done = nbgrader(tmp_path, "autograde", "ps")
    assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        grades = book.find_submission("ps", "part").notebooks[0].grades
        scores = {g.name: g.auto_score for g in grades}
    assert [scores[f"check-04-{k}"] for k in range(1, 8)] == [2.0, 2.0, 0.0, 4.0, 4.0, 0.0, 0.0]
