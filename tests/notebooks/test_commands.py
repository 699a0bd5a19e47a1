"""`python -m tools.notebooks`: what each command looks at, and that its exit code tells what it found."""

import subprocess
import sys
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from tests.notebooks.test_verify import rewrite
from tools import lesson_rules, network, notebooks, verify
from tools.anatomy import open_book
from tools.measure import Measure
from tools.reference_kernel import ROOT


@pytest.fixture
def lesson(scratch, course, monkeypatch):
    """The fixture lesson, good in the eyes of `check`."""
    monkeypatch.setattr(lesson_rules, "the_course", lambda: course)
    return scratch / "notebooks" / "99_fixture.ipynb"


# ---- check


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("## Summary", "### Summary", "sections should be"),  # a rule of form
        ("It takes 5 minutes", "It takes 6 minutes", "the opening should say '5 minutes'"),  # a rule of the course
    ],
)
def test_check_fails_where_a_rule_does(lesson, capsys, old, new, words):
    assert notebooks.main(["check", "--files", str(lesson)]) == 0
    assert capsys.readouterr().out.endswith("1 notebooks, 0 faults.\n")
    rewrite(lesson, old, new)
    assert notebooks.main(["check", "--files", str(lesson)]) == 1
    assert words in capsys.readouterr().out


