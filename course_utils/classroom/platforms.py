"""Whose file is this?  How learning platforms name what they let a teacher download.

Moodle (mod/assign, `downloader.php`): `Full Name_123_assignsubmission_file` is a folder, or begins a file's name;
before 4.1 the folder ended in `_`; a default group has no number; `Participant_123` where marking is blind.
Canvas (`content_zipper.rb`): `sortablename_LATE_123_4567_file.ipynb`, small letters and digits of any script; with
anonymous marking `anon_x1Y2z_4567_file.ipynb`; texts and links end in `_text.html` and `_link.html`.
Blackboard: `Exercise 04_username_attempt_2026-11-12-10-30-00_file.ipynb`, and a receipt `…-00.txt` beside it.
Brightspace: folders `12345-67890 - Full Name - Nov 12, 2026 1030 AM` beside an `index.html`; where files lie flat, the
file's name, or only its ending, follows.

A student chooses what stands at the end of a name, so every pattern takes the first place that fits.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import PurePosixPath

HANDED_IN = (".py", ".pdf", ".html", ".docx", ".txt")  # beside notebooks, these are somebody's; a grades.csv is not
NOTEBOOK = (".ipynb", ".ipynb.txt", ".ipynb.json")  # some browsers save it so

MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL)
CANVAS = re.compile(
    r"(?:(?P<name>[\w-]+?)(?P<late>_LATE)?_(?P<id>\d{3,})|(?P<hidden_late>LATE_)?(?P<hidden>anon_[0-9A-Za-z]+))"
    r"_(?:(?P<sub>\d{3,})_(?P<rest>.+)|text\.html|link\.html)",
    re.DOTALL | re.IGNORECASE,
)
BLACKBOARD = re.compile(
    r"(?P<head>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.\w+)", re.DOTALL | re.IGNORECASE
)
BRIGHTSPACE = re.compile(
    r"(?P<one>\d+)-(?P<two>\d+) - (?P<name>.+?) ?- (?P<date>[^-]*?\b\d{4}\b[^-.]*?)(?: - (?P<rest>.+)|\.\w+)?",
    re.DOTALL,
)
MONTHS = {month.lower(): number for number, month in enumerate(calendar.month_abbr) if number}


@dataclass(frozen=True)
class Who:
    """Whose something is, by its name: `platform` is empty where no platform's pattern fits."""

    student: str
    number: str = ""  # the platform's number of the student
    platform: str = ""
    late: bool = False
    when: float = 0.0  # of the attempt, where the name tells
    rest: str = ""  # how the student called the file


def recognise(names: Sequence[str]) -> list[Who]:
    """Whose each of these files and folders is, that lie side by side in one download.

    >>> [w.student for w in recognise(["Anna Smith_12_assignsubmission_file", "o_brien_2.ipynb"])]
    ['Anna Smith', 'o_brien_2']
    """
    task = _blackboard_task(names)
    found = [_moodle(n) or _blackboard(n, task) or _brightspace(n) or _canvas(n) or plain(n) for n in names]
    return _doubted(_brightspace_numbers(found), names)


def plain(name: str) -> Who:
    """A file without any platform's pattern: its stem is the student."""
    if is_notebook(name):
        return Who(name[: name.lower().rindex(".ipynb")] or name)
    known = PurePosixPath(name).suffix.lower() in (".zip", *HANDED_IN)
    return Who(PurePosixPath(name).stem if known else name)


def is_notebook(name: str) -> bool:
    return name.lower().endswith(NOTEBOOK)


def _moodle(name: str) -> Who | None:
    match = MOODLE.fullmatch(name)
    if not match or not (match["id"] or match["rest"] in (None, "")):
        return None
    return Who(match["name"].strip(), match["id"] or "", "moodle", rest=match["rest"] or "")


def _canvas(name: str) -> Who | None:
    match = CANVAS.fullmatch(name)
    if not match:
        return None
    late = bool(match["late"] or match["hidden_late"])
    student = match["name"] or match["hidden"]
    return Who(student, match["id"] or "", "canvas", late, rest=match["rest"] or "")


def _doubted(found: list[Who], names: Sequence[str]) -> list[Who]:
    """Take `smith_2026_1001_hw4.ipynb` for what it is: numbers that do not behave as Canvas's are a teacher's own.

    Canvas gives each student one number, and nobody two files of one name.
    """
    owners, files = defaultdict(set), defaultdict(int)
    for who in found:
        if who.platform == "canvas" and who.number:
            owners[who.number].add(who.student)
            files[who.student, who.number, who.rest] += 1
    alien = any(len(students) > 1 for students in owners.values())
    return [
        plain(name)
        if who.platform == "canvas" and who.number and (alien or files[who.student, who.number, who.rest] > 1)
        else who
        for who, name in zip(found, names, strict=True)
    ]


def _blackboard_task(names: Sequence[str]) -> str:
    """What the exercise is called, which stands before the user's name; both may hold underscores."""
    heads = sorted({match["head"] for name in names if (match := BLACKBOARD.fullmatch(name))})
    before = {head.rpartition("_")[0] for head in heads}
    if len(before) < 2:
        return "".join(before)
    alike = takewhile(lambda letters: letters[0] == letters[1], zip(heads[0], heads[-1], strict=False))
    return "".join(first for first, _ in alike).rpartition("_")[0]


def _blackboard(name: str, task: str) -> Who | None:
    match = BLACKBOARD.fullmatch(name)
    if not match:
        return None
    head = match["head"]
    student = head[len(task) + 1 :] if task else head.rpartition("_")[2]
    when = _seconds(*(int(part) for part in match["when"].split("-")))
    return Who(student, student if task else head, "blackboard", when=when, rest=match["rest"] or "")


def _brightspace(name: str) -> Who | None:
    match = BRIGHTSPACE.fullmatch(name)
    if not match:
        return None
    number = f"{match['one']}-{match['two']}"
    return Who(match["name"].strip(), number, "brightspace", when=_spoken(match["date"]), rest=match["rest"] or "")


def _brightspace_numbers(found: list[Who]) -> list[Who]:
    """Of Brightspace's two numbers the one that is the student's: it differs where names do."""
    pairs = {(w.student, *w.number.split("-")) for w in found if w.platform == "brightspace"}
    students = len({student for student, _, _ in pairs})
    place = max((0, 1), key=lambda p: min(len({pair[p + 1] for pair in pairs}), students) - p / 2)
    return [replace(w, number=w.number.split("-")[place]) if w.platform == "brightspace" else w for w in found]


def _spoken(date: str) -> float:
    """`Nov 12, 2026 1030 AM`, also with the day first or a clock of 24 hours; 0 for other languages' months."""
    words = re.findall(r"[^\W\d]+|\d+", date)
    month = next((MONTHS[w[:3].lower()] for w in words if w[:3].lower() in MONTHS), 0)
    numbers = [int(w) for w in words if w.isdecimal()]
    if not month or len(numbers) < 2 or numbers[1] < 1000:
        return 0.0
    day, year, clock = numbers[0], numbers[1], "".join(f"{n:02d}" for n in numbers[2:4]) or "0"
    hour, minute = divmod(int(clock), 100)
    if words[-1].upper() in ("AM", "PM"):
        hour = hour % 12 + (12 if words[-1].upper() == "PM" else 0)
    return _seconds(year, month, day, hour, minute)


def _seconds(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> float:
    """A moment as a number that grows; 0 where there is no such date."""
    try:
        return float(calendar.timegm((year, month, day, hour, minute, second)))
    except (ValueError, OverflowError):
        return 0.0
