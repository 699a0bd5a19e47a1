"""Results as grading writes them, made by hand: what a page or a table shows depends on nothing else."""

from course_utils.classroom.grading import GRADED, Settings, blank
from course_utils.classroom.submissions import Submission

RIGHT = {"passed": True, "status": "pass", "message": "Right."}


def made(student, lesson="04", *, number="", notes=(), wrong=None, **more):
    """A result in which everything is right but `wrong`: {exercise: what its check says}."""
    result = blank(Submission(student, number), Settings(lesson, 1), list(notes)) | {"status": GRADED} | more
    for check in result["checks"]:
        told = (wrong or {}).get(check["id"])
        check |= RIGHT | {"points": check["max_points"]} if told is None else {"status": "try again", **told}
    result["score"] = sum(check["points"] for check in result["checks"])
    return result


def mistake(name, **more):
    """What a check says that met a known mistake."""
    return {"misconception": name, "message": f"You made {name}.", **more}


def fault(kind, message="It is wrong.", **more):
    """What a check says that no known mistake explains."""
    return {"fault": kind, "message": message, **more}
