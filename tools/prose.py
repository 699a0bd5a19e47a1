"""The words of a Markdown text: what a reader reads, without formulas, code, HTML and the targets of links."""

import re

NOT_PROSE = [
    (re.compile(r"```.*?```|~~~.*?~~~", re.S), " "),  # code blocks
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"\$\$.*?\$\$", re.S), " "),  # displayed formulas
    (re.compile(r"\\\[.*?\\\]|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.S), " "),
    (re.compile(r"(?<![\\$])\$[^$\n]+\$"), " "),  # formulas in a line
    (re.compile(r"`[^`\n]+`"), " "),  # code in a line
    (re.compile(r"<[a-zA-Z/][^>]*>"), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),  # images
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),  # links: their text stays
    (re.compile(r"https?://\S+"), " "),
]
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def bare_text(source):
    """`source` without what is no prose.

    >>> bare_text("The *loss* is $x^2$, see [lesson 04](04.ipynb).")
    'The *loss* is  , see lesson 04.'
    """
    for pattern, replacement in NOT_PROSE:
        source = pattern.sub(replacement, source)
    return source


def words(source):
    """How many words a reader reads.

    >>> words("# Ridge\\n\\nAdd $\\\\lambda$ to the [diagonal](x.html), `np.eye`: it helps.")
    7
    """
    return len(WORD.findall(bare_text(source)))


def table_rows(source):
    """The body rows of the Markdown tables in `source`, as lists of cells."""
    lines = [line.strip() for line in source.splitlines() if line.strip().startswith("|")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
    rules = [i for i, row in enumerate(rows) if all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    return [row for i, row in enumerate(rows) if i not in rules and i + 1 not in rules]
