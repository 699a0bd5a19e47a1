"""Make `exercises/` from `solutions/` with nbgrader's own preprocessors, or pack a course without solution notebooks.

    python -m course_utils.classroom release                 make exercises/
    python -m course_utils.classroom release --check         say which files would change, and fail if one would
    python -m course_utils.classroom release --bundle DIR    a course to hand out, without solution notebooks and tests
    python -m course_utils.classroom release --stock DIR     sources for nbgrader's own release, and grader-service's

The same solutions give the same exercises, byte for byte.  nbgrader is in the `instructor` extra.
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils.checks import registry
from course_utils.classroom.cards import with_cards
from course_utils.classroom.results import empty_folder
from course_utils.classroom.wording import counted

ROOT = Path(__file__).resolve().parents[2]
PATTERN = "[0-9][0-9]_*.ipynb"
BUNDLED = (  # what a course is handed out with; whatever else lies beside it, such as marks, never goes along
    *("course_utils", "docs", "exercises", "notebooks", "tools", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("CITATION.cff", "LICENSE", "LICENSE-content", "concepts.toml", "topics.toml", "course.py", "pyproject.toml"),
    *("environment.yml", "requirements.txt", "requirements-dev.txt"),
    *(".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
)
CARRIES = (
    "It holds no solution notebooks and no tests. It does hold the checks, and with them a right answer for every"
    " exercise (course_utils/checks/lessons): a check compares with it, and whoever looks finds it. So checks in a"
    " notebook are for learning; marks come from `grade`, with inputs that only you know."
)
CARDS = "Cards in"  # begins the line that tells of cards edited by hand, or of data that changed
LEFTOVERS = ("__pycache__", ".ipynb_checkpoints")
CHECK = re.compile(r"^\s*check\(\s*[\"'](\d\d\.\d{1,2})[\"'][^\n]*\)\s*\Z", re.M)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; fail if exercises/ is not up to date")
    parser.add_argument(
        "--bundle", metavar="DIR", type=Path, help="pack the course, without solution notebooks and tests, into DIR"
    )
    parser.add_argument("--stock", metavar="DIR", type=Path, help="write sources that stock nbgrader can release")


def run(arguments: argparse.Namespace) -> int:
    """The command; returns its exit code."""
    try:
        drifted = drift(ROOT / "solutions", ROOT / "exercises")
        if arguments.check:
            return _report(drifted)
        for path in sorted(p for p in drifted if p.parent.name == "solutions"):
            print(f"{CARDS} {path.name} were not what the exercises' modules say, and are written anew.")
        write(drifted)
        print(f"exercises/ and the cards in solutions/ are up to date: {len(drifted)} changed.")
        if arguments.bundle:
            count = bundle(ROOT, arguments.bundle)
            print(f"{counted(count, 'file')} packed into {arguments.bundle}.\n{CARRIES}")
        if arguments.stock:
            count = write_stock(ROOT / "solutions", arguments.stock)
            print(f"{counted(count, 'notebook')} in {arguments.stock}, WITH solutions: for the platform only.")
    except (ValueError, ModuleNotFoundError) as error:
        missing = isinstance(error, ModuleNotFoundError)
        print("This needs nbgrader: pip install nbgrader" if missing else error, file=sys.stderr)
        return 2
    return 0


class ReleaseError(ValueError):
    """A solution notebook that cannot be released, with the reason."""


def _report(drifted: dict[Path, str | None]) -> int:
    for path in sorted(drifted):
        print(f"{path.parent.name}/{path.name} is not what solutions/ and the exercises' data make.")
    print("Run: python -m course_utils.classroom release" if drifted else "exercises/ is up to date.")
    return 1 if drifted else 0


def drift(solutions: Path, exercises: Path) -> dict[Path, str | None]:
    """{path: the text it should have, or None if it should not be there}, for what differs.

    An exercise is what its solution makes, and the card of each task is what the exercise's data says, in both.

    Raises ReleaseError where there are no solutions at all: a bundle's exercises are not to be removed.
    """
    if not any(solutions.glob(PATTERN)):
        raise ReleaseError(
            "This copy of the course has no solutions, so exercises/ stays as it is: release from the whole course."
        )
    wanted = {exercises / path.name: released(path) for path in sorted(solutions.glob(PATTERN))}
    wanted |= {path: with_cards_as_text(path) for path in sorted(solutions.glob(PATTERN))}
    differ = {path: text for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text.encode()}
    extra = set(exercises.glob("*.ipynb")) - set(wanted)
    return {**differ, **dict.fromkeys(extra)}


def write(drifted: dict[Path, str | None]) -> None:
    """Bring `exercises/` up to date."""
    for path, text in drifted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode())


def released(path: Path) -> str:
    """The exercise notebook made of one solution notebook, as text."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    found = list(complaints(notebook, path.name[:2]))
    if found:
        raise ReleaseError(f"solutions/{path.name}:\n  " + "\n  ".join(found))
    notebook = with_cards(notebook)
    for step in _preprocessors():
        notebook, _ = step.preprocess(notebook, {})
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def with_cards_as_text(path: Path) -> str:
    """A solution notebook's text with the cards as the data has them now."""
    import nbformat

    return nbformat.writes(with_cards(nbformat.read(path, as_version=4)), version=4).rstrip("\n") + "\n"


