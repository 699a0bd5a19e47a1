"""`doctor`: each fault is named with its mend; nothing is changed."""

import json
import sys
from importlib import metadata

import pytest

from tools.commands import doctor, inside
from tools.commands.doctor import Finding
from tools.commands.places import STUDENT
from tools.commands.say import Fault


def faults(check):
    """Text and mend of a check's faults."""
    return [(finding.text, finding.mend) for finding in check() if finding.kind == "FAULT"]


@pytest.fixture
def here(monkeypatch):
    """The Python of these tests as the environment's."""
    monkeypatch.setattr(inside, "PYTHON", type(inside.PYTHON)(sys.executable))
    monkeypatch.setattr(doctor.environment, "PYTHON", inside.PYTHON)


@pytest.fixture
def answer(monkeypatch):
    """Lay an answer of the environment's Python in."""
    return lambda value: monkeypatch.setattr(doctor.inside, "ask", lambda *question: value)


def test_a_version_that_differs_is_a_fault(answer):
    answer([["numpy", "2.4.6", "2.0.0"], ["torch", "2.13.0", None]])
    assert faults(doctor.versions) == [
        ("numpy is 2.0.0, tested with 2.4.6.", "python course.py setup --again"),
        ("torch is missing, tested with 2.13.0.", "python course.py setup --again"),
    ]
    answer([])
    assert [finding.kind for finding in doctor.versions()] == ["ok"]


def test_versions_are_read_from_the_lock(here, tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "# a comment\nnumpy==0.1\nno-such-package==1.0\npywinpty==1.0 ; sys_platform == 'none'\n", encoding="utf-8"
    )
    wrong = inside.ask("versions", str(lock))
    assert [(name, want) for name, want, _ in wrong] == [("numpy", "0.1"), ("no-such-package", "1.0")]
    assert wrong[1][2] is None


def test_a_package_that_lost_a_module_is_told(tmp_path):
    info = tmp_path / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n", encoding="utf-8")
    record = "odd/__init__.py,,\nodd/deep/er.py,,\n../../bin/odd.py,,\nodd-1.0.dist-info/METADATA,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")
    assert inside.gone(metadata.Distribution.at(info)) == "odd/__init__.py"
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "__init__.py").touch()
    assert inside.gone(metadata.Distribution.at(info)) is None


def test_every_package_of_the_lock_is_whole(here):
    assert [line for line in inside.ask("versions", str(STUDENT)) if "not whole" in str(line[2])] == []


def test_an_import_that_fails_is_told_with_its_last_words(here):
    seconds, words = inside.try_import("no_such_module")
    assert "No module named 'no_such_module'" in words
    assert seconds >= 0
    assert inside.try_import("json")[1] is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals: POSIX only")
def test_an_import_that_crashes_is_told(here):
    assert inside.try_import("os; os.kill(os.getpid(), 4)")[1] == "killed by Illegal instruction"


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        ("ImportError: DLL load failed while importing _C", "Visual C++"),
        ("killed by Illegal instruction", "too old"),
        ("ImportError: cannot import name 'x' from 'numpy' (/home/li/numpy.py)", "a file of yours"),
        ("ModuleNotFoundError: No module named 'torch'", "setup --again"),
    ],
)
def test_imports_have_their_mend(words, mend):
    assert mend in doctor.mend_import(words)


@pytest.mark.slow
def test_the_kernel_answers(here):
    answer = inside.ask("kernel")
    assert answer == "2"


def test_a_missing_kernel_is_a_fault(here, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.kernel, "kernel_file", lambda: tmp_path / "kernel.json")
    assert faults(doctor.kernelspec)[0][1] == "python course.py setup"


def test_fonts_are_found(here):
    found = inside.ask("fonts")
    assert found["latin"] == "DejaVu Sans"
    assert [finding.kind for finding in doctor.fonts()] == ["ok"]


def test_a_damaged_progress_file_is_a_fault(here, monkeypatch, tmp_path):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    assert faults(doctor.progress) == []
    path.write_text('{"04.1": ', encoding="utf-8")
    ((text, mend),) = faults(doctor.progress)
    assert "is damaged" in text
    assert "your answers are in the notebooks" in mend


def test_a_damaged_notebook_is_a_fault(course, monkeypatch):
    monkeypatch.setattr(doctor, "MY_WORK", course / "my_work")
    doctor.workspace.fill()
    assert faults(doctor.work) == []
    (course / "my_work" / "exercises" / "04_linear.ipynb").write_text("{", encoding="utf-8")
    ((text, mend),) = faults(doctor.work)
    assert "04_linear.ipynb is damaged" in text
    assert "reset 04" in mend


def test_a_file_that_hides_a_package_is_a_fault(course, monkeypatch):
    monkeypatch.setattr(doctor, "MY_WORK", course / "my_work")
    doctor.workspace.fill()
    (course / "my_work" / "notebooks" / "numpy.py").write_text("x = 1", encoding="utf-8")
    (course / "my_work" / "exercises" / "random").mkdir()
    (course / "my_work" / "exercises" / "random" / "a.py").write_text("x = 1", encoding="utf-8")
    (course / "my_work" / "exercises" / "helpers.py").write_text("x = 1", encoding="utf-8")
    found = faults(doctor.work)
    assert [text.split(" hides the package ")[1].split()[0] for text, _ in found] == ["numpy", "random"]
    assert all("rename it" in mend for _, mend in found)


def test_little_memory_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "memory_gb", lambda: 1.9)
    assert "needs 4 GB" in faults(doctor.memory)[0][1]
    monkeypatch.setattr(doctor, "memory_gb", lambda: None)
    assert [finding.kind for finding in doctor.memory()] == ["note"]


def test_little_room_is_a_fault(monkeypatch):
    def refuse(folder, need):
        raise Fault("Not enough space")

    monkeypatch.setattr(doctor.ground, "check_space", refuse)
    assert "Not enough space" in faults(doctor.place)[0][1]


@pytest.mark.parametrize(
    ("broken", "stamp", "words"),
    [("its Python is gone", {}, "is broken: its Python is gone"), (None, {}, "is not finished, or older")],
)
def test_a_broken_or_old_environment_is_a_fault(here, monkeypatch, broken, stamp, words):
    monkeypatch.setattr(doctor.environment, "what_is_broken", lambda: broken)
    monkeypatch.setattr(doctor.environment, "read_stamp", lambda: stamp)
    ((text, mend),) = faults(doctor.environment_state)
    assert words in text
    assert "python course.py setup" in mend


def test_the_count_decides_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", [lambda: [Finding("ok", "fine")]] * 3)
    assert doctor.main([]) == 0
    assert "No faults" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "CHECKS", [lambda: [Finding("FAULT", "torn", "sew it")]] * 2)
    assert doctor.main([]) == 1
    said = capsys.readouterr().out
    assert "FAULT  torn\n       Mend: sew it" in said
    assert "2 faults: mend the first one" in said


def test_it_only_looks(course, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    monkeypatch.setattr(doctor, "MY_WORK", course / "my_work")
    list(doctor.work())
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before
    assert json.loads((course / "notebooks" / "04_linear.ipynb").read_text("utf-8"))["cells"]


def test_a_path_that_leads_python_astray_is_told(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert any("PYTHONPATH is set (/elsewhere)" in f.text and "VS Code" in f.mend for f in doctor.extras())
    monkeypatch.delenv("PYTHONPATH")
    assert not any("PYTHONPATH" in f.text for f in doctor.extras())
