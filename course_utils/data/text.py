"""Two texts: a long one in plain English about Python, and a page of a story."""

from pathlib import Path


def python_documentation_text() -> str:
    """The language reference behind ``help()`` of Python 3.11.7: 465,048 characters of English and code.

    The topics stand in alphabetical order. The text is stored beside this module (``texts/README.md`` says how it was
    made), so that every version of Python learns from the same one. Licence: PSF License Version 2, beside it too.

    >>> len(python_documentation_text())
    465048
    """
    import lzma

    packed = Path(__file__).with_name("texts") / "python_topics.txt.xz"
    return lzma.decompress(packed.read_bytes()).decode("utf-8")


def alice_path() -> Path:
    """The file with the first page of "Alice's Adventures in Wonderland", plain text in UTF-8.

    Lewis Carroll (1865), chapter I; in the public domain.

    >>> alice_path().read_text(encoding="utf-8")[:5]
    'Alice'
    """
    return Path(__file__).with_name("alice.txt")
