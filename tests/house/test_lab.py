"""`lab`: ports, options, and what JupyterLab is started with."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.commands import kernel, lab, quiet
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


def test_jupyter_gets_the_learners_settings_before_the_users_own(monkeypatch, capfd):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/their/own")
    lab.wait_for([sys.executable, "-c", "import os; print(os.environ['JUPYTER_CONFIG_PATH'])"])
    assert capfd.readouterr().out.strip() == os.pathsep.join([str(lab.LEARNER), "/their/own"])


def test_nothing_of_nbgraders_is_on_for_learners(monkeypatch):
    config = pytest.importorskip("jupyter_server.extension.config")
    from jupyter_core.paths import jupyter_config_path
    from jupyterlab_server.config import get_static_page_config

    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(lab.LEARNER))
    given = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d", "nbgrader.json")
    names = json.loads(given.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    manager = config.ExtensionConfigManager(read_config_path=jupyter_config_path())
    assert len(names) == 4 and not any(map(manager.enabled, names))
    assert manager.enabled("jupyterlab")
    folders = Path(sys.prefix, "share", "jupyter", "labextensions").glob("*/nbgrader")
    off = get_static_page_config(level="all")["disabledExtensions"]
    assert [f"{folder.parent.name}/{folder.name}" for folder in folders] == list(off) == ["@jupyter/nbgrader"]


def test_jupyters_log_without_what_only_alarms(caplog):
    settings = json.loads((lab.LEARNER / "jupyter_server_config.json").read_text(encoding="utf-8"))["ServerApp"]
    assert settings["logging_config"]["filters"]["needless"]["()"] == "tools.commands.quiet.Needless"
    log = logging.getLogger("course.made_up")
    log.addFilter(quiet.Needless())
    log.warning("Notebook %s is not trusted", "notebooks/00_start_here.ipynb")
    log.warning("The disk is full")
    log.error("The token is not trusted")
    assert caplog.messages == ["The disk is full", "The token is not trusted"]


def test_a_kernel_starts_without_a_word(tmp_path):
    said, connection = tmp_path / "said", tmp_path / "kernel.json"
    with said.open("wb") as err:
        command = [sys.executable, "-c", kernel.LAUNCH, "-f", str(connection)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err) as process:
            end = time.monotonic() + 60
            while not connection.exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            process.terminate()
    assert connection.exists() or process.returncode is not None
    assert said.read_text(encoding="utf-8") == ""


def test_where_no_browser_opens_none_is_promised():
    assert "opens in your browser" in lab.where_it_opens(["--port=9000"])
    for silent in ("--no-browser", "--ServerApp.open_browser=False"):
        assert "open it in your browser" in lab.where_it_opens([silent])
