"""Linux's bubblewrap as the walls: namespaces of its own for files, processes, network and users."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from course_utils.classroom.sandbox.backend import COURSE, HOME, Backend, Limits, environment, package_folders
from course_utils.classroom.sandbox.cgroups import choose
from course_utils.classroom.sandbox.syscalls import program

HIDDEN = tuple(f"/proc/{name}" for name in ("keys", "key-users", "locks", "kmsg", "timer_list", "sched_debug"))


class Bwrap(Backend):
    """One bubblewrap a submission."""

    name = "bwrap"

    def __init__(self, limits: Limits):
        super().__init__(limits)
        self.group = choose()
        self.root = os.geteuid() == 0
        self.user = 61_000 + os.getpid() % 4_000 if self.root else None
        self.mounts, self.filter = _mounts(), program()

    def command(self, stage: Path, *words: str) -> list[str]:
        return [
            "bwrap",
            *self._spaces(),
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            *self._files(stage),
            *[w for k, v in environment().items() for w in ("--setenv", k, v)],
            "--chdir",
            HOME,
            "--",
            *words,
        ]

    @contextlib.contextmanager
    def lent(self) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """The filter of system calls, in a pipe."""
        reading, writing = os.pipe()
        with os.fdopen(reading), os.fdopen(writing, "wb") as pipe:
            pipe.write(self.filter)
            pipe.close()
            yield (["--seccomp", str(reading)], (reading,)) if self.filter else ([], ())

    def _spaces(self) -> list[str]:
        """Root starts as root, without any right but to become somebody else; others get a user namespace."""
        spaces = [
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--hostname",
            "sandbox",
        ]
        if self.root:
            return [*spaces, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        return ["--unshare-user", "--uid", "1000", "--gid", "1000", *spaces]

    def _files(self, stage: Path) -> list[str]:
        disk = str(self.limits.disk)
        open_to_all = ["--perms", "1777", "--size", disk, "--tmpfs"]
        return [
            *open_to_all,
            "/tmp",
            *self.mounts,  # after /tmp: Python may lie below it
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            *[w for p in HIDDEN if os.path.exists(p) for w in ("--ro-bind", "/dev/null", p)],
            *open_to_all,
            "/dev/shm",
            *open_to_all,
            HOME,
            "--ro-bind",
            str(stage),
            COURSE,
            "--remount-ro",
            "/dev",
            "--remount-ro",
            "/",
        ]

    def mend(self, error: str) -> str:
        if shutil.which("bwrap") is None:
            return (
                "bubblewrap is not installed. Mend it: `sudo apt install bubblewrap` (Debian, Ubuntu, WSL2) or "
                "`sudo dnf install bubblewrap` (Fedora)."
            )
        if "uid map" in error or "namespace" in error or "not permitted" in error.lower():
            return (
                f"This system does not let bubblewrap make a namespace ({' '.join(error.split())[-160:]}). {_allow()}"
            )
        return super().mend(error)


def _allow() -> str:
    """How to allow user namespaces on this very system."""
    if Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").exists():
        return (
            "Mend it (Ubuntu 24.04 and later): install the profile that allows bubblewrap, `sudo apt install "
            "apparmor-profiles && sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict "
            "/etc/apparmor.d/ && sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict`."
        )
    if Path("/proc/sys/kernel/unprivileged_userns_clone").exists():
        return "Mend it: `sudo sysctl kernel.unprivileged_userns_clone=1`."
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "You are in a container: start it with `--security-opt seccomp=unconfined --security-opt "
            "systempaths=unconfined`, or grade on the machine itself with --sandbox docker."
        )
    return (
        "Ask whoever runs this machine to allow user namespaces (`user.max_user_namespaces` above 0), "
        "or use --sandbox docker."
    )


def _mounts() -> list[str]:
    """bwrap's words for interpreter, libraries and packages, read-only, at their own paths."""
    libraries, interpreter = _libraries(), _interpreter()
    parents = sorted({p for path in (*libraries, *interpreter.values()) for p in path.parents if p != Path("/")})
    words = [w for p in parents for w in ("--perms", "0755", "--dir", str(p))]  # else only root may pass
    for path in libraries:
        target = os.readlink(path) if path.is_symlink() else ""
        words += ["--symlink", target, str(path)] if target else ["--ro-bind", str(path), str(path)]
    for place, path in interpreter.items():
        words += ["--ro-bind", str(path), str(place)]
    for package in _own_packages():  # an installed course_utils holds the checks: hide it
        words += ["--tmpfs", str(package), "--remount-ro", str(package)]
    return [*words, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def _libraries() -> list[Path]:
    """Where the dynamic linker looks."""
    triple = sysconfig.get_config_var("MULTIARCH") or f"{platform.machine()}-linux-gnu"
    wanted = ["/lib", "/lib64", "/usr/lib64", f"/usr/lib/{triple}"]
    links = [Path(p) for p in wanted if Path(p).is_symlink()]
    folders = [Path(p) for p in wanted if Path(p).is_dir() and not Path(p).is_symlink() and p != "/lib"]
    real = [Path(f"/lib/{triple}")] if not Path("/lib").is_symlink() and Path(f"/lib/{triple}").is_dir() else []
    return [*folders, *real, *links]


def _interpreter() -> dict[Path, Path]:
    """{place inside: what lies there}: the Python installation and the environment's packages, and nothing beside."""
    base, here = Path(sys.base_prefix), Path(sys.prefix)
    binary = Path("/proc/self/exe").resolve()
    if base in (Path("/usr"), Path("/usr/local")):
        paths = [*(Path(sysconfig.get_path(k)) for k in ("stdlib", "platstdlib")), *base.glob("lib/libpython3*")]
    else:
        paths = [base / "lib"]
    paths += [here / "lib", here / "pyvenv.cfg"] if here != base else []
    paths += [Path(p) for p in package_folders()]
    found = {path: path for path in paths if os.path.exists(path)}
    return {**found, binary: binary, Path(sys.executable): binary}


def _own_packages() -> list[Path]:
    return [p for p in (Path(folder) / "course_utils" for folder in package_folders()) if os.path.isdir(p)]
