"""course.py: readable by old Pythons, standard library only, one sentence where no Python fits."""

import ast
import glob
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.commands import FUNCTIONS
from tools.commands.places import ROOT

COMMANDS = [ROOT / "course.py", *sorted((ROOT / "tools" / "commands").glob("*.py"))]
OLD = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.[89].*/bin/python")))


@pytest.fixture
def course_py():
    """course.py as a module."""
    spec = importlib.util.spec_from_file_location("course_py", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_3_8_can_read_it():
    assert ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_standard_library_only(path):
    allowed = sys.stdlib_module_names | {"tools", "winreg", "fcntl"}
    borrowed = {"pip", "jupyter_client", "matplotlib", "course_utils"} if path.name == "inside.py" else set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        assert {name.partition(".")[0] for name in names} <= allowed | borrowed


def test_every_verb_has_a_function(course_py):
    assert set(course_py.VERBS) == set(FUNCTIONS)
    for verb in course_py.VERBS:
        assert f"python course.py {verb}" in course_py.__doc__


@pytest.mark.parametrize("words", [[], ["lap"], ["--lab"]])
def test_a_wrong_verb_is_answered_with_the_right_ones(words):
    run = subprocess.run([sys.executable, ROOT / "course.py", *words], capture_output=True, text=True)
    assert run.returncode == 2
    assert "lab | test | doctor" in run.stderr
    assert ("There is no lap: did you mean lab?" in run.stderr) is (words == ["lap"])


def test_help_tells_each_verb():
    run = subprocess.run([sys.executable, ROOT / "course.py", "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "python course.py submit 04" in run.stdout


def test_no_python_fits_is_one_sentence(course_py, monkeypatch, capsys):
    monkeypatch.setattr(course_py, "fits", lambda command: False)
    monkeypatch.setattr(course_py, "python_from_uv", lambda: None)
    assert course_py.main(["lab"]) == 1
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "needs a 64-bit Python 3.11 to 3.13" in said
    assert "install it with" in said


def fake(folder, name, answer):
    """A program that prints `answer` and, as a Python, reports the arguments it was started with."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{answer}'\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="shell scripts as stand-ins for Pythons: POSIX only")
@pytest.mark.parametrize(
    ("answer", "fit"),
    [
        ("3.11 True False", True),
        ("3.13 True False", True),
        ("3.10 True False", False),
        ("3.14 True False", False),
        ("3.12 False False", False),  # 32 bits
        ("3.13 True True", False),  # no global lock
        ("", False),
        ("pyenv: command not found", False),
    ],
)
def test_which_pythons_fit(course_py, tmp_path, answer, fit):
    assert course_py.fits([fake(tmp_path, "python3.x", answer)]) is fit


def test_a_program_that_is_not_there_does_not_fit(course_py):
    assert not course_py.fits(["no-such-python"])


@pytest.mark.skipif(os.name == "nt", reason="shell scripts as stand-ins for Pythons: POSIX only")
def test_a_fitting_python_is_found_on_the_path_and_by_uv(course_py, tmp_path, monkeypatch):
    monkeypatch.setattr(course_py.sys, "executable", "no-such-python")
    monkeypatch.setattr(course_py, "places", list)
    monkeypatch.setattr(course_py, "venv_python", lambda: "no-such-python")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert course_py.find_python() is None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    good = fake(elsewhere, "python", "3.11 True False")
    fake(tmp_path, "uv", good)
    assert course_py.find_python() == [good]
    on_path = fake(tmp_path, "python3.12", "3.12 True False")
    assert course_py.find_python() == [on_path]


@pytest.mark.skipif(not OLD, reason="no Python 3.8 or 3.9 under ~/.pyenv to try for real")
@pytest.mark.parametrize("python", OLD or ["none/bin/python"], ids=lambda path: Path(path).parent.parent.name)
def test_a_real_old_python_says_what_to_do(python):
    code = "import course; course.find_python = lambda: None; raise SystemExit(course.main(['lab']))"
    run = subprocess.run([python, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert "needs a 64-bit Python 3.11 to 3.13" in run.stderr


@pytest.mark.skipif(not OLD, reason="no Python 3.8 or 3.9 under ~/.pyenv to try for real")
def test_a_real_old_python_hands_over_to_one_that_fits():
    run = subprocess.run([OLD[-1], "course.py", "reset"], cwd=ROOT, capture_output=True, text=True)
    assert "since this Python is 3." in run.stdout
    assert "usage: python course.py reset NN" in run.stderr
    assert run.returncode == 1


def test_a_known_fault_is_one_line_and_exit_code_1():
    run = subprocess.run([sys.executable, ROOT / "course.py", "reset", "x"], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr
