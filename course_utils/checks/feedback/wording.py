"""English that is right for one and for many."""

from __future__ import annotations


def counted(n: int, thing: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "student"), counted(2, "student"), counted(0, "way of going wrong", "ways of going wrong")
    ('1 student', '2 students', '0 ways of going wrong')
    """
    return f"{n} {thing if n == 1 else many or thing + 's'}"
