"""`report`: make the tables and pages of a graded folder again, or put the parts of a large class together.

python -m course_utils.classroom report graded/04
python -m course_utils.classroom report graded/04 --from parts/1 parts/2 parts/3
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from course_utils.classroom.reports import outputs
from course_utils.classroom.results import Folder
from course_utils.classroom.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder that `grade` filled")
    parser.add_argument("--from", dest="parts", nargs="+", type=Path, default=[], metavar="DIR", help="folders to add")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    folder = Folder(arguments.folder)
    try:
        if not arguments.parts and not folder.path.is_dir():
            raise ValueError(f"there is no folder {folder.path}")
        with folder.locked():
            merge(folder, [Folder(p) for p in arguments.parts])
            results = outputs.write(folder)
            changes = folder.tell_changes()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{counted(len(results), 'result')} in {folder.path / 'report.html'} and {folder.path / 'grades.csv'}.")
    if changes:
        print(changes)
    return 0


def merge(folder: Folder, parts: list[Folder]) -> None:
    """Copy the results of other folders into this one.  Raises ValueError where they do not belong together."""
    found = [r for part in parts for r in part.all()]
    if parts and not found:
        raise ValueError(f"no results in {', '.join(str(p.path) for p in parts)}")
    together = [*folder.all(), *found]
    if not together:
        raise ValueError(f"{folder.path} holds no results: `grade` makes them")
    if len({r["exercise"] for r in together}) > 1:
        raise ValueError(
            "these are results of different exercises: " + ", ".join(sorted({r["exercise"] for r in together}))
        )
    for result in found:
        folder.keep(result)
