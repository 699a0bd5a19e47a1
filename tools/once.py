"""Run a lesson's notebooks once: store what they print, and say where that is not what was stored before.

python -m tools.once 16                  lesson, solutions and exercises 16, network cut, within 60 s and 2 GB
python -m tools.once 16 --without-lesson only solutions and exercises

Outputs are compared as `tools.notebooks verify` compares them.  What differs is stored anew and told: after an edit
that is what is meant, and the next run compares with it.
"""

import argparse
import copy
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbval.plugin import IPyNbCell, coalesce_streams, get_sanitize_patterns, nocolors

from tools.anatomy import IGNORED, open_book
from tools.measure import Measure
from tools.network import network_cut
from tools.notebooks import find, write
from tools.reference_kernel import ROOT, execute, reference_kernel
from tools.verify import INSIDE, WORKERS, over_budget, run_exercise, short

NEVER_COMPARED = (  # nbval's own list
    *("metadata", "traceback", "prompt_number", "output_type", "name", "execution_count"),
    *("application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg"),
)


class Ran(NamedTuple):
    """One notebook's run: its measure, what failed, and the cells that print something else than before."""

    path: Path
    measure: Measure
    faults: list
    differ: list


class Comparison:
    """As much of nbval's test of a cell as compares two lists of outputs."""

    colors, skip_compare = nocolors, NEVER_COMPARED
    sanitize_patterns = dict(get_sanitize_patterns((ROOT / "tools" / "nbval_sanitize.cfg").read_text("utf-8")))
    sanitize, compare_outputs = IPyNbCell.sanitize, IPyNbCell.compare_outputs
    format_output_compare = staticmethod(lambda key, left, right: None)

    @property
    def parent(self):
        """Where nbval looks for the settings."""
        return self

    def same(self, cell, before):
        """Does the cell print what is stored, as far as it is compared?"""
        if IGNORED in cell.metadata.get("tags", []):
            return True
        ran, stored = (coalesce_streams(copy.deepcopy(c.outputs)) for c in (cell, before))
        return self.compare_outputs(ran, stored)


def differing(ran, stored):
    """The ids of the code cells that print something else than is stored in the notebook file `stored`."""
    before = {cell.id: cell for cell in nbformat.read(stored, as_version=4).cells}
    code = [cell for cell in ran.cells if cell.cell_type == "code"]
    return [cell.id for cell in code if not Comparison().same(cell, before[cell.id])]


def once(path):
    """Run one notebook; lessons and solutions are stored."""
    if open_book(path).kind == "exercise":
        measure, faults = run_exercise(path)
        return Ran(path, measure, faults, [])
    try:
        notebook, measure = execute(path)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
        return Ran(path, Measure(0, 0, 0), [f"{short(path)}: stopped, the file is as it was\n{said}"], [])
    over = over_budget(measure, busy=True)
    differ = differing(notebook, path)
    write(path, notebook)
    return Ran(path, measure, [f"{short(path)}: over its budget of {over}"] if over else [], differ)


def run(paths):
    """Run the notebooks `paths`, two at a time, and tell; 0 where all ran, also where outputs are new."""
    with reference_kernel(), ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(once, paths))
    for ran in done:
        seconds, cpu_seconds, megabytes = ran.measure
        print(f"{short(ran.path):40}{seconds:6.1f} s {cpu_seconds:6.1f} CPU s {megabytes:6.0f} MB")
    for ran in done:
        if ran.differ:
            print(f"{NEW} {short(ran.path)}: {', '.join(ran.differ)}")
    faults = [fault for ran in done for fault in ran.faults]
    print("\n".join(f"FAULT {fault}" for fault in faults))
    return int(bool(faults))


NEW = "Stored anew, since they print something else than was stored:"


def main(argv=None):
    """The command line; starts itself again without a network where the machine lets us."""
    parser = argparse.ArgumentParser(prog="python -m tools.once", description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="lesson numbers such as 16")
    parser.add_argument("--without-lesson", action="store_true", help="only solutions and exercises")
    parser.add_argument("--files", nargs="+", type=Path, help="notebook files, in place of numbers")
    options = parser.parse_args(argv)
    folders = ("solutions", "exercises") if options.without_lesson else ("notebooks", "solutions", "exercises")
    paths = [path.resolve() for path in options.files or find(options.numbers, folders)]
    cut = network_cut()
    if cut and not os.environ.get(INSIDE):
        command = [*cut, sys.executable, "-m", "tools.once", "--files", *map(str, paths)]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, INSIDE: "1"}).returncode
    return run(paths)


if __name__ == "__main__":
    sys.exit(main())
