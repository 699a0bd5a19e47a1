"""Questions for the environment's own Python: asked from outside, answered by this module run there."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

from tools.commands.places import PYTHON, QUIET, ROOT, clean_environment

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
)


def ask(*question: str):
    """The environment's answer; None where there is no environment or it cannot answer."""
    if not PYTHON.exists():
        return None
    command = [str(PYTHON), "-m", "tools.commands.inside", *question]
    try:
        run = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
            env=clean_environment(**QUIET),
        )
        return json.loads(run.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        return None


def try_import(name: str) -> tuple[float, str | None]:
    """Seconds that an import takes, and None or the last words where it fails."""
    start = time.monotonic()
    try:
        run = subprocess.run(
            [str(PYTHON), "-c", f"import {name}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            env=clean_environment(**QUIET),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return time.monotonic() - start, str(error)
    seconds = time.monotonic() - start
    if run.returncode == 0:
        return seconds, None
    if run.returncode < 0:
        return seconds, f"killed by {signal.strsignal(-run.returncode)}"
    return seconds, (run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1]


def versions(lock: str) -> list[list[str | None]]:
    """Name, locked and installed version of every package that is not as the lock says, or not whole."""
    from importlib import metadata

    from pip._vendor.packaging.requirements import Requirement

    wrong = []
    for line in Path(lock).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith(("#", "-")):
            continue
        requirement = Requirement(line)
        pinned = str(requirement.specifier).removeprefix("==")
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            have = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            have = None
        if have is None or not requirement.specifier.contains(have, prereleases=True):
            wrong.append([requirement.name, pinned, have])
        elif lost := gone(metadata.distribution(requirement.name)):
            wrong.append([requirement.name, pinned, f"not whole ({lost} is gone)"])
    return wrong


def gone(distribution) -> str | None:
    """A module of an installed package that is not there any more: the first of the outermost ones."""
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):  # .files leaves out what is gone
        file = PurePosixPath(row[0])
        if len(file.parts) <= 2 and file.suffix == ".py" and not distribution.locate_file(file).exists():
            return row[0]
    return None


def kernel() -> str:
    """What the kernel python3 answers to 1 + 1."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
    try:
        reply = client.execute_interactive(
            "", user_expressions={"two": "1 + 1"}, timeout=60, output_hook=lambda message: None
        )
        return reply["content"]["user_expressions"]["two"]["data"]["text/plain"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def fonts() -> dict[str, str | None]:
    """The Latin and the Chinese font that Matplotlib finds."""
    from matplotlib import font_manager

    names = {font.name for font in font_manager.fontManager.ttflist}
    return {
        "latin": "DejaVu Sans" if "DejaVu Sans" in names else None,
        "chinese": next((name for name in CHINESE_FONTS if name in names), None),
    }


def progress() -> dict[str, str | None]:
    """Where the progress file lies, and what is wrong with it."""
    from course_utils.checks.record import location

    path = location()
    fault = None
    if path.exists():
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            fault = str(error)
    return {"path": str(path), "fault": fault}


if __name__ == "__main__":
    answers = {"versions": versions, "kernel": kernel, "fonts": fonts, "progress": progress}
    print(json.dumps(answers[sys.argv[1]](*sys.argv[2:])))
