"""The stored form of a notebook."""

import copy

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.normalise import WIDGET_VIEW, normalise
from tools.notebooks import write


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


def test_normalising_twice_changes_nothing():
    once = normalise(messy())
    assert normalise(copy.deepcopy(once)) == once


def test_written_with_unix_line_ends(tmp_path):
    path = tmp_path / "04.ipynb"
    write(path, messy())
    stored = path.read_bytes()
    assert b"\r" not in stored and stored.endswith(b"}\n") and not stored.endswith(b"\n\n")
