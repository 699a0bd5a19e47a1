"""`lab`: ports, options, and what JupyterLab is started with."""

import socket
import subprocess
import sys
import time

import pytest

from tools.commands import lab
from tools.commands.say import Fault


@pytest.fixture
def busy():
    """A port that something listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_busy_port_that_was_asked_for_is_a_fault(busy):
    with pytest.raises(Fault, match=f"Port {busy} is in use") as fault:
        lab.free_port([f"--port={busy}"])
    assert f"--port={busy + 1}" in str(fault.value)


def test_the_usual_port_moves_on_where_it_is_busy(busy, monkeypatch, capsys):
    monkeypatch.setattr(lab, "PORT", busy)
    assert lab.free_port([]) > busy
    assert f"Port {busy} is in use" in capsys.readouterr().out


def test_no_port_at_all(monkeypatch):
    monkeypatch.setattr(lab, "port_is_free", lambda port: False)
    with pytest.raises(Fault, match="in use: give a free one"):
        lab.free_port([])


@pytest.mark.parametrize("port", ["x", "70000", "-1", ""])
def test_a_port_that_is_none(port):
    with pytest.raises(Fault, match="A port is a number"):
        lab.asked_port([f"--port={port}"])


def test_port_zero_is_left_to_jupyter():
    assert lab.free_port(["--port=0"]) == 0


def test_jupyter_is_rooted_in_the_students_copies(course, monkeypatch):
    monkeypatch.setattr(lab, "MY_WORK", course / "my_work")
    assert "--LabApp.default_url=/lab" in lab.options()
    lab.workspace.fill()
    assert f"--ServerApp.root_dir={course / 'my_work'}" in lab.options()
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in lab.options()


def test_further_options_come_last_so_that_they_win(monkeypatch):
    started = []
    monkeypatch.setattr(lab.environment, "ready", lambda: None)
    monkeypatch.setattr(lab, "prepare", lambda: None)
    monkeypatch.setattr(lab, "wait_for", lambda command: started.append(command) or 0)
    assert lab.main(["--no-browser", "--port=0"]) == 0
    assert started[0][-2:] == ["--no-browser", "--port=0"]
    lab.main(["--version"])
    assert started[1][-1] == "--version"


def test_jupyters_failure_is_followed_by_what_to_do(capsys):
    assert lab.told(lab.wait_for([sys.executable, "-c", "import no_such_module"])) == 1
    assert "python course.py doctor" in capsys.readouterr().err
    assert (lab.told(0), lab.told(-2)) == (0, -2) and capsys.readouterr().err == ""


def test_root_may_start_it(monkeypatch):
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in lab.options()
    monkeypatch.setattr(lab.os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in lab.options()


def test_changed_lessons_are_told(course, monkeypatch, capsys):
    from tests.house.conftest import write

    monkeypatch.setattr(lab, "MY_WORK", course / "my_work")
    lab.prepare()
    assert "3 notebooks copied" in capsys.readouterr().out
    write(course / "notebooks" / "04_linear.ipynb", "x = 9")
    lab.prepare()
    assert "Changed since you got them: 04_linear." in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="signals: POSIX only")
def test_who_ends_lab_ends_jupyter_too(tmp_path):
    left = tmp_path / "left"
    child = f"import pathlib, time; pathlib.Path({str(left)!r}).touch(); time.sleep(60)"
    code = f"import sys; from tools.commands.lab import wait_for; sys.exit(wait_for([sys.executable, '-c', {child!r}]))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=lab.ROOT) as process:
        while not left.exists() and process.poll() is None:
            time.sleep(0.05)
        process.terminate()
        assert process.wait(20) != 0
