"""PyTorch without CUDA, where that takes a step of its own: on Linux the package index's torch brings 3 GB of it.

First the CPU index (COURSE_TORCH_INDEX, or PyTorch's own), then whatever pip's own settings lead to; each is asked
with a dry run what it would install.  Where only a CUDA build is to be had, the user decides.
"""

from __future__ import annotations

import json
import os
import platform
import sys

from tools.commands.installer import pip
from tools.commands.say import Fault, ask, say

CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def install_first(pin: str) -> None:
    """Install torch ahead of the rest, without CUDA where that is to be had; leave errors to the main install."""
    if sys.platform != "linux" or installed(pin):
        return
    flags = way(pin)
    if flags is not None and pip("install", "--no-deps", *flags, pin, quiet=True).returncode == 0:
        say(f"  {pin} installed{' without CUDA' if flags else ''}")


def way(pin: str) -> list[str] | None:
    """The options that lead pip to the build wanted; None where pip finds no torch at all.

    Raises Fault where only a CUDA build is to be had and the user does not want it.
    """
    index = os.environ.get("COURSE_TORCH_INDEX", CPU_INDEX)
    ways = [["--index-url", index, "--retries", "0", "--timeout", "15"]] if index else []
    build = None
    for flags in [*ways, []]:
        build = offered(pin, flags)
        if build == "CPU" or (flags and build == "chosen CUDA" and "COURSE_TORCH_INDEX" in os.environ):
            return flags
    if build is None:
        return None
    question = f"There is only a CUDA build of {pin}, about 3 GB, which the course does not need. Download it?"
    if ask(question, default=True, going_on="downloading it"):
        return []
    raise Fault(
        "Set COURSE_TORCH_INDEX to an index with CPU wheels (a mirror of download.pytorch.org/whl/cpu), then run the "
        "same command again."
    )


def installed(pin: str) -> bool:
    """True where the environment has this version already."""
    return f"Version: {pin.partition('==')[2]}" in pip("show", "torch", quiet=True).stdout.replace("+cpu", "")


def offered(pin: str, flags: list[str]) -> str | None:
    """What pip would install with these flags: "CPU", "CUDA", "chosen CUDA" (named so by its version), or None."""
    run = pip(
        "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-", *flags, pin, quiet=True
    )
    start = run.stdout.find("{")
    if run.returncode or start < 0:
        return None
    try:
        metadata = json.JSONDecoder().raw_decode(run.stdout[start:])[0]["install"][0]["metadata"]
    except (ValueError, LookupError):
        return None
    return kind(metadata["version"], metadata.get("requires_dist", []), platform.machine())


def kind(version: str, requires: list[str], machine: str) -> str:
    """The build that a version and its requirements tell of.

    >>> kind("2.13.0", ["nvidia-cublas==13.1; platform_system == 'Linux'"], "x86_64")
    'CUDA'
    >>> kind("2.13.0+cpu", ["numpy"], "x86_64")
    'CPU'
    """
    if "+cu" in version:
        return "chosen CUDA"
    needed = [r for r in requires if "x86_64" not in r or machine == "x86_64"]
    return "CUDA" if any(r.startswith(("nvidia-", "cuda-")) for r in needed) else "CPU"
