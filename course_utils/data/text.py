"""A text that every Python has."""


def python_documentation_text() -> str:
    """The language reference behind Python's own ``help()``: several hundred thousand characters of English and code.

    The topics stand in alphabetical order. The text differs between Python versions: never compare numbers
    learned from it across them. Licence: PSF License Version 2.

    >>> len(python_documentation_text()) > 300_000
    True
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))
