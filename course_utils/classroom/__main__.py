"""`python -m course_utils.classroom COMMAND`: hands over to the command's own module."""

from __future__ import annotations

import argparse
import importlib
import sys

# name -> (module with `add_arguments(parser)` and `run(arguments) -> exit code`, what it does)
COMMANDS = {
    "lessons": ("lessons", "what there is to teach: minutes, exercises, points; with a number, section by section"),
    "release": ("release", "make exercises/ from solutions/, or pack a course without solution notebooks and tests"),
    "grade": ("grade", "grade a folder or zip of notebooks: marks, feedback, class report"),
    "report": ("reports.report", "make the tables and pages of a graded folder again, or put parts together"),
    "export": ("reports.export", "marks for Moodle, Canvas, Gradescope or nbgrader's gradebook"),
    "rehearse": ("rehearsal.rehearse", "make up a class, hostile students too, to try grading on this machine"),
}


def main(words: list[str] | None = None) -> int:
    """Run one command; only its module is imported.  Returns the exit code.

    What a disk refuses is told in a sentence.
    """
    words = sys.argv[1:] if words is None else words
    parser = argparse.ArgumentParser(prog="python -m course_utils.classroom", description="For teachers.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module_name, does) in COMMANDS.items():
        command = commands.add_parser(name, help=does, description=does[:1].upper() + does[1:] + ".")
        if name in words:
            module = importlib.import_module(f"{__package__}.{module_name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    try:
        return arguments.run(arguments)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"{error.filename} cannot be read or written: {error.strerror}.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
