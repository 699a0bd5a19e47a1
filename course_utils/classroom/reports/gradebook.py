"""Scores into nbgrader's gradebook, by nbgrader's own API (the `instructor` extra)."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

from course_utils.classroom.notebook import read_notebook
from course_utils.classroom.release import CHECK
from course_utils.classroom.sandbox.contents import PACKAGE


def check_cells(lesson: str) -> tuple[str, dict[str, str]]:
    """The released notebook's name, and the id of each exercise's check cell in it.

    Raises ValueError where the exercise was not released.
    """
    for path in sorted((PACKAGE.parent / "exercises").glob(f"{lesson}_*.ipynb")):
        cells = read_notebook(path.read_bytes()).cells
        found = {m[1]: c.grade_id for c in cells if c.grade_id and (m := CHECK.search(c.source))}
        return path.stem, found
    raise ValueError(f"exercises/{lesson}_*.ipynb is not there: run `python -m course_utils.classroom release` first")


def push(
    results: Iterable[dict], database: str, assignment: str | None = None, new_students: bool = False
) -> tuple[int, list[str]]:
    """Write every score into the gradebook; scores given by hand stay.

    Returns the number of students written, and the names that the gradebook does not know.

    Parameters
    ----------
    results : iterable of dict
        Results of one exercise.
    database : str
        nbgrader's, such as "sqlite:///gradebook.db".  It is made if it is not there.
    assignment : str
        The assignment's name in the gradebook; left out, the notebook's name.
    new_students : bool
        Add whoever is not there yet: a misspelt name becomes a student of its own.

    Raises
    ------
    ModuleNotFoundError
        Without nbgrader.
    ValueError
        Where the database cannot be opened or written.
    """
    here = str(Path(sys.executable).parent)  # nbgrader looks for alembic on the PATH
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])
    from sqlalchemy.exc import SQLAlchemyError

    results = list(results)
    try:
        return _push(results, database, assignment, new_students)
    except SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        raise ValueError(
            f"{database} could not be written ({why}): --database is an address such as sqlite:///gradebook.db"
        ) from error


def _push(results: list[dict], database: str, assignment: str | None, new_students: bool) -> tuple[int, list[str]]:
    """Write all scores."""
    from nbgrader.api import Gradebook

    name, cells = check_cells(results[0]["exercise"])
    assignment = assignment or name
    with warnings.catch_warnings(), Gradebook(database) as book:
        warnings.simplefilter("ignore")  # SQLAlchemy's about nbgrader's own session
        known = {student.id for student in book.students}
        strangers = [r["student"] for r in results if _id(r) not in known and not new_students]
        book.update_or_create_assignment(assignment)
        book.update_or_create_notebook(name, assignment)
        for check in results[0]["checks"]:
            book.update_or_create_grade_cell(
                cells[check["id"]], name, assignment, max_score=check["max_points"], cell_type="code"
            )
        for result in results:
            if result["student"] not in strangers:
                _push_one(book, result, name, assignment, cells)
    return len(results) - len(strangers), strangers


def _id(result: dict) -> str:
    return result["student"][:128]


def _push_one(book, result: dict, name: str, assignment: str, cells: dict[str, str]) -> None:
    """One student's scores."""
    student = _id(result)
    book.update_or_create_student(student)
    book.update_or_create_submission(assignment, student)
    for check in result["checks"]:
        grade = book.find_grade(cells[check["id"]], name, assignment, student)
        grade.auto_score, grade.needs_manual_grade = check["points"], False
    book.db.commit()
