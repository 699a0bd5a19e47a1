"""What the stages of `test` took, how much of it grows with every lesson, and what that makes of a whole course."""

from __future__ import annotations

import os
import re
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

from tools.commands.places import ROOT
from tools.memory import written

BUDGET = 30  # minutes on two processors, with all lessons
OF_A_LESSON = re.compile(r"Lesson\d\d|[\[/]\d\d[._\]]")  # TestLesson16, [16.4], [16_gates.ipynb], [notebooks/16_gates]


class Cost(NamedTuple):
    """A stage's seconds on the clock and of processor time, and the share of them that grows with every lesson."""

    name: str
    seconds: float
    cpu_seconds: float
    share: float = 0.0


def children() -> float:
    """Processor time of everything that was started and has ended; 0 on Windows, which does not tell."""
    times = os.times()
    return times.children_user + times.children_system


def share_in(report: Path) -> float:
    """The share of a report's seconds that belongs to tests of single lessons."""
    try:
        cases = list(ET.parse(report).iter("testcase"))
    except (OSError, ET.ParseError):
        return 0.0
    seconds = [float(case.get("time") or 0) for case in cases]
    names = [f"{case.get('classname')}::{case.get('name')}" for case in cases]
    lessons = sum(s for s, name in zip(seconds, names, strict=True) if OF_A_LESSON.search(name))
    return lessons / sum(seconds) if sum(seconds) else 0.0


def table(costs: tuple[Cost, ...], now: int, planned: int) -> list[str]:
    """The lines that say what each stage took and what the whole would take with all lessons planned."""
    growth = planned / now if now else 1.0
    rows = [f"{'stage':40}{'s':>8}{'CPU s':>8}{f'with {planned} lessons':>20}"]
    for cost in costs:
        more = 1 + cost.share * (growth - 1)
        rows.append(f"{cost.name:40}{cost.seconds:8.0f}{cost.cpu_seconds:8.0f}{cost.seconds * more:18.0f} s")
    minutes = sum(c.seconds * (1 + c.share * (growth - 1)) for c in costs) / 60
    cpu = sum(c.cpu_seconds for c in costs)
    each = sum(c.cpu_seconds * c.share for c in costs) / now if now else 0.0
    rows.append(
        f"{cpu:.0f} CPU s, {each:.0f} for each of {now} lessons. With {planned} lessons this machine would need "
        f"{minutes:.0f} minutes as busy as it is now; the budget is {BUDGET} on two free processors."
    )
    return rows


def told(costs: tuple[Cost, ...]) -> list[str]:
    """The table of this course."""
    planned = tomllib.loads((ROOT / "concepts.toml").read_text(encoding="utf-8"))
    return table(costs, len(written()), len(planned))
