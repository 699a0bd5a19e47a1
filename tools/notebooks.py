"""Run, normalise, check and verify the course's notebooks.

python -m tools.notebooks run 04          execute lesson and solutions 04, store their outputs
python -m tools.notebooks normalise       bring every notebook into the stored form
python -m tools.notebooks check 04        is it built like a lesson?  (also a test)
python -m tools.notebooks verify 04       run it again: same outputs, within 60 s and 2 GB, without a network
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from tools.commands import keeping
from tools.normalise import normalise
from tools.reference_kernel import ROOT, execute, reference_kernel

SOURCES, ALL = ("notebooks", "solutions"), ("notebooks", "solutions", "exercises")


def find(numbers, folders=ALL):
    """The notebook files of `folders` whose names begin with one of `numbers`; all where `numbers` is empty."""
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("[0-9][0-9]_*.ipynb"))]
    found = [path for path in files if not numbers or path.name[:2] in numbers]
    missing = [number for number in numbers if not any(path.name.startswith(number) for path in found)]
    if missing:
        sys.exit(f"No notebook with the number {', '.join(missing)} in {', '.join(folders)}.")
    return found


def run(paths):
    """Execute notebooks with the reference kernel and store their outputs; return 1 where one failed."""
    failed = 0
    with reference_kernel():
        for path in paths:
            try:
                notebook, measure = execute(path)
            except CellExecutionError as error:
                failed = 1
                print(f"{path}: FAILED, file left as it was\n{error}")
            else:
                write(path, notebook)
                print(f"{path}: {measure.seconds:.1f} s, {measure.cpu_seconds:.1f} CPU s, {measure.megabytes:.0f} MB")
    return failed


def write(path, notebook):
    """Store a notebook in its normal form, with Unix line ends: whole, or the file stays as it was."""
    text = nbformat.writes(normalise(notebook), version=4)
    keeping.renew(path, (text.rstrip("\n") + "\n").encode())


def normalise_all(paths):
    """Bring notebooks into the stored form."""
    for path in paths:
        write(path, nbformat.read(path, as_version=4))
    return 0


def check(paths):
    """Print what is wrong with the notebooks' form; return 1 where something is."""
    from tools.anatomy import open_book, problems
    from tools.lesson_rules import lesson_problems

    faults = []
    for book in map(open_book, paths):
        faults += problems(book)
        if book.kind == "lesson":
            faults += lesson_problems(book)
    print("\n".join([*faults, f"{len(paths)} notebooks, {len(faults)} faults."]))
    return int(bool(faults))


def verify(paths):
    """Run notebooks again and compare; see `tools.verify`."""
    from tools.verify import verify as prove

    return prove(paths)


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__.splitlines()[0])
    commands = {"run": run, "normalise": normalise_all, "check": check, "verify": verify}
    parser.add_argument("command", choices=commands)
    parser.add_argument("numbers", nargs="*", help="lesson numbers such as 04; all where none is given")
    parser.add_argument("--files", nargs="+", type=Path, help="notebook files, in place of numbers")
    options = parser.parse_args(argv)
    folders = ALL if options.command in ("check", "verify") else SOURCES
    files = [path.resolve() for path in options.files or find(options.numbers, folders)]
    if not files:
        sys.exit("There are no notebooks here yet.")
    return commands[options.command](files)


if __name__ == "__main__":
    sys.exit(main())
