"""The reference kernel: the environment in which stored outputs are made and compared.

One thread, fixed hashing, a quiet TensorFlow: what makes the same cell print the same text on any machine.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.measure import Meter

ROOT = Path(__file__).resolve().parent.parent
NAME = "course-reference"
CELL_SECONDS = 120  # a cell that takes longer is stopped and fails
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "COURSE_STRICT": "1",  # live widgets try their whole range, figures must have titles and labels
    "PYTHONDONTWRITEBYTECODE": "1",
}
AFTER_THE_LAST_CELL = """\
import sys
if "course_utils.viz.live_figure" in sys.modules:
    sys.modules["course_utils.viz.live_figure"].move_again()
"""
UNSET = ("PYTEST_CURRENT_TEST", "COLUMNS", "LINES")  # a test runner's traces, which would change outputs


def kernel_environment():
    """The variables of the reference kernel, those of this process included."""
    env = {key: value for key, value in os.environ.items() if key not in UNSET}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**env, **ENVIRONMENT, "PYTHONPATH": path}


@contextlib.contextmanager
def reference_kernel():
    """Install the reference kernelspec in a temporary folder for the time of the block."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="course-kernel-", ignore_cleanup_errors=True) as folder:
        spec = Path(folder) / "kernels" / NAME
        spec.mkdir(parents=True)
        command = [sys.executable, "-m", "tools.kernel_start", folder, "-f", "{connection_file}", "--log-level=ERROR"]
        argv = {"argv": command, "display_name": "Python 3 (ipykernel)", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(argv), encoding="utf-8")
        os.environ.update(kernel_environment())
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, before.get("JUPYTER_PATH")]))
        for name in UNSET:
            os.environ.pop(name, None)
        try:
            yield NAME
        finally:
            os.environ.clear()
            os.environ.update(before)


def execute(path):
    """Run the notebook file `path` from a clean kernel; the file is not written.

    Returns (the notebook with its new outputs, Measure of the kernel and what it started).  Raises
    `nbclient.exceptions.CellExecutionError` where a cell fails, or a live figure that is moved after the last one shows
    something else than after its own.  Call inside `reference_kernel()`.
    """
    notebook, meters, started = nbformat.read(path, as_version=4), [], time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=NAME,
        store_widget_state=False,
        resources={"metadata": {"path": str(Path(path).parent)}},
    )
    client.on_notebook_start = lambda **_: meters.append(Meter(client.km.provisioner.pid, started))
    client.on_notebook_complete = lambda **_: meters.append(meters.pop().stop())
    notebook.cells.append(nbformat.v4.new_code_cell(AFTER_THE_LAST_CELL, id="after-the-last"))
    client.execute()
    notebook.cells.pop()
    return notebook, meters[0]
