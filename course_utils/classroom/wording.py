"""English that is right for one and for many, and dates as people write them."""

from __future__ import annotations

import time

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def counted(n: int, thing: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "student"), counted(2, "student"), counted(0, "way of going wrong", "ways of going wrong")
    ('1 student', '2 students', '0 ways of going wrong')
    """
    return f"{n} {thing if n == 1 else many or thing + 's'}"


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
