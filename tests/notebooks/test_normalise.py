"""The stored form of a notebook."""

import copy
import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.normalise import WIDGET_VIEW, normalise
from tools.notebooks import write
from tools.reference_kernel import ROOT


def messy():
    data = {WIDGET_VIEW: {"model_id": "0123"}, "text/plain": "Slider figure", "text/html": "<p>"}
    output = new_output("execute_result", data=data, execution_count=7, metadata={"isolated": True})
    traces = {"execution": {"iopub.execute_input": "2026-11-22"}, "tags": ["widget"]}
    cells = [
        new_markdown_cell("\ntext  \n\n", id="04-010", metadata={"collapsed": True}),
        new_code_cell("x  \n", id="04-020", execution_count=7, metadata=traces, outputs=[output]),
        new_code_cell("y", id="04-030"),
    ]
    metadata = {
        "course": {"lesson": "04"},
        "kernelspec": {"name": "mine", "display_name": "My Python"},
        "language_info": {"name": "python", "version": "3.11.7"},
        "widgets": {"state": {}},
    }
    return new_notebook(cells=cells, metadata=metadata)


def test_stored_form():
    notebook = normalise(messy())
    text, code, unrun = notebook.cells
    assert text.source == "text" and text.metadata == {} and text.id == "04-010"
    assert code.source == "x" and code.metadata == {"tags": ["widget"]} and code.execution_count == 1
    assert code.outputs[0].execution_count == 1 and code.outputs[0].metadata == {}
    assert code.outputs[0].data == {"text/plain": "Slider figure", "text/html": "<p>"}
    assert unrun.execution_count is None
    assert notebook.metadata == {
        "course": {"lesson": "04"},
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)


def test_what_is_kept_of_a_cells_metadata():
    kept = {
        "tags": [],
        "erratum": ["E1"],
        "coverage": ["S1"],
        "nbgrader": {"grade": True},
        "reason": "slow",
        "terms": [],
    }
    kept |= {"slideshow": {}, "jupyter": {}, "deletable": False, "editable": False}
    cell = new_code_cell("x", id="04-010", metadata={**kept, "ExecuteTime": 1, "scrolled": True})
    assert normalise(new_notebook(cells=[cell])).cells[0].metadata == kept


def test_traces_of_one_run_are_not_kept():
    lines = ["File /tmp/ipykernel_4711/12345.py:1, in f", "File C:\\Temp\\ipykernel_4711\\12345.py:1", "NameError: x"]
    (error,) = printed(new_output("error", ename="NameError", evalue="x", traceback=lines))
    assert error.traceback == [line.replace("4711", "0") for line in lines]


def test_normalising_twice_changes_nothing():
    once = normalise(messy())
    assert normalise(copy.deepcopy(once)) == once


def test_written_with_unix_line_ends(tmp_path):
    path = tmp_path / "04.ipynb"
    write(path, messy())
    stored = path.read_bytes()
    assert b"\r" not in stored and stored.endswith(b"}\n") and not stored.endswith(b"\n\n")


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def printed(*outputs):
    """What is stored of a cell's outputs."""
    cells = [new_code_cell("print()", id="04-010", execution_count=1, outputs=list(outputs))]
    return normalise(new_notebook(cells=cells)).cells[0].outputs


def test_texts_are_stored_whole_however_the_kernel_sent_them():
    whole = printed(stream("one\ntwo\nthree\n"))
    assert printed(stream("one\n"), stream("two\n"), stream("three\n")) == whole
    assert printed(stream("one\ntw"), stream("o\nthree\n")) == whole


def test_only_neighbours_of_the_same_stream_are_merged():
    picture = new_output("display_data", data={"text/plain": "Figure: x"})
    outputs = [stream("a"), stream("b", "stderr"), stream("c"), picture, stream("d")]
    assert [o.get("text") for o in printed(*copy.deepcopy(outputs))] == ["a", "b", "c", None, "d"]


def test_a_notebook_is_whole_or_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "04.ipynb"
    write(path, messy())
    before = path.read_bytes()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(path, new_notebook())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


UNEVEN = """import os
for number in range(4):
    print(number, flush=os.path.exists("again"))
"""


@pytest.mark.slow
def test_running_an_unchanged_notebook_again_gives_the_same_file(tmp_path):
    path = tmp_path / "04_again.ipynb"
    cells = [
        new_code_cell(UNEVEN, id="04-010"),
        new_code_cell("from course_utils.checks import check, hint, progress\nprogress()", id="04-020"),
        new_code_cell("check('00.1', 'nonsense')\nhint('00.1')", id="04-030"),
        new_code_cell("progress()\n1 / 0", id="04-040", metadata={"tags": ["raises-exception"]}),
    ]
    write(path, new_notebook(cells=cells))
    stored = []
    for _ in range(2):
        command = [sys.executable, "-m", "tools.notebooks", "run", "--files", str(path)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        stored.append(path.read_bytes())
        (tmp_path / "again").touch()  # the second time the kernel sends its text in pieces
    assert stored[0] == stored[1]
