"""Prove the notebooks: run each from a clean kernel, compare outputs, hold time and memory to their budgets."""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.anatomy import check_cells, compared_share, open_book, outputs_compared, outputs_stored, problems, says
from tools.measure import Measure
from tools.network import network_cut
from tools.reference_kernel import CELL_SECONDS, NAME, ROOT, execute, reference_kernel

BUDGET = Measure(seconds=60, cpu_seconds=60, megabytes=2000)
WORKERS = 2
OUTPUTS = "COURSE_OUTPUTS"  # "not compared": other systems and versions only run the cells and their assertions
INSIDE = "COURSE_VERIFY_INSIDE"  # set in the second start, the one without a network


def verify(paths):
    """Prove the notebooks `paths`, with the network cut where the machine lets us; return 0 or 1."""
    cut = network_cut()
    if cut and not os.environ.get(INSIDE):
        command = [*cut, sys.executable, "-m", "tools.notebooks", "verify", "--files", *map(str, paths)]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, INSIDE: "1"}).returncode
    state = "cut" if os.environ.get(INSIDE) else "NOT cut: neither bwrap nor unshare may do it here"
    print(f"The network is {state}.", flush=True)
    return prove(paths)


def prove(paths):
    """Run and compare the notebooks `paths` here; print the report; return 0 or 1."""
    books = [open_book(path) for path in paths]
    stored = [book for book in books if book.kind != "exercise"]
    faults = [fault for book in stored for fault in problems(book, (outputs_stored, outputs_compared))]
    with reference_kernel():
        measures, passed = compare([book.path for book in stored])
        handed_out = [book.path for book in books if book.kind == "exercise"]
        with ThreadPoolExecutor(WORKERS) as pool:
            for path, (measure, found) in zip(handed_out, pool.map(run_exercise, handed_out), strict=True):
                measures[str(path)] = measure
                faults += found
    if not passed:
        faults.append("a cell failed or printed something else than is stored: see above")
    return report(books, measures, faults)


def short(path):
    """A file's folder and name."""
    return f"{path.parent.name}/{path.name}"


def compare(paths):
    """Run notebooks with nbval; return ({path: Measure}, whether all cells ran and printed what is stored)."""
    if not paths:
        return {}, True
    with tempfile.TemporaryDirectory(prefix="course-measures-") as folder:
        command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "tools" / "nbval.ini"), "--rootdir", str(ROOT)]
        kind = "--nbval-lax" if os.environ.get(OUTPUTS) == "not compared" else "--nbval"
        command += [kind, "--nbval-kernel-name", NAME, "--nbval-cell-timeout", str(CELL_SECONDS)]
        command += ["--nbval-sanitize-with", str(ROOT / "tools" / "nbval_sanitize.cfg")]
        command += ["-n", str(min(WORKERS, len(paths))), "--dist", "loadscope", *map(str, paths)]
        status = subprocess.run(command, cwd=ROOT, env={**os.environ, "COURSE_MEASURES": folder}).returncode
        measures = {}
        for file in Path(folder).glob("*.json"):
            measures |= {path: Measure(*values) for path, values in json.loads(file.read_text("utf-8")).items()}
    return measures, status == 0


def run_exercise(path):
    """Run an unsolved exercise notebook; return (Measure, faults): every cell runs, every check says NOT YET."""
    try:
        notebook, measure = execute(path)
    except CellExecutionError as error:
        return Measure(0, 0, 0), [f"{short(path)}: {error.ename}: {error.evalue}"]
    except (CellTimeoutError, DeadKernelError) as error:
        return Measure(0, 0, 0), [f"{short(path)}: {error}"]
    book = open_book(path)._replace(notebook=notebook)
    silent = [f"[{cell.id}]: the check should say NOT YET" for cell in check_cells(book) if not says(cell, "NOT YET")]
    earned = [f"[{cell.id}]: nothing was done, and nbgrader gives points" for cell in check_cells(book) if mark(cell)]
    return measure, [f"{short(path)} {fault}" for fault in silent + earned]


def mark(cell):
    """The points that stock nbgrader reads from a graded cell's outputs; 0 for other cells."""
    from nbgrader.utils import determine_grade

    return determine_grade(cell)[0] if cell.metadata.get("nbgrader", {}).get("grade") else 0


def report(books, measures, faults):
    """Print the faults, then each notebook's figures against its budget; return 0 or 1."""
    busy = os.name == "posix" and os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)
    rows = []
    for book in books:
        measure = measures.get(str(book.path))
        if measure is None:
            faults.append(f"{short(book.path)}: was not run")
            continue
        over = over_budget(measure, busy)
        faults += [f"{short(book.path)}: over its budget of {over}"] if over else []
        share = "-" if book.kind == "exercise" else f"{compared_share(book):.0%}"
        rows.append(
            f"{short(book.path):46}{measure.seconds:7.1f}{measure.cpu_seconds:8.1f}"
            f"{measure.megabytes:9.0f}{share:>10}  {'OVER' if over else 'ok'}"
        )
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"\n{'notebook':46}{'s':>7}{'CPU s':>8}{'peak MB':>9}{'compared':>10}")
    print("\n".join(rows))
    print(
        f"Budget of each: {BUDGET.seconds:.0f} s, {BUDGET.megabytes:.0f} MB"
        f"{' (busy machine: time judged by CPU seconds)' if busy else ''}. {len(faults)} faults."
    )
    return int(bool(faults))


def over_budget(measure, busy=False):
    """The budget that a measure breaks, or an empty text; the clock does not count where others use the machine."""
    if measure.megabytes > BUDGET.megabytes:
        return f"{BUDGET.megabytes:.0f} MB"
    seconds = measure.cpu_seconds if busy else measure.seconds
    return f"{BUDGET.seconds:.0f} s" if seconds > BUDGET.seconds else ""
