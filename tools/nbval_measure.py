"""A pytest plugin beside nbval: measures each notebook's kernel and writes the figures to $COURSE_MEASURES.

It also moves each live figure once more when the last cell has run (`course_utils.viz.live_figure.move_again`).
"""

import json
import os
import time
from pathlib import Path

import pytest

from tools.measure import Meter
from tools.reference_kernel import AFTER_THE_LAST_CELL, CELL_SECONDS

_started, _meters, _measures = {}, {}, {}


def pytest_runtest_setup(item):
    """Remember when a notebook began: its kernel starts after this."""
    _started.setdefault(str(item.path), time.perf_counter())


def pytest_runtest_call(item):
    """Watch the notebook's kernel from its first cell on."""
    path, kernel = str(item.path), getattr(item.parent, "kernel", None)
    if path not in _meters and kernel is not None:
        _meters[path] = Meter(kernel.km.provisioner.pid, _started[path])


def pytest_runtest_teardown(item, nextitem):
    """End the watching with the notebook's last cell, before its kernel is stopped."""
    path = str(item.path)
    if path in _meters and (nextitem is None or str(nextitem.path) != path):
        _measures[path] = _meters.pop(path).stop()
        move_again(item.parent.kernel, path)


def move_again(kernel, path):
    """Fail where a live figure shows something else now than when its own cell had run."""
    if not kernel.is_alive():
        return  # a cell has ended it, and failed
    reply = kernel.kc.execute_interactive(
        AFTER_THE_LAST_CELL, store_history=False, timeout=CELL_SECONDS, output_hook=lambda message: None
    )["content"]
    if reply["status"] == "error":
        pytest.fail(f"{path}, after the last cell: {reply['ename']}: {reply['evalue']}", pytrace=False)


def pytest_sessionfinish():
    """Write what this process has measured."""
    folder = os.environ.get("COURSE_MEASURES")
    if folder and _measures:
        Path(folder, f"{os.getpid()}.json").write_text(json.dumps(_measures), encoding="utf-8")
