"""Formulas and glossaries, as somebody agreed to them: what no machine can prove changes in two places or not at all.

python -m tools.agreed 04      show what differs in lesson 04 from what was agreed, and agree to it
"""

import json
import re
import sys
import tomllib

from tools.anatomy import open_book, section_cells
from tools.commands import keeping
from tools.prose import table_rows
from tools.reference_kernel import ROOT

AGREED = ROOT / "tools" / "agreed.toml"
HEADER = (
    "# Numbered formulas and meanings of all lessons.  Made by `python -m tools.agreed NN`, after a second reading.\n"
)


def said(book):
    """{"formulas": {tag: LaTeX}, "meanings": {term: meaning}} of a lesson, without its spacing."""
    source = "\n".join(cell.source for cell in book.cells("markdown"))
    displays = re.findall(r"\$\$(.+?)\$\$", source, re.S)
    tagged = {tag: display for display in displays for tag in re.findall(r"\\tag\{([\d.]+)\}", display)}
    rows = [row for cell in section_cells(book, "Glossary") for row in table_rows(cell.source)]
    return {
        "formulas": {tag: plain_latex(display) for tag, display in tagged.items()},
        "meanings": {row[0].strip(" *_"): row[2] for row in rows if len(row) > 2},
    }


def plain_latex(display):
    r"""A formula without its tag and without what only spaces it.

    >>> plain_latex(r"w\,x \;+ b \tag{4.1}")
    'w x + b'
    """
    display = re.sub(r"\\tag\{[\d.]+\}", " ", display)
    return " ".join(re.sub(r"\\[,;!:]|\\(?:q?quad|bigl?|bigr?|Bigl?|Bigr?)(?![a-zA-Z])", " ", display).split())


def load():
    """What was agreed, by lesson."""
    return tomllib.loads(AGREED.read_text(encoding="utf-8")) if AGREED.is_file() else {}


def as_toml(lessons):
    """The file's text."""
    lines = [HEADER]
    for number in sorted(lessons):
        for kind, entries in sorted(lessons[number].items()):
            lines.append(f'\n["{number}".{kind}]\n')
            lines += [f"{json.dumps(name)} = {quoted(text)}\n" for name, text in entries.items()]
    return "".join(lines)


def quoted(text):
    """A TOML string: as it is where it can be, so that LaTeX stays readable."""
    return f"'{text}'" if "'" not in text else json.dumps(text, ensure_ascii=False)


def main(numbers):
    """Agree to what lessons say now; print each change."""
    lessons = load()
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        book = open_book(path)
        if book.number in numbers:
            now, then = said(book), lessons.get(book.number, {})
            for kind, entries in now.items():
                for name in entries.keys() | then.get(kind, {}).keys():
                    before, after = then.get(kind, {}).get(name), entries.get(name)
                    if before != after:
                        print(f"{book.number} {kind}, {name}:\n  was {before}\n  is  {after}")
            lessons[book.number] = now
    keeping.renew(AGREED, as_toml(lessons).encode())


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))
