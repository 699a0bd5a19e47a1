"""Counting what the stages of `test` reported."""

from __future__ import annotations

import fnmatch
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

from tools.commands.costs import Cost


class Tally(NamedTuple):
    """Passed and failed tests, the skips by name and reason, the stages with their exit codes and costs."""

    passed: int = 0
    failed: int = 0
    skips: tuple[str, ...] = ()
    stages: tuple[tuple[str, int], ...] = ()
    costs: tuple[Cost, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        """The sum, field by field."""
        return Tally(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def read_junit(path: Path) -> Tally:
    """What a JUnit file of pytest's holds; a file that is not whole counts as one failure."""
    try:
        cases = list(ET.parse(path).iter("testcase"))
    except ET.ParseError:
        return Tally(failed=1)
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skips = [describe(case) for case in cases if case not in failed and case.find("skipped") is not None]
    return Tally(passed=len(cases) - len(failed) - len(skips), failed=len(failed), skips=tuple(skips))


def describe(case: ET.Element) -> str:
    """A skipped test: its name and the reason."""
    return f"{case.get('classname')}::{case.get('name')}: {case.find('skipped').get('message')}"


def unexpected_skips(skips: tuple[str, ...], allowed: Path) -> list[str]:
    """The skips that no line of the file `allowed` (patterns with *) covers."""
    lines = [line.strip() for line in allowed.read_text(encoding="utf-8").splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    return [skip for skip in skips if not any(fnmatch.fnmatchcase(skip, pattern) for pattern in patterns)]
