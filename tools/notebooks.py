"""Run, normalise, check and verify the course's notebooks.

python -m tools.notebooks run 04          execute lesson and solutions 04, store their outputs
python -m tools.notebooks normalise       bring every notebook into the stored form
"""

import argparse
import sys
import time

import nbformat
from nbclient.exceptions import CellExecutionError

from tools.normalise import normalise
from tools.reference_kernel import ROOT, execute, reference_kernel

FOLDERS = ("notebooks", "solutions")


def find(numbers, folders=FOLDERS):
    """The notebook files of `folders` whose names begin with one of `numbers`; all where `numbers` is empty."""
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("[0-9][0-9]_*.ipynb"))]
    found = [path for path in files if not numbers or path.name[:2] in numbers]
    missing = [number for number in numbers if not any(path.name.startswith(number) for path in found)]
    if missing:
        sys.exit(f"No notebook with the number {', '.join(missing)} in {', '.join(folders)}.")
    return found


def run(numbers):
    """Execute notebooks with the reference kernel and store their outputs; return 1 where one failed."""
    failed = 0
    with reference_kernel():
        for path in find(numbers):
            start = time.perf_counter()
            try:
                write(path, execute(path))
            except CellExecutionError as error:
                failed = 1
                print(f"{path.relative_to(ROOT)}: FAILED, file left as it was\n{error}")
            else:
                print(f"{path.relative_to(ROOT)}: {time.perf_counter() - start:.1f} s")
    return failed


def write(path, notebook):
    """Store a notebook in its normal form, with Unix line ends."""
    text = nbformat.writes(normalise(notebook), version=4)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def normalise_all(numbers):
    """Bring notebooks into the stored form."""
    for path in find(numbers):
        write(path, nbformat.read(path, as_version=4))
    return 0


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__.splitlines()[0])
    commands = {"run": run, "normalise": normalise_all}
    parser.add_argument("command", choices=commands)
    parser.add_argument("numbers", nargs="*", help="lesson numbers such as 04; all where none is given")
    options = parser.parse_args(argv)
    return commands[options.command](options.numbers)


if __name__ == "__main__":
    sys.exit(main())
