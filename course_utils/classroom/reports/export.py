"""`export`: marks and feedback in the form another system reads.

python -m course_utils.classroom export graded/04 --to moodle
python -m course_utils.classroom export graded/04 --to canvas --assignment "Exercise 04 (123456)"
python -m course_utils.classroom export graded/04 --to nbgrader --database sqlite:///gradebook.db

Gradescope's files need no export: `grade` writes gradescope/STUDENT/results.json.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.results import Folder, number, table, text_cell, write_whole

EPOCH = (2000, 1, 1, 0, 0, 0)  # of files in a zip, so that the same marks give the same bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder that `grade` filled")
    parser.add_argument("--to", required=True, choices=("moodle", "canvas", "nbgrader"))
    parser.add_argument("--assignment", help="its name over there (Canvas: the column's heading, with its number)")
    parser.add_argument("--database", default="sqlite:///gradebook.db", help="nbgrader's (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    folder = Folder(arguments.folder)
    try:
        results = folder.all()
        if not results:
            raise ValueError(f"{folder.path} holds no results: `grade` makes them")
        told = {"moodle": _moodle, "canvas": _canvas, "nbgrader": _nbgrader}[arguments.to](folder, results, arguments)
    except (ValueError, ModuleNotFoundError) as error:
        missing = isinstance(error, ModuleNotFoundError)
        print("This needs nbgrader: pip install nbgrader" if missing else error, file=sys.stderr)
        return 2
    print(told)
    return 0


def _moodle(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    write_whole(folder.path / "moodle.csv", moodle_csv(results))
    write_whole(folder.path / "moodle_feedback.zip", moodle_feedback(results))
    return (
        f"{folder.path / 'moodle.csv'} (grading worksheet) and {folder.path / 'moodle_feedback.zip'} (feedback files)."
    )


def moodle_csv(results: list[dict]) -> str:
    """Moodle's offline grading worksheet; without Moodle's own numbers the full name must do."""
    rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]]
    for r in results:
        identifier = f"Participant {r['number']}" if r["number"] else ""
        name = r["student"].removesuffix(f" ({r['number']})")
        rows.append([identifier, text_cell(name), number(r["score"]), number(r["max_score"]), " ".join(r["notes"])])
    return table(rows)


def moodle_feedback(results: list[dict]) -> bytes:
    """A zip in the folders of Moodle's own download, as its "Upload multiple feedback files" wants it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for r in results:
            name = r["student"].removesuffix(f" ({r['number']})").replace("/", "_").replace("\\", "_")
            info = zipfile.ZipInfo(f"{name}_{r['number'] or '0'}_assignsubmission_file_/feedback.html", EPOCH)
            archive.writestr(info, feedback_page(r))
    return data.getvalue()


def _canvas(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    column = arguments.assignment or f"Exercise {results[0]['exercise']}"
    write_whole(folder.path / "canvas.csv", canvas_csv(results, column))
    return f"{folder.path / 'canvas.csv'}: import it under Grades, Import."


def canvas_csv(results: list[dict], column: str) -> str:
    """Canvas's gradebook import: students are found by the number in their file's name."""
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]]
    rows.append(["    Points Possible", "", "", "", "", number(results[0]["max_score"])])
    rows += [[text_cell(r["student"]), r["number"], "", "", "", number(r["score"])] for r in results]
    return table(rows)


def _nbgrader(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    from course_utils.classroom.reports.gradebook import push

    count = push(results, arguments.database, arguments.assignment)
    return f"{count} students in {arguments.database}."
