"""English that is right for one and for many, and dates as people write them."""

from __future__ import annotations

import time

from course_utils.checks.feedback.wording import counted

__all__ = ["counted", "day", "listed"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(seconds: float) -> str:
    """A moment, as seconds since 1970, as a date that is the same in every language setting.

    >>> day(1.8e9)[-4:]
    '2027'
    """
    when = time.localtime(seconds)
    return f"{when.tm_mday} {MONTHS[when.tm_mon - 1]} {when.tm_year}"


def listed(names: list[str], most: int = 6) -> str:
    """Some names, and how many there are beside them.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
