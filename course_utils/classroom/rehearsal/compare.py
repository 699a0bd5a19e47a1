"""Does a graded rehearsal say what `expected.csv` says?  Every mark that differs, in a sentence."""

from __future__ import annotations

import csv
from pathlib import Path

MOST_TOLD = 30


def differences(expected: Path, grades: Path) -> tuple[int, list[str]]:
    """(students expected, a sentence for each that is missing, extra or marked otherwise).

    Raises ValueError where a table is not there.
    """
    wanted, got = _table(expected), _table(grades)
    told = [f"{student}: is not in {grades}" for student in wanted if student not in got]
    told += [f"{student}: was not made up" for student in got if student not in wanted]
    for student, row in wanted.items():
        columns = [c for c in row if c not in ("student", "kind")] if student in got else []
        told += [
            f"{student}: {column} is {got[student].get(column) or 'missing'}, expected {row[column]}"
            for column in columns
            if not _same(row[column], got[student].get(column))
        ]
    return len(wanted), told


def report(expected: Path, grades: Path) -> tuple[bool, str]:
    """(are they the same, what to print)."""
    count, told = differences(expected, grades)
    if not told:
        return True, f"All {count} notebooks got exactly what {expected} says."
    more = [f"... and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return False, "\n".join([*told[:MOST_TOLD], *more, f"{len(told)} differences in {count} notebooks."])


def _table(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a table by student; a spreadsheet's guard, a quote before = + - @, is taken away."""
    if not path.is_file():
        raise ValueError(f"{path} is not there")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["student"].removeprefix("'"): row for row in csv.DictReader(file)}


def _same(wanted: str, got: str | None) -> bool:
    """Numbers as numbers: 23.0 is 23.

    >>> _same("23.0", "23"), _same("graded", "graded"), _same("0.0", None)
    (True, True, False)
    """
    try:
        return abs(float(wanted) - float(got)) < 1e-6
    except (TypeError, ValueError):
        return wanted == got
