"""Two texts: one that every Python has, and a page of a story."""

from pathlib import Path


def python_documentation_text() -> str:
    """The language reference behind Python's own ``help()``: several hundred thousand characters of English and code.

    The topics stand in alphabetical order. The text differs between Python versions: never compare numbers
    learned from it across them. Licence: PSF License Version 2.

    >>> len(python_documentation_text()) > 300_000
    True
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


def alice_path() -> Path:
    """The file with the first page of "Alice's Adventures in Wonderland", plain text in UTF-8.

    Lewis Carroll (1865), chapter I; in the public domain.

    >>> alice_path().read_text(encoding="utf-8")[:5]
    'Alice'
    """
    return Path(__file__).with_name("alice.txt")
