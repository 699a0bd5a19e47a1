"""`export`: marks and feedback in the form another system reads.

python -m course_utils.classroom export graded/04 --to moodle --worksheet Grades-04.csv
python -m course_utils.classroom export graded/04 --to canvas --worksheet Grades.csv --column "Exercise 04 (123456)"
python -m course_utils.classroom export graded/04 --to nbgrader --database sqlite:///gradebook.db
python -m course_utils.classroom export graded/04 --to gradescope --out results.json

Moodle and Canvas get back their own table with the marks filled in.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

from course_utils.classroom.reports import worksheet
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.reports.outputs import gradescope_json
from course_utils.classroom.results import Folder, safe, write_whole
from course_utils.classroom.wording import counted, day, listed

EPOCH = (2000, 1, 1, 0, 0, 0)  # of files in a zip, so that the same marks give the same bytes
HOW = {
    "moodle": "in the assignment, Actions (or Grading action), Download grading worksheet",
    "canvas": "in Grades, Export, Export entire gradebook",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder that `grade` filled")
    parser.add_argument("--to", required=True, choices=("moodle", "canvas", "gradescope", "nbgrader"))
    parser.add_argument("--worksheet", type=Path, metavar="FILE", help="the table that Moodle or Canvas gave you")
    parser.add_argument("--column", help="the heading of the column to fill, where it is not plain which one")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write (default: into the folder)")
    parser.add_argument("--database", default="sqlite:///gradebook.db", help="nbgrader's (default: %(default)s)")
    parser.add_argument("--assignment", help="nbgrader's name of it (default: the notebook's)")
    parser.add_argument("--new-students", action="store_true", help="nbgrader: add whoever is not in its gradebook yet")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    folder = Folder(arguments.folder)
    ways = {"moodle": _moodle, "canvas": _canvas, "gradescope": _gradescope, "nbgrader": _nbgrader}
    try:
        results = folder.all()
        if not results:
            raise ValueError(f"{folder.path} holds no results: `grade` makes them")
        told = ways[arguments.to](folder, results, arguments)
    except (ValueError, ModuleNotFoundError) as error:
        missing = isinstance(error, ModuleNotFoundError)
        print("This needs nbgrader: pip install nbgrader" if missing else error, file=sys.stderr)
        return 2
    print(told)
    return 0


def _form(arguments: argparse.Namespace) -> Path:
    """The platform's own table."""
    if arguments.worksheet is None:
        raise ValueError(
            f"--to {arguments.to} fills marks into the platform's own table, so that ids, dates and headings are as it"
            f" wants them: download it ({HOW[arguments.to]}), and name it with --worksheet"
        )
    return arguments.worksheet


def _moodle(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    """The worksheet, and a zip of feedback for those in it."""
    out, pages = arguments.out or folder.path / "moodle.csv", folder.path / "moodle_feedback.zip"
    filled = worksheet.moodle(_form(arguments), results, arguments.column)
    write_whole(out, filled.data)
    write_whole(pages, moodle_feedback(folder, [r for r in results if r["number"] and r["student"] in filled.marks]))
    return f"{filled.tell(out)}\n{pages}: feedback pages, for 'Upload multiple feedback files in a zip'."


def moodle_feedback(folder: Folder, results: list[dict]) -> bytes:
    """A zip in the folders of Moodle's own download, as its "Upload multiple feedback files" wants it.

    Moodle takes a folder's name apart at its underscores: name, number, assignsubmission, file.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for r in results:
            info = zipfile.ZipInfo(f"{_folder(r)}_{r['number']}_assignsubmission_file_/feedback.html", EPOCH)
            archive.writestr(info, feedback_page(r, day(folder.graded_at(r["student"]))))
    return data.getvalue()


def _folder(result: dict) -> str:
    """A name in which nothing is left that Moodle, or a file system, would take apart."""
    kept = "".join(c if c.isprintable() and c not in '_/\\:*?"<>|' else " " for c in worksheet.plain_name(result))
    return kept.strip(" .~") or "student"


def _canvas(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    out = arguments.out or folder.path / "canvas.csv"
    filled = worksheet.canvas(_form(arguments), results, arguments.column)
    write_whole(out, filled.data)
    return f"{filled.tell(out)}\nImport it under Grades, Import, before anything changes in Canvas."


def _gradescope(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    """One student's results.json where --out says, or everybody's in the folder."""
    if arguments.out:
        if len(results) != 1:
            names = listed([r["student"] for r in results])
            raise ValueError(f"--out is one student's results.json, but {folder.path} holds {len(results)}: {names}")
        write_whole(arguments.out, gradescope_json(results[0]))
        return f"{arguments.out}: the marks of {results[0]['student']}."
    for result in results:
        path = folder.path / "gradescope" / safe(result["student"]) / "results.json"
        write_whole(path, gradescope_json(result))
    return f"{folder.path / 'gradescope'}: a results.json for {counted(len(results), 'student')}."


def _nbgrader(folder: Folder, results: list[dict], arguments: argparse.Namespace) -> str:
    from course_utils.classroom.reports.gradebook import push

    count, strangers = push(results, arguments.database, arguments.assignment, arguments.new_students)
    told = f"{counted(count, 'student')} in {arguments.database}."
    if strangers:
        told += f"\nNot in that gradebook, so left out (--new-students adds them): {listed(strangers, 12)}."
    return told
