"""A real JupyterLab in a real browser, for tests and screenshots.  Needs Chromium and the package playwright."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tools.commands.lab import LEARNER
from tools.reference_kernel import kernel_environment

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True, "windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
PATIENCE = 90_000  # milliseconds for a kernel to start or a cell to answer on a busy machine
LONG = 600_000  # for a whole notebook


def find_chromium():
    """The path of a Chromium: $CHROMIUM, else one on the PATH; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextlib.contextmanager
def lab_server(folder):
    """Serve `folder` with JupyterLab, apart from the user's own settings; yield a function: file name -> address."""
    with tempfile.TemporaryDirectory(prefix="course-lab-", ignore_cleanup_errors=True) as scratch:
        work, token = Path(scratch), secrets.token_hex(8)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (work / "app").mkdir()
        (work / "app" / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={folder}",
            f"--LabApp.app_settings_dir={work / 'app'}",
        ]
        own = {
            f"JUPYTER{name}": str(work / name.strip("_").lower())
            for name in ("_CONFIG_DIR", "_RUNTIME_DIR", "LAB_SETTINGS_DIR", "LAB_WORKSPACES_DIR")
        }
        with (work / "lab.log").open("wb") as log:
            server = subprocess.Popen(
                command,
                env={
                    **kernel_environment(),
                    **own,
                    "JUPYTER_CONFIG_PATH": str(LEARNER),
                    "COURSE_PROGRESS": str(work / "progress.json"),
                },
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token={token}", server)
            yield lambda name: f"http://127.0.0.1:{port}/lab/tree/{name}?token={token}&reset"
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address, server, seconds=90):
    """Wait until `address` answers; `RuntimeError` where the server ends or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start within {seconds} s (exit status {server.poll()})")


@contextlib.contextmanager
def browser():
    """A headless Chromium; yields playwright's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


def open_notebook(page, address):
    """Open a notebook and wait for its kernel, by the status bar's word: the toolbar's dot says idle too early."""
    page.goto(address)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=PATIENCE)
    wait_idle(page)


def wait_idle(page):
    """Wait until the kernel has nothing to do."""
    page.get_by_text("| Idle").wait_for(timeout=PATIENCE)


ERRORS = "[data-mime-type='application/vnd.jupyter.error']"
PROMPTS = ".jp-CodeCell .jp-InputArea-prompt"
DONE = f"""planned => document.querySelectorAll("{ERRORS}").length > planned
    || [...document.querySelectorAll("{PROMPTS}")].every(prompt => /\\d/.test(prompt.textContent))"""


def run_all(page, planned=0):
    """Run > Run All Cells, and wait for the last one; `RuntimeError` where more cells fail than are `planned` to.

    Folded cells (the quizzes) show no number; the kernel's word 'Idle' tells that they have run too.
    """
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(DONE, arg=planned, timeout=LONG)
    wait_idle(page)
    errors = page.locator(ERRORS)
    if errors.count() > planned:
        raise RuntimeError(f"a cell failed:\n{errors.last.inner_text()}")


def cell_with(page, text):
    """The code cell whose source holds `text`."""
    return page.locator(".jp-Notebook .jp-CodeCell").filter(has=page.locator(".cm-content", has_text=text)).first


def run_cell(page, cell):
    """Run one cell and wait for its result."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "cell => /\\d/.test(cell.textContent)", arg=cell.locator(".jp-InputArea-prompt").element_handle()
    )
    wait_idle(page)


def write_cell(page, cell, source):
    """Replace a cell's source, as by typing, and run it."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    run_cell(page, cell)
