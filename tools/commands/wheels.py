"""`wheels`: everything the environment needs as files in wheelhouse/, for a room without a network."""

from __future__ import annotations

from tools.commands import environment, ground, torch_build
from tools.commands.faults import sentence
from tools.commands.installer import pip
from tools.commands.places import DEV, ROOT, STUDENT, WHEELHOUSE, python_version, shown
from tools.commands.say import Fault, say


def main(rest: list[str]) -> int:
    """`wheels [--dev]`: download for machines of this system and this Python version."""
    if set(rest) - {"--dev"}:
        raise Fault("usage: python course.py wheels [--dev]")
    dev = "--dev" in rest
    ground.check_space(ROOT, "wheels")
    environment.have_pip()
    lock = DEV if dev else STUDENT
    pin = environment.torch_pin(lock)
    say(f"Downloading to {shown(WHEELHOUSE)} (about 0.8 GB).")
    run = pip("download", "--no-deps", "-d", WHEELHOUSE, *(torch_build.way(pin) or []), pin)
    if run.returncode == 0:
        run = pip("download", "-d", WHEELHOUSE, "--find-links", WHEELHOUSE, "-r", lock)
    if run.returncode:
        raise Fault(sentence(run.stdout))
    files = list(WHEELHOUSE.iterdir())
    size = sum(file.stat().st_size for file in files) / 1e9
    version = python_version().rpartition(".")[0]
    say(f"{shown(WHEELHOUSE)} holds {len(files)} files, {size:.1f} GB, for Python {version} on this system.")
    say("Copy the course with it: there, `python course.py lab` installs from it and needs no network.")
    return 0
