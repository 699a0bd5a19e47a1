"""`test`: every stage is run, also after one failed; the last lines are the notebooks' budgets and the count."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tools.commands import environment, offline
from tools.commands.places import PYTHON, QUIET, ROOT, clean_environment
from tools.commands.say import Fault, say
from tools.commands.tally import Tally, read_junit, unexpected_skips

HEAVY = ("browser", "classroom", "notebooks")  # folders of tests/ that --fast leaves out


class Stage(NamedTuple):
    """One step of the test: a program of the environment, and whether it runs with the network cut."""

    name: str
    arguments: list[str]
    cut: bool = False


def main(rest: list[str]) -> int:
    """`test [--fast] [--newest]`: 0 where everything passed."""
    if set(rest) - {"--fast", "--newest"}:
        raise Fault("usage: python course.py test [--fast | --newest]")
    fast, newest = "--fast" in rest, "--newest" in rest
    environment.ready(dev=True, newest=newest)
    before = tree()
    with tempfile.TemporaryDirectory(prefix="course-test-") as folder:
        tally = Tally()
        for stage in stages(Path(folder), fast=fast, compare=sys.platform == "linux" and not newest):
            tally += run(stage, Path(folder))
        tally += tree_is_clean(before)
        return close(tally, Path(folder))


def stages(folder: Path, *, fast: bool, compare: bool) -> list[Stage]:
    """What `test` runs, in order; `folder` takes the reports."""
    pytest = ["pytest", "-q", "-n", "2", "--dist", "loadscope", f"--junitxml={folder / 'tests.xml'}"]
    pytest += [f"--ignore=tests/{name}" for name in (HEAVY if fast else ("browser",))]
    quick = [
        Stage("style", ["ruff", "check", "."]),
        Stage("format", ["ruff", "format", "--check", "."]),
        Stage("spelling", ["codespell_lib"]),
        Stage("exercises are what solutions make", ["course_utils.classroom", "release", "--check"]),
        Stage("tests", [*pytest, "-m", "not browser and not slow" if fast else "not browser"]),
    ]
    if fast:
        return quick
    verify = ["tools.notebooks", "verify", f"--report={folder}", *([] if compare else ["--lax"])]
    browser = ["pytest", "-q", "tests/browser", f"--junitxml={folder / 'browser.xml'}"]
    return [*quick, Stage("notebooks", verify, cut=True), Stage("browser", browser)]


def run(stage: Stage, folder: Path) -> Tally:
    """Run one stage, its output straight to the terminal; what it counted."""
    say(f"\n== {stage.name}")
    prefix = offline.prefix() if stage.cut else []
    if stage.cut:
        say("The network is cut for this stage." if prefix else "The network could not be cut on this machine.")
    reports = {path.name for path in folder.glob("*.xml")}
    start = time.monotonic()
    command = [*prefix, str(PYTHON), "-m", *stage.arguments]
    variables = {**QUIET, "COURSE_PROGRESS": str(folder / "progress.json"), "MPLBACKEND": "agg"}
    code = subprocess.run(command, cwd=ROOT, env=clean_environment(**variables), stdin=subprocess.DEVNULL).returncode
    say(f"== {stage.name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s")
    new = [path for path in folder.glob("*.xml") if path.name not in reports]
    counted = sum((read_junit(path) for path in new), start=Tally())
    if code and not counted.failed:
        counted += Tally(failed=1)
    elif not new:
        counted += Tally(passed=1)
    return counted._replace(stages=((stage.name, code),))


def tree() -> str | None:
    """What git calls changed; None without git."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        return None
    run = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else None


def tree_is_clean(before: str | None) -> Tally:
    """The tests leave no traces in the tree; asked in CI only, where nobody edits meanwhile."""
    if not os.environ.get("CI") or before is None:
        return Tally()
    after = tree()
    if after == before:
        return Tally(passed=1)
    say(f"\nThe tests changed the tree:\n{after}")
    return Tally(failed=1, stages=(("clean tree", 1),))


def close(tally: Tally, folder: Path) -> int:
    """Print the last lines; the exit code."""
    allowed = os.environ.get("COURSE_ALLOWED_SKIPS")
    strangers = unexpected_skips(tally.skips, Path(allowed)) if allowed else []
    for skip in strangers:
        say(f"Skipped, and not on the list {allowed}: {skip}")
    budgets = folder / "budgets.txt"
    if budgets.exists():
        say(f"\n{budgets.read_text(encoding='utf-8').rstrip()}")
    failed = [name for name, code in tally.stages if code]
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nEvery stage passed.")
    say(f"{tally.passed} passed, {tally.failed + len(strangers)} failed, {len(tally.skips)} skipped")
    return int(bool(failed or strangers or tally.failed))
