"""Everything that the proof of a lesson depends on, found by reading files, not by running them.

A file depends on what it imports, at any depth and also inside functions, on the modules that it names in texts (what
is started as a program, what an exercise forbids), and on the data files beside those modules.  Standard library only.
"""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LESSONS = "course_utils/checks/lessons"
BOOKS = ("notebooks", "solutions", "exercises")
PACKAGES = ("course_utils", "tools", "tests")
# What proves a lesson: started as programs, or found by name, so that no import leads to them.
PROVERS = (
    *("tools/lesson.py", "tools/kernel_start.py", "tools/nbval_measure.py", "tools/commands/stages.py"),
    *("tests/conftest.py", "tests/checks/conftest.py", "tests/checks/test_exercises.py"),
)
PROVING = (
    "course_utils/checks/*.py",
    "course_utils/viz/*.py",
    "course_utils/classroom/**/*.py",
    f"{LESSONS}/__init__.py",
)
SETTINGS = ("requirements.txt", "requirements-dev.txt", "pyproject.toml", "concepts.toml", "topics.toml")
NAME = re.compile(rf"({'|'.join(PACKAGES)})(\.[A-Za-z_]\w*)+")
EXERCISE = re.compile(r"(\d\d)\.\d{1,2}")


def dependencies(number: str, root: Path = ROOT) -> set[str]:
    """The files, relative to `root`, that decide whether lesson `number` is proved."""
    books = [path for folder in BOOKS for path in sorted((root / folder).glob(f"{number}_*.ipynb"))]
    checks = {path for lesson in {number, *lessons_needed(number, root)} for path in checks_of(lesson, root)}
    starts = [*books, *checks, *(root / name for name in PROVERS), *(p for g in PROVING for p in root.glob(g))]
    found = closure([path for path in starts if path.is_file()], root)
    beside = {path for folder in {p.parent for p in found if p.suffix == ".py"} for path in data_files(folder)}
    settings = {root / name for name in SETTINGS if (root / name).is_file()}
    return {path.relative_to(root).as_posix() for path in found | beside | settings}


def checks_of(number: str, root: Path) -> list[Path]:
    """The modules of a lesson's exercises."""
    return sorted((root / LESSONS).glob(f"l{number}_*/*.py"))


def lessons_needed(number: str, root: Path) -> set[str]:
    """Other lessons whose exercises this lesson's exercises name, since they build on them."""
    texts = {text for path in checks_of(number, root) for text in named(path.read_text("utf-8"))}
    return {match[1] for text in texts if (match := EXERCISE.fullmatch(text))} - {number}


def data_files(folder: Path) -> list[Path]:
    """What lies beside modules and is none."""
    return [path for path in folder.iterdir() if path.is_file() and path.suffix not in (".py", ".pyc", ".ipynb")]


def closure(starts: list[Path], root: Path) -> set[Path]:
    """Files, and all that they lead to."""
    found, waiting = set(), list(starts)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += leads_to(path, root)
    return found


def leads_to(path: Path, root: Path) -> list[Path]:
    """The files of the course that one file imports or names."""
    source = code_of(path)
    if source is None:
        return []
    package = path.relative_to(root).parent.parts
    return [file for name in imported(source, package) for file in files_of(name, root)]


def code_of(path: Path) -> str | None:
    """A module's text, or the code cells of a notebook; None for other files."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    if path.suffix != ".ipynb":
        return None
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join(plain("".join(cell["source"])) for cell in cells)


def plain(source: str) -> str:
    """A cell without IPython's lines; one that still is no Python only with its imports."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        ast.parse("\n".join(lines))
    except SyntaxError:
        lines = [line.strip() for line in lines if re.match(r"\s*(import|from)\s+[\w.]+(\s+import\s+[\w, ]+)?$", line)]
    return "\n".join(lines)


@cache
def imported(source: str, package: tuple[str, ...]) -> frozenset[str]:
    """Dotted names that a text imports, and those that it only names."""
    names = set()
    for node in telling(source):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return frozenset(names | {text for text in named(source) if NAME.fullmatch(text) or text in PACKAGES})


@cache
def named(source: str) -> frozenset[str]:
    """The texts that stand in a source."""
    return frozenset(node.value for node in telling(source) if isinstance(node, ast.Constant))


@cache
def telling(source: str) -> list[ast.AST]:
    """The imports and the texts of a source."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return texts + [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def files_of(name: str, root: Path) -> list[Path]:
    """A dotted name's module, or as far as there is one, with the packages around it; `-m` starts __main__."""
    found, place = [], root
    for part in name.split("."):
        place = place / part
        files = [place / "__init__.py", place / "__main__.py", place.with_suffix(".py")]
        found += [path for path in files if path.is_file()]
    return found if name.split(".")[0] in PACKAGES else []