def test_the_exit_code_leaves_the_process(scratch):
    exercise = scratch / "exercises" / "99_fixture.ipynb"
    command = [sys.executable, "-m", "tools.notebooks", "check", "--files", str(exercise)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0
    rewrite(exercise, '"execution_count": null', '"execution_count": 3')
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 1


# ---- which files


@pytest.mark.parametrize(
    ("command", "folders"),
    [
        ("run", {"notebooks", "solutions"}),  # exercises are made from solutions, never run into
        ("normalise", {"notebooks", "solutions"}),
        ("check", {"notebooks", "solutions", "exercises"}),
        ("verify", {"notebooks", "solutions", "exercises"}),
    ],
)
def test_each_command_takes_its_folders(monkeypatch, command, folders):
    name = {"normalise": "normalise_all"}.get(command, command)
    seen = []
    monkeypatch.setattr(notebooks, name, lambda paths: seen.extend(paths) or 3)
    assert notebooks.main([command, "04"]) == 3
    assert {path.parent.name for path in seen} == folders
    assert {path.name[:2] for path in seen} == {"04"}
    notebooks.main([command])
    assert len(seen) > 3 * len(folders)


def test_a_number_that_is_not_there_is_told():
    with pytest.raises(SystemExit, match="No notebook with the number 98"):
        notebooks.main(["check", "04", "98"])


# ---- run


def test_run_stores_what_ran_and_leaves_what_failed(lesson, monkeypatch, capsys):
    bad = lesson.with_name("98_bad.ipynb")
    bad.write_bytes(lesson.read_bytes())

    def execute(path):
        if path == bad:
            raise CellExecutionError("", "NameError", "x")
        book = open_book(path)
        book.notebook.cells[0].source += " Ran."
        return book.notebook, Measure(1.0, 0.5, 100)

    before = bad.read_bytes()
    monkeypatch.setattr(notebooks, "execute", execute)
    assert notebooks.main(["run", "--files", str(lesson)]) == 0
    assert "Ran." in open_book(lesson).notebook.cells[0].source
    assert notebooks.main(["run", "--files", str(bad), str(lesson)]) == 1
    assert bad.read_bytes() == before
    assert "FAILED, file left as it was" in capsys.readouterr().out


# ---- verify: gates


@pytest.fixture
def faultless(lesson, monkeypatch):
    """The fixture lesson, as if it had been run and compared without a fault."""
    monkeypatch.setattr(verify, "compare", lambda paths: ({str(path): Measure(1, 1, 1) for path in paths}, True))
    return lesson


def test_prove_tells_each_gate(faultless, monkeypatch):
    assert verify.prove([faultless]) == 0
    monkeypatch.setattr(verify, "compare", lambda paths: ({str(faultless): Measure(1, 1, 1)}, False))
    assert verify.prove([faultless]) == 1  # nbval found a difference
    monkeypatch.setattr(verify, "compare", lambda paths: ({str(faultless): Measure(1, 1, 5000)}, True))
    assert verify.prove([faultless]) == 1  # too much memory
    monkeypatch.setattr(verify, "compare", lambda paths: ({}, True))
    assert verify.prove([faultless]) == 1  # not run


def test_prove_tells_an_exercises_faults(scratch, monkeypatch):
    exercise = scratch / "exercises" / "99_fixture.ipynb"
    for found in ([], ["the check should say NOT YET"]):
        monkeypatch.setattr(verify, "run_exercise", lambda path, found=found: (Measure(1, 1, 1), found))
        assert verify.prove([exercise]) == len(found)


@pytest.mark.parametrize(("setting", "option"), [("not compared", "--nbval-lax"), ("", "--nbval")])
def test_outputs_are_compared_unless_told_otherwise(monkeypatch, setting, option):
    ran = []
    monkeypatch.setenv(verify.OUTPUTS, setting)
    monkeypatch.setattr(
        verify.subprocess, "run", lambda command, **_: ran.extend(command) or subprocess.CompletedProcess(command, 1)
    )
    assert verify.compare([Path("04.ipynb")]) == ({}, False)
    assert [word for word in ran if word in ("--nbval", "--nbval-lax")] == [option]


# ---- verify: the network


def test_verify_starts_itself_behind_the_cut_and_takes_its_exit_code(monkeypatch):
    ran = []

    def run(command, env=None, **_):
        ran.append((command, env))
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.delenv(verify.INSIDE, raising=False)
    monkeypatch.setattr(verify, "network_cut", lambda: ["cutter", "--all"])
    monkeypatch.setattr(verify.subprocess, "run", run)
    assert notebooks.verify([Path("04.ipynb")]) == 7
    ((command, env),) = ran
    assert command[:2] == ["cutter", "--all"] and command[-1] == "04.ipynb"
    assert env[verify.INSIDE] == "1"


@pytest.mark.parametrize(("inside", "state"), [("1", "cut."), ("", "NOT cut")])
def test_verify_says_whether_the_network_is_cut(monkeypatch, capsys, inside, state):
    monkeypatch.setenv(verify.INSIDE, inside)
    monkeypatch.setattr(verify, "network_cut", lambda: ["cutter"] if inside else [])
    monkeypatch.setattr(verify, "prove", lambda paths: 5)
    assert notebooks.verify([]) == 5
    assert f"The network is {state}" in capsys.readouterr().out


def test_the_first_way_to_cut_that_works_is_taken(monkeypatch):
    works = {"bwrap": 1, "unshare": 0}
    monkeypatch.setattr(network.sys, "platform", "linux")
    monkeypatch.setattr(network.shutil, "which", lambda name: name)
    monkeypatch.setattr(
        network.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, works[command[0]])
    )
    assert network.network_cut() == network.CUTS[1]
    works["bwrap"] = 0
    assert network.network_cut() == network.CUTS[0]
    works.update(bwrap=1, unshare=1)
    assert network.network_cut() == []
    monkeypatch.setattr(network.sys, "platform", "darwin")
    works.update(bwrap=0)
    assert network.network_cut() == []


@pytest.mark.parametrize("cut", network.CUTS, ids=lambda cut: cut[0])
def test_each_way_to_cut_leaves_loopback_only(cut):
    """Tried wherever the machine has it; what a machine refuses is refused by the probe too."""
    if network.shutil.which(cut[0]) is None:
        pytest.skip(f"no {cut[0]} here")
    probe = "import psutil; print(sorted(psutil.net_if_addrs()))"
    run = subprocess.run([*cut, sys.executable, "-c", probe], capture_output=True, text=True)
    loopback = subprocess.run([*cut, sys.executable, "-c", network.PROBE], capture_output=True)
    assert (run.stdout.strip() == "['lo']") == (run.returncode == 0)
    assert loopback.returncode == run.returncode
