"""pip inside the course's environment: its words go to a log, the terminal gets what helps one wait.

pip and not uv: pip reads the machine's own settings (mirrors, proxies, certificates, local wheels); an isolated or
configured-away pip would work on fewer machines.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess

from tools.commands.ground import temporary_folder
from tools.commands.places import PYTHON, ROOT, VENV, clean_environment
from tools.commands.say import say

LOG = VENV / "install.log"
LARGE = re.compile(r"\s*(?:Downloading|Using cached) (\S+?)(?:\.metadata)? \((\d+(?:\.\d+)? [MG]B)\)")


def pip(*arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run pip; `stdout` of what comes back is all it said, errors too.  Large downloads are shown as they start."""
    command = [PYTHON, "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    lines = []
    with subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env=clean_environment(PYTHONIOENCODING="utf-8:replace", **temporary_folder()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout:
            lines.append(line)
            if not quiet and (shown := progress(line)):
                say(shown)
    with contextlib.suppress(OSError):  # on a full disk pip's own words tell it
        LOG.open("a", encoding="utf-8").writelines(lines)
    shutil.rmtree(VENV / "tmp", ignore_errors=True)
    return subprocess.CompletedProcess(command, process.returncode, "".join(lines), "")


def progress(line: str) -> str | None:
    """What a line of pip's is worth on the terminal; None for most.

    >>> progress("  Downloading torch-2.13.0-cp311-none-macosx_14_0_arm64.whl (88.1 MB)")
    '  torch-2.13.0 (88.1 MB)'
    """
    large = LARGE.match(line)
    if large:
        name = "-".join(large.group(1).rsplit("/", 1)[-1].split("-")[:2])
        return f"  {name} ({large.group(2)})"
    if line.startswith("Installing collected packages:"):
        return f"  installing {line.count(',') + 1} packages (this takes a minute or two)"
    if "Retrying (" in line and "total=4" in line:
        return "  the connection is slow or missing; trying again"
    return None
