"""One run that stores and compares: what is new is told, what fails leaves the file as it was."""

import copy
import subprocess
import sys

import nbformat
import pytest

from tools.once import NEW, Comparison
from tools.reference_kernel import ROOT


def run_once(*paths):
    """What the command says and its exit status; a process of its own, since kernels leave event loops behind."""
    command = [sys.executable, "-m", "tools.once", "--files", *map(str, paths)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return run.stdout, run.returncode


@pytest.mark.slow
def test_what_differs_is_stored_anew_and_told_and_what_fails_leaves_its_file(scratch):
    lesson, exercise = scratch / "notebooks" / "99_fixture.ipynb", scratch / "exercises" / "99_fixture.ipynb"
    good = lesson.read_text("utf-8")
    broken = lesson.with_name("98_broken.ipynb")
    wrong = good.replace("print(", "prnt(", 1)
    broken.write_text(wrong, "utf-8")
    assert '"385\\n"' in good
    lesson.write_text(good.replace('"385\\n"', '"386\\n"'), "utf-8")
    exercise.write_text(exercise.read_text("utf-8").replace("NOT YET", "PASS"), "utf-8")
    said, status = run_once(lesson, broken, exercise)
    assert status == 1 and said.count(NEW) == 1, said
    assert f"{NEW} notebooks/99_fixture.ipynb: 99-" in said
    assert lesson.read_text("utf-8") == good  # as stored before it was damaged: another run would find nothing new
    assert "FAULT notebooks/98_broken.ipynb: stopped, the file is as it was" in said and "NameError" in said
    assert broken.read_text("utf-8") == wrong
    assert "FAULT exercises/99_fixture.ipynb [99-030]: the check should say NOT YET" in said


def test_outputs_are_compared_as_nbval_does(book):
    cell = next(cell for cell in book.cells("code") if cell.outputs and "text" in cell.outputs[0])
    other = copy.deepcopy(cell)
    other.outputs[0].text = other.outputs[0].text + "."
    assert Comparison().same(cell, cell) and not Comparison().same(cell, other)
    other.metadata["tags"] = ["nbval-ignore-output"]
    assert Comparison().same(other, cell)


def test_texts_in_pieces_are_the_same_text_and_stay_as_they_are():
    def cell(*texts):
        return nbformat.v4.new_code_cell(
            outputs=[nbformat.v4.new_output("stream", name="stdout", text=text) for text in texts]
        )

    pieces = cell("yes, ", "it is\n")
    assert Comparison().same(pieces, cell("yes, it is\n"))
    assert [output.text for output in pieces.outputs] == ["yes, ", "it is\n"]
