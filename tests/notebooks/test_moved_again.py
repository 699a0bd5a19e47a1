"""Where notebooks are run, each live figure is moved once more after the last cell."""

import subprocess
import sys

import nbformat
import pytest

from tools.reference_kernel import ROOT

MAKES = """import matplotlib.pyplot as plt

from course_utils import viz

viz.begin()
top = 3


def draw(power):
    fig, ax = plt.subplots(figsize=(2, 2))
    ax.set(title="A title", xlabel="x", ylabel="y")
    return fig, f"up to {power + top}"


viz.live(draw, power=(1, 2))"""


def notebook(path, *cells):
    code = [nbformat.v4.new_code_cell(source, id=f"97-0{i}0") for i, source in enumerate(cells, start=1)]
    nbformat.write(nbformat.v4.new_notebook(cells=code), path)
    return str(path)


def run(command, *files):
    done = subprocess.run(
        [sys.executable, "-m", *command, "--files", *files], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    return done.returncode, done.stdout


CHANGED = "draw at {'power': 1}: 'up to 5', but 'up to 4' when its own cell had run"


@pytest.mark.slow
def test_a_live_figure_that_a_later_cell_changes_is_a_fault_where_outputs_are_stored(tmp_path):
    good = notebook(tmp_path / "96_good.ipynb", MAKES, "bottom = 4")
    bad = notebook(tmp_path / "97_bad.ipynb", MAKES, "top = 4")
    status, said = run(["tools.once"], good, bad)
    assert status == 1 and said.count("FAULT ") == 1, said
    assert CHANGED in said.split("FAULT ")[1] and "97_bad.ipynb" in said.split("FAULT ")[1]
    assert len(nbformat.read(good, as_version=4).cells) == 2  # nothing is kept of the moving


@pytest.mark.slow
def test_it_is_a_fault_where_outputs_are_compared(tmp_path):
    status, said = run(["tools.notebooks", "verify"], notebook(tmp_path / "97_bad.ipynb", MAKES, "top = 4"))
    assert status == 1 and CHANGED in said, said
