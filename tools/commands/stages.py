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

from tools.commands import costs, environment
from tools.commands.places import PYTHON, QUIET, ROOT, clean_environment
from tools.commands.say import Fault, say
from tools.commands.tally import Tally, read_junit, unexpected_skips
from tools.memory import TEST, fingerprints, known, remember, written

SEEDS_IN_HASTE = "6"
HEAVY = ("browser", "classroom", "notebooks")  # folders of tests/ that --fast leaves out


class Stage(NamedTuple):
    """One step of the test: a module of the environment's Python with its arguments."""

    name: str
    arguments: list[str]
    junit: str = ""  # the name of the report that a pytest inside it writes
    seeds: str = ""  # so many seeds in the proofs of exercises; all of them where it is empty
    proved: str = ""  # lessons whose exercises are not proved again, such as 00,04
    lessons: bool = False  # all of it is done for each lesson


def main(rest: list[str]) -> int:
    """`test [--fast | --newest | --changed]`: 0 where everything passed."""
    if set(rest) - {"--fast", "--newest", "--changed"}:
        raise Fault("usage: python course.py test [--fast | --newest | --changed]")
    if not (ROOT / "tests").is_dir():
        raise Fault("This copy of the course was packed without its tests: run `test` in the whole course.")
    fast, newest = "--fast" in rest, "--newest" in rest
    start = time.monotonic()
    environment.ready(dev=True, newest=newest)
    before, prints = tree(), fingerprints([] if fast or newest else written())
    proved = known(TEST, prints) if "--changed" in rest else set()
    if proved:
        say(f"Not proved again, since nothing that they depend on has changed: {', '.join(sorted(proved))}.")
    with tempfile.TemporaryDirectory(prefix="course-test-") as folder:
        tally = Tally()
        for stage in stages(fast=fast, proved=proved):
            tally += run(stage, Path(folder), compare=sys.platform == "linux" and not newest)
        tally += tree_is_clean(before)
        if not fast and not proved:
            say("\n" + "\n".join(costs.told(tally.costs)))
        code = close(tally, time.monotonic() - start)
    if prints and not code:
        remember(TEST, prints)
    return code


def stages(*, fast: bool, proved: set[str] = frozenset()) -> list[Stage]:
    """What `test` runs, in order: the notebooks' figures come last.  Lessons that are `proved` are left out."""
    pytest = ["pytest", "-q", "-n", "2", "--dist", "loadscope"]
    pytest += [f"--ignore=tests/{name}" for name in (HEAVY if fast else ("browser",))]
    quick = [
        Stage("style", ["ruff", "check", "."]),
        Stage("format", ["ruff", "format", "--check", "."]),
        Stage("spelling", ["codespell_lib"]),
        Stage("exercises are what solutions make", ["course_utils.classroom", "release", "--check"], lessons=True),
        Stage("tests", [*pytest, "-m", "not browser and not slow"], "tests.xml", seeds=SEEDS_IN_HASTE)
        if fast
        else Stage("tests", [*pytest, "-m", "not browser"], "tests.xml", proved=",".join(sorted(proved))),
    ]
    lab = Stage("lab starts", ["tools.commands.answers"])
    browser = Stage("browser", ["pytest", "-q", "tests/browser"], "browser.xml")
    changed = sorted(set(written()) - proved) if proved else []
    notebooks = Stage("notebooks", ["tools.notebooks", "verify", *changed], "notebooks.xml", lessons=True)
    return quick if fast else [*quick, lab, browser, *([notebooks] if changed or not proved else [])]


def run(stage: Stage, folder: Path, *, compare: bool) -> Tally:
    """Run one stage, its output straight to the terminal; what it counted."""
    say(f"\n== {stage.name}")
    variables = {**QUIET, "COURSE_PROGRESS": str(folder / "progress.json"), "MPLBACKEND": "agg"}
    variables |= {"COURSE_SEEDS": stage.seeds, "COURSE_PROVED_LESSONS": stage.proved}
    if stage.junit:
        variables["PYTEST_ADDOPTS"] = f"'--junitxml={(folder / stage.junit).as_posix()}'"
    if not compare:
        variables["COURSE_OUTPUTS"] = "not compared"
    start, before = time.monotonic(), costs.children()
    command = [str(PYTHON), "-m", *stage.arguments]
    code = subprocess.run(command, cwd=ROOT, env=clean_environment(**variables), stdin=subprocess.DEVNULL).returncode
    say(f"== {stage.name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s")
    report = folder / (stage.junit or "none")
    counted = read_junit(report) if report.exists() else Tally(passed=int(code == 0))
    if code and not counted.failed:
        counted += Tally(failed=1)
    share = 1.0 if stage.lessons else costs.share_in(report)
    cost = costs.Cost(stage.name, time.monotonic() - start, costs.children() - before, share)
    return counted._replace(stages=((stage.name, code),), costs=(cost,))


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


def close(tally: Tally, seconds: float) -> int:
    """Print the last lines; the exit code."""
    allowed = os.environ.get("COURSE_ALLOWED_SKIPS")
    strangers = unexpected_skips(tally.skips, Path(allowed)) if allowed else []
    for skip in strangers:
        say(f"Skipped, and not on the list {allowed}: {skip}")
    failed = [name for name, code in tally.stages if code]
    say(f"\n{'Failed: ' + ', '.join(failed) if failed else 'Every stage passed'}, in {environment.minutes(seconds)}.")
    say(f"{tally.passed} passed, {tally.failed + len(strangers)} failed, {len(tally.skips)} skipped")
    return int(bool(failed or strangers or tally.failed))
