"""How the commands talk: one line at a time, a question only where somebody can answer."""

from __future__ import annotations

import sys


class Fault(Exception):
    """Something the user has to mend: one sentence that says what is wrong and what to do."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def ask(question: str, *, default: bool, going_on: str) -> bool:
    """Ask yes or no.  Without a terminal: say `going_on` and take the default."""
    if sys.stdin is None or not sys.stdin.isatty():
        say(f"{question} Nobody can answer here, so: {going_on}.")
        return default
    try:
        answer = input(f"{question} [{'Y/n' if default else 'y/N'}] ").strip().lower()
    except EOFError:
        answer = ""
    return default if not answer else answer.startswith(("y", "j", "是"))
