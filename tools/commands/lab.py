"""`lab`: the environment, the student's copies, then JupyterLab on my_work/."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tools.commands import environment, workspace
from tools.commands.places import MY_WORK, PYTHON, ROOT, clean_environment, shown
from tools.commands.say import Fault, say

FIRST = "notebooks/00_start_here.ipynb"
LEARNER = Path(__file__).with_name("learner")  # settings of Jupyter's: no teachers' menus, no lines that only alarm
PORT, PORTS = 8888, 50


def main(rest: list[str]) -> int:
    """Open the course; `rest` goes to JupyterLab.  The exit code is JupyterLab's."""
    environment.ready()
    if not {"--version", "--help", "-h", "--help-all"} & set(rest):
        prepare()
        port = free_port(rest)
        rest = [f"--port={port}", *rest] if asked_port(rest) is None else rest
        say(f"{where_it_opens(rest)} To stop it, press Ctrl-C twice here.")
    return told(wait_for([PYTHON, "-m", "jupyterlab", *options(), *rest]))


def where_it_opens(rest: list[str]) -> str:
    """What is about to be seen, and where.

    >>> where_it_opens(["--no-browser"])
    'JupyterLab prints an address below: open it in your browser.'
    """
    silent = {"--no-browser", "--ServerApp.open_browser=False", "--LabApp.open_browser=False"}
    if silent & set(rest):
        return "JupyterLab prints an address below: open it in your browser."
    return "JupyterLab opens in your browser (if it does not, open the address that is printed below)."


def told(code: int) -> int:
    """The exit code, with a sentence where JupyterLab failed (a negative one says that somebody ended it)."""
    if code > 0:
        print(
            f"JupyterLab ended with an error (exit code {code}); its last words are above. `python course.py doctor` "
            "looks what is wrong here and says how to mend it.",
            file=sys.stderr,
        )
    return code


def prepare() -> None:
    """Fill my_work/ and tell of lessons that changed."""
    made = workspace.fill()
    if made:
        say(f"{len(made)} notebooks copied into {shown(MY_WORK)}: yours to change, never overwritten.")
    changed = [path.stem for path in workspace.originals() if workspace.state(path) == "changed"]
    if changed:
        say(f"Changed since you got them: {', '.join(changed)}. `python course.py update` puts them beside yours.")


def options() -> list[str]:
    """What the course sets; anything can be overruled by an option that comes later."""
    # not `jupyter lab FILE`: that makes the file's folder the root and hides the exercises
    first = f"/lab/tree/{FIRST}" if (MY_WORK / FIRST).exists() else "/lab"
    settings = [f"--ServerApp.root_dir={MY_WORK}", f"--LabApp.default_url={first}", "--log-level=WARN"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*settings, *(["--allow-root"] if is_root else [])]


def free_port(rest: list[str]) -> int:
    """The port that was asked for, or the first free one from 8888 on; Fault where it is taken."""
    asked = asked_port(rest)
    if asked is not None:
        if asked and not port_is_free(asked):
            raise Fault(
                f"Port {asked} is in use: close the other program (perhaps another JupyterLab), or give another: "
                f"python course.py lab --port={asked + 1}"
            )
        return asked
    port = next((port for port in range(PORT, PORT + PORTS) if port_is_free(port)), None)
    if port is None:
        raise Fault(f"Ports {PORT} to {PORT + PORTS - 1} are in use: give a free one: python course.py lab --port=9999")
    if port != PORT:
        say(f"Port {PORT} is in use (perhaps another JupyterLab), so taking {port}.")
    return port


def asked_port(rest: list[str]) -> int | None:
    """The port among the options, if there is one.

    >>> asked_port(["--no-browser", "--port", "9000"]), asked_port(["--ServerApp.port=9001"]), asked_port([])
    (9000, 9001, None)
    """
    for option, after in zip(rest, [*rest, ""][1:], strict=True):
        name, _, value = option.partition("=")
        if name in ("--port", "--ServerApp.port"):
            value = value or after
            if not value.isdigit() or int(value) > 65535:
                raise Fault(f"A port is a number up to 65535, not {value!r}: python course.py lab --port=9999")
            return int(value)
    return None


def port_is_free(port: int) -> bool:
    """True where a server can listen on this port of this machine."""
    with socket.socket() as server:
        if os.name == "posix":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(command: list) -> int:
    """Run a program to its end; Ctrl-C is its own affair, a request to end is handed on.  Its exit code."""
    progress = os.environ.get("COURSE_PROGRESS") or str(MY_WORK / ".course_progress.json")
    settings = os.pathsep.join(filter(None, [str(LEARNER), os.environ.get("JUPYTER_CONFIG_PATH")]))
    variables = clean_environment(COURSE_PROGRESS=progress, JUPYTER_CONFIG_PATH=settings)
    with subprocess.Popen(list(map(str, command)), cwd=ROOT, env=variables) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # who ends this ends JupyterLab too
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
