"""Is this a place where the course can live?  Asked before anything is installed."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tools.commands.places import MY_WORK, VENV
from tools.commands.say import Fault, ask

NEED_GB = {"student": 3.6, "dev": 4.0, "wheels": 1.2}  # measured: the environment and what pip needs meanwhile
TEMPORARY_GB = 1.5  # pip unpacks here
LONGEST_WINDOWS = 60  # the longest path inside the environment has about 190 characters; Windows allows 260
SYNCHRONISED = {
    "OneDrive": r"onedrive",
    "Dropbox": r"^dropbox",
    "iCloud": r"^mobile documents$|^icloud",
    "Google Drive": r"^google ?drive|^my drive$|^我的云端硬盘$",
    "a cloud drive": r"^cloudstorage$|^nutstore|^坚果云|^baidusync|^百度.*同步|^syncthing|^nextcloud|^owncloud",
}


def check(need: str) -> None:
    """Raise Fault where the environment cannot be made here; ask where it is unwise."""
    unsupported = system_fault()
    if unsupported:
        raise Fault(unsupported)
    if windows_path_too_long(VENV):
        raise Fault(
            f"The path of the course is too long for Windows ({len(str(VENV))} characters; up to {LONGEST_WINDOWS} "
            r"work): move the folder to a short place such as C:\course, or switch Windows' long paths on, and run the "
            "same command again."
        )
    folder = existing(VENV)
    if not writable(folder):
        raise Fault(
            f"{folder} cannot be written: move the course to a folder of your own and run the same command there."
        )
    check_space(folder, need)
    service = synchronised(VENV)
    question = f"This folder is synchronised by {service}, which would copy about 3 GB of programs. Go on all the same?"
    if service and not ask(
        question, default=True, going_on="going on here; a folder that is not synchronised is better"
    ):
        raise Fault("Move the course to a folder that is not synchronised and run the same command there.")


def check_space(folder: Path, need: str) -> None:
    """Raise Fault where the disk has too little room for what is not there yet."""
    there = sum(file.lstat().st_size for file in VENV.rglob("*")) / 1e9 if need != "wheels" else 0.0
    missing = max(NEED_GB[need] - there, 0.5)
    free = shutil.disk_usage(folder).free / 1e9
    if free < missing:
        raise Fault(
            f"Not enough space: {missing:.1f} GB are needed and {folder} has {free:.1f} GB free; make room (or set "
            "COURSE_VENV to a folder on a larger disk), then run the same command again."
        )


def temporary_folder() -> dict[str, str]:
    """TMPDIR beside the environment where the usual one is too small to unpack in; else nothing."""
    if shutil.disk_usage(tempfile.gettempdir()).free >= TEMPORARY_GB * 1e9:
        return {}
    folder = VENV / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}


def system_fault() -> str | None:
    """The sentence for a system that the packages have no builds for; None where they do."""
    machine = platform.machine().lower()
    elsewhere = "open the course on Colab or Binder instead (the README tells how)"
    if sys.platform == "darwin" and machine != "arm64":
        return f"PyTorch has no build for Macs with an Intel processor any more: {elsewhere}."
    if sys.platform == "darwin" and int(platform.mac_ver()[0].split(".")[0] or 0) < 14:
        return f"PyTorch needs macOS 14 or newer, this is {platform.mac_ver()[0]}: update macOS, or {elsewhere}."
    if sys.platform == "linux" and platform.libc_ver()[0] != "glibc":
        return (
            f"This Linux does not use glibc (Alpine?), and PyTorch and TensorFlow have no builds for it: {elsewhere}."
        )
    if sys.platform == "win32" and machine == "arm64":
        return "TensorFlow has no build for Windows on ARM: install the x86-64 Python 3.11 and run the command with it."
    return None


def windows_path_too_long(venv: Path) -> bool:
    """True on Windows where paths inside the environment would pass its limit."""
    if sys.platform != "win32" or len(str(venv)) <= LONGEST_WINDOWS:
        return False
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return not winreg.QueryValueEx(key, "LongPathsEnabled")[0]
    except OSError:
        return True


def synchronised(path: Path) -> str | None:
    """The service that synchronises this path, as far as its folders' names tell.

    >>> synchronised(Path("/home/li/Dropbox/course/.venv")), synchronised(Path("/home/li/course/.venv"))
    ('Dropbox', None)
    """
    for part in path.parts:
        for service, pattern in SYNCHRONISED.items():
            if re.search(pattern, part, re.IGNORECASE):
                return service
    return None


def existing(path: Path) -> Path:
    """The nearest folder on the way up that is there."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def writable(folder: Path) -> bool:
    """True where a file can be made in the folder."""
    try:
        handle, name = tempfile.mkstemp(prefix=".course-", dir=folder)
    except OSError:
        return False
    os.close(handle)
    os.unlink(name)
    return True


def check_work(*more: Path) -> None:
    """Raise Fault where the student's copies, or files in the folders `more`, cannot be made."""
    for place in (MY_WORK, MY_WORK / "notebooks", MY_WORK / "exercises", *more):
        if place.is_symlink() and not place.exists():
            raise Fault(f"{place} is a link to a folder that is not there now: bring it back, then run this again.")
        if place.exists() and not place.is_dir():
            raise Fault(f"{place} is a file, and your notebooks need a folder there: rename it, then run this again.")
    folder = existing(MY_WORK)
    if not writable(folder):
        raise Fault(
            f"{folder} cannot be written: move the course to a folder of your own and run the same command there."
        )
