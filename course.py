#!/usr/bin/env python3
"""The course in one command.  Standard library only; works on Linux, macOS and Windows.

    python course.py lab [...]         open the course in JupyterLab; further options go to JupyterLab
    python course.py test [--fast]     run every test; --fast leaves out notebooks, browser and class,
                                       --changed the lessons that passed and have not changed since
    python course.py doctor            say what is wrong with this machine and how to mend it
    python course.py update            bring new and changed lessons into my_work/, beside your own
    python course.py reset 04          start lesson and exercises 04 afresh; yours are kept under another name
    python course.py submit 04         make the one file to hand in; --name NAME says who you are
    python course.py setup             only make the environment
    python course.py wheels            fill wheelhouse/ for a classroom without a network

This file finds a Python that fits and leaves the work to tools/commands.  It must run under any Python from 3.8 on,
far enough to say what to do.
"""

import difflib
import glob
import os
import shutil
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
LOWEST, HIGHEST = (3, 11), (3, 13)  # numpy 2.4 needs 3.11; TensorFlow and gensim have no wheels for 3.14
VERBS = ("lab", "test", "doctor", "update", "reset", "submit", "setup", "wheels")

# Printed by a Python that fits: 64 bits, with a global lock, able to make environments.
PROBE = (
    "import sys, sysconfig, venv, ensurepip;"
    "print('%d.%d' % sys.version_info[:2], sys.maxsize > 2**32, bool(sysconfig.get_config_var('Py_GIL_DISABLED')))"
)


def fits(command):
    """True where `command` (a list) starts a Python that the course can use."""
    try:
        run = subprocess.run(
            command + ["-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
    except OSError:
        return False
    words = run.stdout.decode("ascii", "replace").split()
    if run.returncode or len(words) != 3:
        return False
    version = tuple(int(part) for part in words[0].split("."))
    return LOWEST <= version <= HIGHEST and words[1:] == ["True", "False"]


def candidates():
    """Commands that may start a fitting Python, the tested version first in each place."""
    minors = range(LOWEST[1], HIGHEST[1] + 1)
    yield [sys.executable]
    yield [venv_python()]
    for minor in minors:
        found = shutil.which(f"python3.{minor}")
        if found:
            yield [found]
        if os.name == "nt" and shutil.which("py"):
            yield ["py", f"-3.{minor}"]
    for pattern in places():
        for minor in minors:
            for path in sorted(glob.glob(os.path.expanduser(pattern.replace("{}", str(minor)))), reverse=True):
                yield [path]
    for name in ("python3", "python"):
        if shutil.which(name):
            yield [shutil.which(name)]


def venv_python():
    """The Python of the course's own environment, which may not be there yet."""
    venv = os.environ.get("COURSE_VENV") or os.path.join(ROOT, ".venv")
    return os.path.join(venv, "Scripts", "python.exe") if os.name == "nt" else os.path.join(venv, "bin", "python")


def places():
    """Where Pythons lie that are not on the PATH; {} is the minor version."""
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA", "~")
        return [
            os.path.join(local, "Programs", "Python", "Python3{}", "python.exe"),
            "C:/Python3{}/python.exe",
            "~/.pyenv/pyenv-win/versions/3.{}.*/python.exe",
        ]
    pyenv = glob.escape(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")))
    return [
        os.path.join(pyenv, "versions", "3.{}.*", "bin", "python"),
        "/opt/homebrew/bin/python3.{}",
        "/usr/local/bin/python3.{}",
        "/usr/bin/python3.{}",
        "/Library/Frameworks/Python.framework/Versions/3.{}/bin/python3.{}",
    ]


def python_from_uv():
    """The path of a Python that uv has or can fetch; None without uv."""
    uv = shutil.which("uv")
    if not uv:
        return None
    wanted = "{}.{}".format(*LOWEST)
    print(f"No fitting Python found; asking uv for Python {wanted} (a download of about 30 MB).", flush=True)
    subprocess.run([uv, "python", "install", "--quiet", wanted])
    run = subprocess.run([uv, "python", "find", wanted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return run.stdout.decode("utf-8", "replace").strip() or None


def find_python():
    """The command of a fitting Python, or None."""
    tried = []
    for command in candidates():
        if command not in tried and fits(command):
            return command
        tried.append(command)
    path = python_from_uv()
    return [path] if path and fits([path]) else None


def how_to_get_python():
    """One sentence: what is missing and how to get it on this system."""
    if sys.platform == "darwin":
        how = "install it from https://www.python.org/downloads/ or with: brew install python@3.11"
    elif os.name == "nt":
        how = "install it with: winget install Python.Python.3.11 (or from https://www.python.org/downloads/)"
    elif shutil.which("apt-get"):
        how = "install it with: sudo apt install python3.11 python3.11-venv (or python3.12, python3.13)"
    elif shutil.which("dnf"):
        how = "install it with: sudo dnf install python3.11"
    else:
        how = "install it with your system's package manager"
    return (
        "This course needs a 64-bit Python {}.{} to {}.{} with venv, and there is none here (this one is {}.{}): {}; "
        "or get uv (https://docs.astral.sh/uv/) or conda (conda env create -f environment.yml), then run the same "
        "command again."
    ).format(*LOWEST, *HIGHEST, *sys.version_info[:2], how)


def hand_over(command, argv):
    """Run this file again with a Python that fits; the exit code."""
    print("Using {}, since this Python is {}.{}.".format(" ".join(command), *sys.version_info[:2]), flush=True)
    child = subprocess.Popen(command + [os.path.abspath(__file__)] + argv)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child got it too and decides
            continue


def main(argv):
    """Check the verb, find a fitting Python, go on in tools/commands."""
    if argv and argv[0] in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if not argv or argv[0] not in VERBS:
        if argv:
            near = difflib.get_close_matches(argv[0], VERBS, n=1)
            print("There is no " + argv[0] + (": did you mean " + near[0] + "?" if near else "."), file=sys.stderr)
        print("usage: python course.py", " | ".join(VERBS), " (python course.py help tells more)", file=sys.stderr)
        return 2
    if not fits([sys.executable]):
        command = find_python()
        if command is None:
            print(how_to_get_python(), file=sys.stderr)
            return 1
        return hand_over(command, argv)
    sys.path.insert(0, ROOT)
    from tools.commands import run

    return run(argv[0], argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
