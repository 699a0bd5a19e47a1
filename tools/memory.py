"""What was proved, remembered by a fingerprint of all that it depends on, so that it need not be proved again.

Asked by `tools.lesson` and by `course.py test --changed`.  `course.py test`, `.ci/run` and the nightly run ask nothing:
they prove everything and, where everything passed, write it down.  Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from pathlib import Path

from tools.dependencies import BOOKS, ROOT, dependencies

FILE = Path(os.environ.get("COURSE_MEMORY") or ROOT / ".proved.json")
SWITCHES = ("OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "NPY_DISABLE_CPU_FEATURES", "COURSE_OUTPUTS")
LESSON, TEST = "lesson", "test"  # two proofs that differ: `tools.lesson` takes fewer seeds


def written(root: Path = ROOT) -> list[str]:
    """The numbers of the lessons that have a notebook."""
    return sorted({path.name[:2] for folder in BOOKS for path in (root / folder).glob("[0-9][0-9]_*.ipynb")})


def fingerprint(number: str, root: Path = ROOT) -> str:
    """Changes with any byte that lesson `number` depends on, with Python, the system and the names of the notebooks."""
    names = [f"{folder}/{path.name}" for folder in BOOKS for path in sorted((root / folder).glob("*.ipynb"))]
    switches = [os.environ.get(name, "") for name in SWITCHES]
    sha = hashlib.sha256(repr((sys.version, sys.platform, platform.machine(), switches, names)).encode())
    for name in sorted(dependencies(number, root)):
        sha.update(f"{name}\0{hashlib.sha256((root / name).read_bytes()).hexdigest()}\0".encode())
    return sha.hexdigest()


def fingerprints(numbers: list[str], root: Path = ROOT) -> dict[str, str]:
    """{lesson: its fingerprint}; a lesson with a file that cannot be read as Python has none, and is not remembered."""
    found = {}
    for number in numbers:
        try:
            found[number] = fingerprint(number, root)
        except (SyntaxError, ValueError, OSError):
            continue
    return found


def known(kind: str, prints: dict[str, str]) -> set[str]:
    """The lessons whose proof of this kind was written down with just these fingerprints."""
    return {number for number, value in prints.items() if recall().get(kind, {}).get(number) == value}


def recall() -> dict[str, dict[str, str]]:
    """What is written down; nothing where the file is missing or damaged."""
    try:
        memory = json.loads(FILE.read_text(encoding="utf-8"))
        return {kind: dict(memory[kind]) for kind in (LESSON, TEST) if kind in memory}
    except (OSError, ValueError, TypeError):
        return {}


def remember(kind: str, before: dict[str, str], root: Path = ROOT) -> None:
    """Write down lessons that passed.  `before` was taken before the proof: what has changed meanwhile is left out."""
    after = fingerprints(list(before), root)
    same = {number: value for number, value in before.items() if after.get(number) == value}
    memory = recall()
    memory[kind] = memory.get(kind, {}) | same
    new = FILE.with_name(f"{FILE.name}.{os.getpid()}.new")
    try:
        new.write_text(json.dumps(memory, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        new.replace(FILE)
    except OSError:  # a folder that may not be written: everything is proved again next time
        new.unlink(missing_ok=True)
