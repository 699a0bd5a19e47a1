"""Write the locks: `python -m tools.lock` makes requirements.txt, requirements-dev.txt and environment.yml.

The ranges stand in pyproject.toml and nowhere else.  uv resolves them once for Linux, macOS and Windows and for
Python 3.11 to 3.13; this module then leaves out what only a CUDA build of torch needs and writes each marker in its
shortest form.  `--upgrade` takes newer versions; without it what is locked stays.  `--check-wheels` asks the package
index whether every supported platform has a wheel of everything.  Both need a network; `test` needs neither.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
STUDENT, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
CONDA = ROOT / "environment.yml"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = {  # the machines the course supports: sys_platform, platform_machine, os_name, platform_system, uv's name
    "linux-x86_64": ("linux", "x86_64", "posix", "Linux", "x86_64-manylinux_2_28"),
    "linux-aarch64": ("linux", "aarch64", "posix", "Linux", "aarch64-manylinux_2_28"),
    "macos-arm64": ("darwin", "arm64", "posix", "Darwin", "aarch64-apple-darwin"),
    "windows-x86_64": ("win32", "AMD64", "nt", "Windows", "x86_64-pc-windows-msvc"),
}
SHORT_MARKERS = [
    *(f"sys_platform {op} '{name}'" for op in ("==", "!=") for name in ("linux", "darwin", "win32")),
    *(f"python_version {op} '{version}'" for version in PYTHONS[1:] for op in ("<", ">=")),
    "sys_platform == 'win32' or (sys_platform == 'linux' and platform_machine == 'x86_64')",
    "sys_platform == 'darwin' or (sys_platform == 'linux' and platform_machine != 'x86_64')",
]
CUDA_ONLY = re.compile(r"(nvidia|cuda)-|triton$")

HEAD = """\
# {what}
# Made from pyproject.toml by `python -m tools.lock`; do not edit.
# For Linux, macOS (Apple silicon) and Windows, Python 3.11 to 3.13; without what only a CUDA build of torch needs.
"""


def environments() -> list[dict[str, str]]:
    """Every machine and Python the locks are for, as marker environments."""
    return [
        {
            "sys_platform": platform,
            "platform_machine": machine,
            "os_name": os_name,
            "platform_system": system,
            "python_version": python,
            "python_full_version": python + ".9",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
        for platform, machine, os_name, system, _ in MACHINES.values()
        for python in PYTHONS
    ]


def shorten(requirement: Requirement) -> str | None:
    """The lock's line for a requirement with its marker in shortest form; None where no machine needs it.

    >>> shorten(Requirement("numpy==2.4.6; sys_platform == 'linux' or sys_platform != 'linux'"))
    'numpy==2.4.6'
    >>> shorten(Requirement("pywinpty==3.1; os_name == 'nt' and sys_platform == 'win32'"))
    "pywinpty==3.1 ; sys_platform == 'win32'"
    """
    pin = f"{requirement.name}{requirement.specifier}"
    if requirement.marker is None:
        return pin
    wanted = [requirement.marker.evaluate(environment) for environment in environments()]
    if all(wanted) or not any(wanted):
        return pin if all(wanted) else None
    for text in SHORT_MARKERS:
        if [Marker(text).evaluate(environment) for environment in environments()] == wanted:
            return f"{pin} ; {text}"
    return f"{pin} ; {requirement.marker}"


def requirements(path: Path) -> list[Requirement]:
    """The requirements of a lock, its own lines only."""
    lines = (line.split(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def resolve(*, extras: tuple[str, ...], old: Path, fixed: list[str], upgrade: bool) -> list[str]:
    """The closure of pyproject's ranges, one pin a line; what `old` locks is kept unless `upgrade`, `fixed` always."""
    with tempfile.TemporaryDirectory() as folder:
        out, constraints = Path(folder, "out.txt"), Path(folder, "constraints.txt")
        constraints.write_text("\n".join(fixed), encoding="utf-8")
        if old.exists() and not upgrade:
            out.write_text("\n".join(map(str, requirements(old))), encoding="utf-8")
        options = ["--universal", "--python-version", PYTHONS[0], "--fork-strategy", "fewest", "--no-annotate"]
        options += [f"--extra={extra}" for extra in extras]
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "-q", "--no-header", *options]
        subprocess.run([*command, "-c", constraints, "-o", out], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        found = requirements(out)
    lines = (shorten(requirement) for requirement in found if not CUDA_ONLY.match(requirement.name))
    return sorted(line for line in lines if line)


def conda(student: list[str]) -> str:
    """The text of environment.yml: Python and pip from conda-forge, everything else by pip as in requirements.txt."""
    pins = "\n".join(f'      - "{line}"' for line in student)
    return f"""\
# For conda and Binder: the student's set.  Made by `python -m tools.lock`; do not edit.
# Only Python and pip come from conda: its numerical libraries beside pip's torch crash on macOS.
name: deep-learning-course
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
      - --extra-index-url {TORCH_CPU_INDEX}
{pins}
"""


def write_locks(*, upgrade: bool) -> None:
    """Resolve both sets and write the three files."""
    student = resolve(extras=(), old=STUDENT, fixed=[], upgrade=upgrade)
    whole = resolve(extras=("dev", "instructor"), old=DEV, fixed=student, upgrade=upgrade)
    rest = [line for line in whole if line not in student]
    head = HEAD.format(what="What a student needs: the tested versions.")
    STUDENT.write_text(head + "\n".join(student) + "\n", encoding="utf-8", newline="\n")
    head = HEAD.format(what="What `python course.py test` and a teacher need beside the student's set.")
    DEV.write_text(head + "-r requirements.txt\n" + "\n".join(rest) + "\n", encoding="utf-8", newline="\n")
    CONDA.write_text(conda(student), encoding="utf-8", newline="\n")
    print(f"{STUDENT.name}: {len(student)} packages; {DEV.name}: {len(rest)} more; {CONDA.name}: as {STUDENT.name}")


def check_wheels() -> int:
    """Ask the index for a wheel of every pin on every machine and Python; the number of combinations without one."""
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"}  # torch wants macOS 14
    missing = 0
    for machine, (*_, uv_name) in MACHINES.items():
        for python in PYTHONS:
            options = ["--no-deps", "--only-binary", ":all:", "--python-platform", uv_name, "--python-version", python]
            command = [sys.executable, "-m", "uv", "pip", "compile", DEV.name, "-q", *options]
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            missing += run.returncode != 0
            print(f"{machine:15} Python {python}: {'all wheels there' if not run.returncode else run.stderr.strip()}")
    return missing


def direct(extra: str | None = None) -> list[Requirement]:
    """The ranges of pyproject.toml: a student's, or those of an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(r) for r in (project["optional-dependencies"][extra] if extra else project["dependencies"])]


if __name__ == "__main__":
    if "--check-wheels" in sys.argv:
        sys.exit(check_wheels())
    write_locks(upgrade="--upgrade" in sys.argv)
