"""The run that compares outputs goes red when it should."""

import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from tools import verify
from tools.anatomy import open_book
from tools.measure import Measure, Meter
from tools.network import network_cut
from tools.reference_kernel import ROOT


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def files(scratch):
    return [scratch / "notebooks" / "99_fixture.ipynb", scratch / "exercises" / "99_fixture.ipynb"]


def run_verify(*paths):
    """What the command says and its exit status; a process of its own, since kernels leave event loops behind."""
    command = [sys.executable, "-m", "tools.notebooks", "verify", "--files", *map(str, paths)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return run.stdout, run.returncode


@pytest.mark.slow
def test_a_good_copy_passes(scratch):
    said, status = run_verify(*files(scratch))
    assert status == 0, said
    assert "0 faults" in said.splitlines()[-1]
    assert re.search(r"notebooks/99_fixture.ipynb .* 100%  ok", said)
    assert said.startswith("The network is cut." if network_cut() else "The network is NOT cut")


@pytest.mark.slow
def test_four_faults_at_once(scratch):
    lesson, exercise = files(scratch)
    failing = shutil.copy(exercise, exercise.with_name("98_fixture.ipynb"))
    rewrite(lesson, '"385\\n"', '"386\\n"')
    rewrite(lesson, "| last = 100", "| last = 101")
    rewrite(exercise, "NOT YET", "PASS")
    rewrite(failing, "print(", "prnt(")
    said, status = run_verify(lesson, exercise, failing)
    assert status == 1
    assert "FAULT exercises/99_fixture.ipynb [99-030]: the check should say NOT YET" in said
    assert "FAULT exercises/98_fixture.ipynb: NameError: name 'prnt' is not defined" in said
    assert said.count("Cell outputs differ") == 2
    assert "3 faults" in said.splitlines()[-1]


def test_points_for_nothing_are_seen():
    graded = {"grade": True, "grade_id": "c", "locked": True, "points": 3, "schema_version": 3, "solution": False}
    given = nbformat.v4.new_output("execute_result", data={"text/plain": "2"})
    cell = nbformat.v4.new_code_cell("check('99.1')", outputs=[given], metadata={"nbgrader": {**graded, "task": False}})
    assert verify.mark(cell) == 2
    cell.outputs[0].data["text/plain"] = "0"
    assert verify.mark(cell) == 0
    assert verify.mark(nbformat.v4.new_code_cell("check('99.1')", outputs=[given])) == 0


def test_cleared_outputs_are_a_fault(scratch, capfd, monkeypatch):
    path = files(scratch)[0]
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    monkeypatch.setattr(verify, "compare", lambda paths: ({str(path): Measure(1, 1, 1)}, True))  # nbval says nothing
    assert verify.prove([path]) == 1
    assert capfd.readouterr().out.count("has not been run") == 6


def test_budgets():
    assert verify.over_budget(Measure(59, 59, 1999)) == ""
    assert verify.over_budget(Measure(61, 30, 100)) == "60 s"
    assert verify.over_budget(Measure(61, 30, 100), busy=True) == ""
    assert verify.over_budget(Measure(130, 61, 100), busy=True) == "60 s"
    assert verify.over_budget(Measure(1, 1, 2001)) == "2000 MB"


def test_a_notebook_that_was_not_run_is_a_fault(scratch, capfd):
    assert verify.report([open_book(files(scratch)[0])], {}, []) == 1
    assert "was not run" in capfd.readouterr().out


def test_meter_sees_children():
    child = "x = bytearray(60_000_000); import time; time.sleep(1)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        meter = Meter(process.pid)
        process.wait()
    measure = meter.stop()
    assert measure.megabytes > 60 and measure.seconds > 1 and measure.cpu_seconds > 0


def test_network_cut_cuts():
    cut = network_cut()
    if not cut:
        pytest.skip("neither bwrap nor unshare may make a network namespace here")
    probe = "import json, psutil; print(json.dumps(sorted(psutil.net_if_addrs())))"
    said = subprocess.run([*cut, sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == ["lo"]
