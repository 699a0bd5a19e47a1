"""The second Python process, where TensorFlow lives.  Started by `keras_cell` as a script, never imported.

It reads one JSON line a cell from its standard input: {"source", "inputs", "outputs", "names"}; `inputs` and
`outputs` are paths of .npz files.  It answers with one JSON line: {"printed", "error"}.  Names that a cell defines
stay for the next cell, as in a notebook.  Its argument is the folder of these files, which it removes when the
input ends: a kernel that is killed cannot.
"""

import contextlib
import io
import json
import linecache
import os
import shutil
import sys
import traceback

import numpy as np

CELL = "<tensorflow cell {}>"


def run_cell(request, number, namespace):
    """Run one cell in `namespace`; return what it printed and None, or the text of its error."""
    printed, name = io.StringIO(), CELL.format(number)
    linecache.cache[name] = (len(request["source"]), None, request["source"].splitlines(keepends=True), name)
    with np.load(request["inputs"]) as arrays:
        namespace.update({key: unpack(value) for key, value in arrays.items()})
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(request["source"], name, "exec"), namespace)
        np.savez(request["outputs"], **{key: as_array(key, namespace) for key in request["names"]})
    except BaseException as error:  # SystemExit too: the worker must answer
        return printed.getvalue(), cell_traceback(error, name)
    return printed.getvalue(), None


def unpack(value):
    """A number where the array has no axes, else the array."""
    return value[()] if value.ndim == 0 else value


def as_array(key, namespace):
    """The cell's variable `key` as a NumPy array of numbers or text; `NameError` or `TypeError` where it is none."""
    if key not in namespace:
        raise NameError(f"the first line asks for {key!r} after '->', but the cell does not define it")
    try:
        array = np.asarray(namespace[key])
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        raise TypeError(f"{key!r} after '->' should be an array or a number; it is a {type(namespace[key]).__name__}")
    return array


def cell_traceback(error, name):
    """The traceback of the cell's own lines and the last line, without the worker's and the library's frames."""
    steps = [step for step in traceback.extract_tb(error.__traceback__) if step.filename == name]
    lines = traceback.format_list(steps) + traceback.format_exception_only(type(error), error)
    return ("Traceback of the TensorFlow cell:\n" if steps else "") + "".join(lines)


def main():
    """Import TensorFlow, say so, then answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what C code prints goes to the log, not between the answers
    import tensorflow  # noqa: F401  (imported now, so that the first cell is quick)

    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    namespace = {"__name__": "__main__"}
    for number, line in enumerate(sys.stdin, start=1):
        printed, error = run_cell(json.loads(line), number, namespace)
        answers.write(json.dumps({"printed": printed, "error": error}) + "\n")
        answers.flush()
    shutil.rmtree(sys.argv[1], ignore_errors=True)


if __name__ == "__main__":
    main()
