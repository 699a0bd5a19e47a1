"""What `python course.py VERB` does, once a Python that fits runs it.  Standard library only."""

from __future__ import annotations

import errno
import importlib
import sys

from tools.commands.faults import sentence
from tools.commands.say import Fault

FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
FUNCTIONS = {
    "lab": ("lab", "main"),
    "test": ("stages", "main"),
    "doctor": ("doctor", "main"),
    "update": ("workspace", "main_update"),
    "reset": ("workspace", "main_reset"),
    "submit": ("workspace", "main_submit"),
    "setup": ("environment", "main"),
    "wheels": ("wheels", "main"),
}


def run(verb: str, rest: list[str]) -> int:
    """Do what the verb says; the exit code.  A known fault is one sentence on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a letter of the path prints ? instead of failing
    try:
        return function(verb)(rest)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in (*FULL, *CLOSED):
            raise
        print(told(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def told(error: OSError) -> str:
    """A disk's refusal as one sentence."""
    if error.errno in FULL:
        return sentence(str(error))
    return (
        f"{error.filename} cannot be read or written ({error.strerror}): close programs that use it, or give yourself "
        "the right, then run the same command again."
    )


def function(verb: str):
    """The function behind a verb; only its module is imported."""
    module, name = FUNCTIONS[verb]
    return getattr(importlib.import_module(f"tools.commands.{module}"), name)
