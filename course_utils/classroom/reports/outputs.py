"""Everything a graded folder shows, made anew from its results: marks, report, feedback, Gradescope's form."""

from __future__ import annotations

import json

from course_utils.classroom.reports.classreport import report_csv, report_page
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.results import BOM, Folder, grades_csv, safe, write_whole
from course_utils.classroom.wording import day


def write(folder: Folder) -> list[dict]:
    """Write all tables and pages of a folder; returns the results they show."""
    results = folder.all()
    times = {r["student"]: folder.graded_at(r["student"]) for r in results}
    for result in results:
        name, when = safe(result["student"]), day(times[result["student"]])
        write_whole(folder.feedback / f"{name}.html", feedback_page(result, when))
        write_whole(folder.path / "gradescope" / name / "results.json", gradescope_json(result))
    write_whole(folder.path / "grades.csv", BOM + grades_csv(results))
    write_whole(folder.path / "report.csv", BOM + report_csv(results))
    write_whole(folder.path / "report.html", report_page(results, day(max(times.values())) if times else ""))
    return results


def gradescope_json(result: dict) -> str:
    return json.dumps(gradescope(result), indent=1) + "\n"


def gradescope(result: dict) -> dict:
    """A result in the form Gradescope's autograder reads as results.json."""
    tests = [
        {
            "name": f"{c['id']} {c['title']}",
            "number": c["id"],
            "score": c["points"],
            "max_score": c["max_points"],
            "status": "passed" if c["passed"] else "failed",
            "output": _output(c),
            "output_format": "text",
            "visibility": "after_published",
        }
        for c in result["checks"]
    ]
    notes = [
        *(["Handed in late."] if result["late"] else []),
        *result["notes"],
        *(f"Cell {c['place']}: {c['text']}" for c in result["cells"]),
    ]
    return {
        "score": result["score"],
        "output": "\n".join(notes),
        "output_format": "text",
        "visibility": "after_published",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _output(check: dict) -> str:
    """What a student reads under one test."""
    lines = [check["message"]]
    if check["example"]:
        lines += [f"{name} = {value}" for name, value in check["example"]["inputs"]]
        lines += [
            *check["example"]["script"],
            f"expected: {check['example']['expected']}",
            f"received: {check['example']['received']}",
        ]
    return "\n".join([*lines, f"Hint: {check['hint']}"] if check["hint"] else lines)
