"""Start `python course.py lab` as a student does, without a browser, and see lesson 00 come; then stop it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from tools.commands.places import ROOT

FIRST = "lab/tree/notebooks/00_start_here.ipynb"
SECONDS = 240


def main() -> int:
    """0 where JupyterLab shows the first lesson in time; the seconds are printed."""
    port, token = free_port(), secrets.token_hex(8)
    options = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={token}"]
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="course-lab-") as work:
        environment = {**os.environ, "COURSE_WORK": work}
        command = [sys.executable, str(ROOT / "course.py"), "lab", *options]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL) as process:
            try:
                came = comes(f"http://127.0.0.1:{port}", token, process)
            finally:
                stop(f"http://127.0.0.1:{port}", token, process)
    print(f"lab: the first lesson {'came' if came else 'did NOT come'} after {time.monotonic() - start:.1f} s")
    return int(not came)


def comes(address: str, token: str, process: subprocess.Popen) -> bool:
    """Wait for the server; True where the page of the first lesson and the notebook behind it are there."""
    status, page = f"{address}/api/status?token={token}", f"{address}/{FIRST}?token={token}"
    notebook = f"{address}/api/contents/{FIRST.removeprefix('lab/tree/')}?token={token}"
    deadline = time.monotonic() + SECONDS
    while not there(status):
        if time.monotonic() > deadline or process.poll() is not None:
            return False
        time.sleep(0.2)
    return there(page) and there(notebook)


def there(address: str) -> bool:
    """True where the server answers a request with this address well."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status == 200
    except OSError:
        return False


def stop(address: str, token: str, process: subprocess.Popen) -> None:
    """Ask the server to end, and end its starter where that does not help."""
    request = urllib.request.Request(f"{address}/api/shutdown?token={token}", method="POST")
    request.add_header("Authorization", f"token {token}")
    try:
        urllib.request.urlopen(request, timeout=10)
        process.wait(20)
    except (OSError, subprocess.TimeoutExpired):
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