def _preprocessors() -> list:
    """nbgrader's own steps in its own order, without the gradebook; the last two again because sources change."""
    from nbgrader.preprocessors import CheckCellMetadata, ClearHiddenTests, ClearOutput, ComputeChecksums, LockCells

    from course_utils.classroom.stubs import Stubs

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what is wrong is raised; no second telling
    return [
        kind()
        for kind in (
            LockCells,
            Stubs,
            ClearOutput,
            CheckCellMetadata,
            ComputeChecksums,
            ClearHiddenTests,
            ComputeChecksums,
            CheckCellMetadata,
        )
    ]


def complaints(notebook, lesson: str) -> list[str]:
    """What keeps a solution notebook from being graded: checks, points and ids that do not fit the registry."""
    exercises, found, seen = registry.lesson(lesson), [], []
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        number = check_in(cell)
        if marks.get("grade") and marks.get("solution"):
            found.append(f"cell {cell.get('id')}: answer and check are two cells, so that the check can be locked")
        elif marks.get("grade"):
            found += _check_complaints(cell, number, exercises)
            seen.append(number)
        elif number:
            found.append(f"cell {cell.get('id')}: check({number!r}) stands in a cell that is not graded")
    found += [f"exercise {e} is checked {seen.count(e)} times, not once" for e in exercises if seen.count(e) != 1]
    return found


def _check_complaints(cell, number: str | None, exercises: dict) -> list[str]:
    marks, where = cell.metadata.nbgrader, f"cell {cell.get('id')}"
    if number is None:
        return [f'{where}: the last line of a graded cell is check("NN.k")']
    if number not in exercises:
        return [f"{where}: there is no exercise {number}"]
    found = [] if marks.get("locked") else [f"{where}: a graded cell is locked"]
    if marks.get("points") != exercises[number].points:
        found.append(f"{where}: {marks.get('points')} points, but exercise {number} has {exercises[number].points}")
    return found


def check_in(cell) -> str | None:
    """The exercise that a cell's last line checks."""
    match = CHECK.search(cell.source) if cell.cell_type == "code" else None
    return match[1] if match else None


def write_stock(solutions: Path, folder: Path) -> int:
    """Solution notebooks for a platform that releases them by nbgrader's own steps; returns how many."""
    import nbformat

    from course_utils.classroom.stubs import stock_source

    empty_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted(solutions.glob(PATTERN))
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = stock_source(cell.source)
        nbformat.write(notebook, folder / path.name)
    return len(paths)


def bundle(root: Path, folder: Path) -> int:
    """Copy the course without solution notebooks and tests into an empty folder; returns the number of files.

    `course_utils/checks` goes along: the checks need the right answers, so they are there for whoever looks.  Marks
    are given by the classroom, where they are not.
    """
    empty_folder(folder)
    files = [path for path in course_files(root) if path.parts[0] in BUNDLED]
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, folder / path)
    return len(files)


def course_files(root: Path) -> list[Path]:
    """The course's files, relative to its root: what git tracks, or what is bundled where there is no git."""
    git = shutil.which("git")
    if git and (root / ".git").exists():
        told = subprocess.run([git, "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode()
        return [Path(name) for name in sorted(told.split("\0")) if name and (root / name).is_file()]
    found = [path.relative_to(root) for name in BUNDLED for path in (root / name, *(root / name).rglob("*"))]
    return sorted(path for path in found if (root / path).is_file() and not set(path.parts) & set(LEFTOVERS))
