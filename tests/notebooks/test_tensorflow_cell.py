"""The cell that runs in a second process, tried with an empty module in TensorFlow's place."""

import importlib.util
import os
import types

import numpy as np
import pytest

from course_utils.viz import keras_cell
from course_utils.viz.keras_cell import TensorFlowCellError, parse_line, tensorflow_cell


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A notebook's variables, with the second process importing an empty `tensorflow`."""
    (tmp_path / "tensorflow.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(keras_cell, "_running", None)
    shell = types.SimpleNamespace(user_ns={"X": np.arange(3.0), "k": 2})
    monkeypatch.setattr(keras_cell, "get_ipython", lambda: shell)
    yield shell
    if keras_cell._running is not None:
        keras_cell._running.close()


def test_arrays_go_in_and_come_back(shell, capsys):
    tensorflow_cell("X, k -> y, n", "print('inside'); y = X * k; n = len(X); X[0] = 99")
    assert capsys.readouterr().out == "inside\n"
    assert shell.user_ns["y"].tolist() == [0, 2, 4] and shell.user_ns["n"] == 3
    assert shell.user_ns["X"][0] == 0


def test_names_stay_for_the_next_cell(shell):
    tensorflow_cell("", "import os\nown = os.getpid()")
    tensorflow_cell("-> again", "again = own")
    assert shell.user_ns["again"] == keras_cell._running.process.pid != os.getpid()


def test_the_cell_can_import_what_the_notebook_can(shell):
    tensorflow_cell(
        "-> y", "from course_utils.activations import sigmoid; import sys; y = sigmoid(sys.flags.safe_path)"
    )
    assert shell.user_ns["y"] > 0.5


def test_an_error_shows_the_cells_own_lines(shell, capsys):
    with pytest.raises(TensorFlowCellError) as caught:
        tensorflow_cell("X -> y", "print('before')\ndef f():\n    return 1 / 0\ny = f()")
    said = str(caught.value)
    assert "y = f()" in said and "return 1 / 0" in said and said.endswith("ZeroDivisionError: division by zero\n")
    assert "keras_worker" not in said and "y" not in shell.user_ns
    assert capsys.readouterr().out == "before\n"
    assert caught.value._render_traceback_()[-1].startswith("ZeroDivisionError")
    tensorflow_cell("-> y", "y = 1")
    assert shell.user_ns["y"] == 1


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("pass", "asks for 'y' after '->', but the cell does not define it"),
        ("y = {'a': 1}", "'y' after '->' should be an array or a number; it is a dict"),
        ("y = [[1], [1, 2]]", "should be an array or a number; it is a list"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("y = = 1", "SyntaxError"),
    ],
)
def test_what_comes_back_is_checked(shell, cell, said):
    with pytest.raises(TensorFlowCellError, match=said):
        tensorflow_cell("-> y", cell)


def test_what_goes_in_is_checked(shell):
    with pytest.raises(TensorFlowCellError, match="no variable 'Z' yet"):
        tensorflow_cell("Z", "")
    shell.user_ns["f"] = print
    with pytest.raises(TensorFlowCellError, match="'f' should be an array or a number; it is a builtin_function"):
        tensorflow_cell("f", "")


def test_a_process_that_dies_says_why_and_a_new_one_starts(shell):
    with pytest.raises(TensorFlowCellError, match=r"(?s)ended unexpectedly.*last words"):
        tensorflow_cell("", "import os, sys; print('last words', file=sys.stderr, flush=True); os._exit(3)")
    tensorflow_cell("-> y", "y = 1")
    assert shell.user_ns["y"] == 1


def test_a_cell_that_never_ends_is_stopped(shell, monkeypatch):
    tensorflow_cell("", "")
    monkeypatch.setattr(keras_cell, "TIME_LIMIT", 0.5)
    with pytest.raises(TensorFlowCellError, match=r"took more than 0\.5 s"):
        tensorflow_cell("", "while True: pass")
    assert not keras_cell._running.alive()


def test_noise_of_c_code_stays_out_of_the_answers(shell, capfd):
    tensorflow_cell("-> y", "import os; os.write(1, b'noise'); os.write(2, b'noise'); y = 1")
    assert shell.user_ns["y"] == 1
    assert capfd.readouterr() == ("", "")


def test_files_are_removed(shell):
    tensorflow_cell("", "")
    folder = keras_cell._running.folder
    assert folder.exists()
    keras_cell._running.close()
    assert not folder.exists()


def test_files_are_removed_where_the_kernel_is_killed(shell):
    tensorflow_cell("X -> y", "y = X")
    worker = keras_cell._running
    worker.process.stdin.close()  # what a killed kernel leaves behind
    worker.process.wait(timeout=30)
    assert os.name == "nt" or not worker.folder.exists()


def test_without_tensorflow_the_lesson_goes_on(shell, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    tensorflow_cell("X -> y, z", "y = z = 1")
    assert shell.user_ns["y"] is None and shell.user_ns["z"] is None
    assert capsys.readouterr().out == keras_cell.MISSING + "\n"
    assert keras_cell._running is None


@pytest.mark.parametrize("line", ["X y", "X ->", "X, 1", "X -> y -> z", "X = y"])
def test_a_wrong_first_line(line):
    with pytest.raises(TensorFlowCellError, match="Expected '%%tensorflow X, y -> w, loss'"):
        parse_line(line)


def test_line():
    assert parse_line("") == ([], [])
    assert parse_line("X") == (["X"], [])
    assert parse_line(" -> w ") == ([], ["w"])
