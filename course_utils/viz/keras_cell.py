"""The cell magic `%%tensorflow`: run a cell in a second Python process and bring arrays back.

    %%tensorflow X, y -> w_keras, loss_keras

PyTorch lives in the lesson's kernel, TensorFlow in the second process; docs/adr/0010 has the measurements.
"""

import atexit
import contextlib
import importlib.util
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from IPython import get_ipython

TIME_LIMIT = 300  # seconds a cell may take, the import of TensorFlow included
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONUTF8": "1"}
MISSING = (
    "TensorFlow is not installed here, so this cell was left out and its results are None; "
    "the lesson goes on without it."
)
WORKER = Path(__file__).with_name("keras_worker.py")


class TensorFlowCellError(Exception):
    """A `%%tensorflow` cell failed; the notebook shows the traceback of the cell's own lines only."""

    def _render_traceback_(self):
        return str(self).splitlines()


class Worker:
    """A running second process: `send` a cell, get what it printed and its error."""

    def __init__(self, command=(sys.executable, "-P", str(WORKER))):
        self.folder = Path(tempfile.mkdtemp(prefix="course-tensorflow-"))
        self.log = (self.folder / "log.txt").open("wb")
        self.process = subprocess.Popen(
            [*command, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            encoding="utf-8",
            env={**os.environ, **QUIET, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.answers = queue.Queue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        atexit.register(self.close)
        self.ready = False

    def _listen(self):
        with contextlib.suppress(ValueError, OSError):
            for line in self.process.stdout:
                self.answers.put(json.loads(line))
        self.answers.put(None)

    def send(self, source, inputs, names, limit):
        """Run `source` with the arrays `inputs`; return (printed text, error text or None, {name: array})."""
        request = {
            "source": source,
            "names": names,
            "inputs": str(self.folder / "in.npz"),
            "outputs": str(self.folder / "out.npz"),
        }
        np.savez(request["inputs"], **inputs)
        if not self.ready:
            self._answer(limit)
            self.ready = True
        with contextlib.suppress(OSError):  # a dead process is told by the missing answer
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        answer = self._answer(limit)
        if answer["error"] is not None:
            return answer["printed"], answer["error"], {}
        with np.load(request["outputs"]) as arrays:
            return answer["printed"], None, {name: arrays[name][()] for name in names}

    def _answer(self, limit):
        try:
            answer = self._wait(limit)
        except BaseException:  # the time is over, or the learner pressed Stop
            self.close()
            raise
        if answer is None:
            tail = self._log_tail()
            self.close()
            raise TensorFlowCellError(f"The TensorFlow process ended unexpectedly. The last it said:\n{tail}")
        return answer

    def _wait(self, limit):
        """The next answer; short waits, since on Windows a long one cannot be interrupted."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                return self.answers.get(timeout=0.2)
        raise TensorFlowCellError(f"The TensorFlow cell took more than {limit} s and was stopped.")

    def _log_tail(self, lines=15):
        self.log.flush()
        return "\n".join((self.folder / "log.txt").read_text("utf-8", errors="replace").splitlines()[-lines:])

    def alive(self):
        """True while the process can take another cell."""
        return self.process.poll() is None

    def close(self):
        """End the process and remove its files; may be called twice."""
        atexit.unregister(self.close)
        self.process.kill()
        self.process.wait()
        self.listener.join(timeout=5)
        self.process.stdout.close()
        with contextlib.suppress(OSError):  # what was not yet sent to a dead process
            self.process.stdin.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_running = None


def start_worker():
    """The running second process, started if there is none; None where TensorFlow is not installed."""
    global _running
    if importlib.util.find_spec("tensorflow") is None:
        return None
    if _running is None or not _running.alive():
        _running = Worker()
    return _running


def parse_line(line):
    """The magic's line `X, y -> w, loss` as two lists of names.

    >>> parse_line("X, y -> w, loss")
    (['X', 'y'], ['w', 'loss'])
    """
    left, arrow, right = line.partition("->")
    sides = [[name.strip() for name in side.split(",") if name.strip()] for side in (left, right)]
    wrong = [name for side in sides for name in side if not name.isidentifier()]
    if wrong or (arrow and not sides[1]) or re.search(r"->.*->", line):
        raise TensorFlowCellError(f"Expected '%%tensorflow X, y -> w, loss' (names and commas), received: {line!r}")
    return sides[0], sides[1]


def gather(names, namespace):
    """The notebook's variables `names` as arrays, or an error that names the one that does not fit."""
    arrays = {}
    for name in names:
        if name not in namespace:
            raise TensorFlowCellError(f"The notebook has no variable {name!r} yet: run the cells above first.")
        value = namespace[name]
        arrays[name] = np.asarray(value.detach() if hasattr(value, "detach") else value)
        if arrays[name].dtype == object:
            raise TensorFlowCellError(f"{name!r} should be an array or a number; it is a {type(value).__name__}.")
    return arrays


def tensorflow_cell(line, cell):
    """Run the cell in the second process: names before `->` go in, names after it come back as NumPy values."""
    shell = get_ipython()
    inputs, names = parse_line(line)
    arrays, worker = gather(inputs, shell.user_ns), start_worker()
    if worker is None:
        sys.stdout.write(MISSING + "\n")
        shell.user_ns.update(dict.fromkeys(names))
        return
    printed, error, results = worker.send(cell, arrays, names, TIME_LIMIT)
    sys.stdout.write(printed)
    if error is not None:
        raise TensorFlowCellError(error)
    shell.user_ns.update(results)
