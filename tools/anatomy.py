"""What every notebook must be like, whatever its subject: form, length, headings, pictures, links, stored outputs.

Each rule is a function `rule(book)` that yields (cell id, what is wrong).  `RULES` says which notebooks it holds for.
"""

import copy
import itertools
import re
import statistics
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.normalise import normalise
from tools.prose import words

SECTIONS = ("You will be able to", "Article check", "Summary", "Glossary")
MOST_CELLS, MOST_CODE_LINES, MEDIAN_CODE_LINES = 80, 20, 5
MOST_WORDS, MEDIAN_WORDS = 200, (20, 60)
LEAST_OUTPUT, LEAST_COMPARED = 0.4, 0.8
LARGEST_NOTEBOOK, LARGEST_PICTURE = 3_000_000, 80_000  # bytes
VAGUE = {"here", "click here", "link", "this", "this link", "read more", "more", "see here"}
STABLE_FORMS = ("Figure:", "Slider figure", "Live figure")
IGNORED = "nbval-ignore-output"


class Book(NamedTuple):
    """A notebook, and where it belongs: `kind` is lesson, solution or exercise, `number` such as 04."""

    path: Path
    notebook: nbformat.NotebookNode
    kind: str
    number: str

    def cells(self, cell_type):
        """Its cells of one type."""
        return [cell for cell in self.notebook.cells if cell.cell_type == cell_type]


KINDS = {"notebooks": "lesson", "solutions": "solution", "exercises": "exercise"}


def open_book(path):
    """Read a notebook file; its folder says its kind, its name the number."""
    path = Path(path)
    return Book(path, nbformat.read(path, as_version=4), KINDS.get(path.parent.name, "lesson"), path.name[:2])


def headings(book):
    """(cell id, level, text) of every heading."""
    for cell in book.cells("markdown"):
        source = re.sub(r"```.*?```|\$\$.*?\$\$", "", cell.source, flags=re.S)
        for match in re.finditer(r"^(#{1,6})\s+(.+?)\s*#*$", source, re.M):
            yield cell.id, len(match[1]), match[2]


def section_cells(book, title):
    """The cells under the heading `title`, the one with the heading first."""
    cells, inside = [], False
    for cell in book.notebook.cells:
        texts = [text for cell_id, level, text in headings(book) if cell_id == cell.id and level <= 2]
        if title in texts or (inside and not texts):
            cells.append(cell)
        inside = texts[-1] == title if texts else inside
    return cells


def sections(book):
    """A lesson has its fixed sections, in order, as headings of level 2."""
    found = [text for _, level, text in headings(book) if level == 2 and text in SECTIONS]
    wanted = [text for text in SECTIONS if text != "Article check" or text in found]
    if found != wanted:
        yield None, f"sections should be {wanted}, in this order; found {found}"


def heading_order(book):
    """One title, first; no level is left out."""
    levels = list(headings(book))
    if [level for _, level, _ in levels].count(1) != 1 or not levels or levels[0][1] != 1:
        yield None, "the notebook should have one title (# ...), and it comes first"
    for (_, before, _), (cell_id, level, text) in itertools.pairwise(levels):
        if level > before + 1:
            yield cell_id, f"heading {text!r} jumps from level {before} to {level}"


def numbering(book):
    """Formulas, and sections that have a number, are counted from 1 without a gap: none was lost in an edit."""
    tags = [(cell.id, n) for cell in book.cells("markdown") for n in re.findall(r"\\tag\{\d+\.(\d+)\}", cell.source)]
    heads = [(cell_id, text.split(".")[0]) for cell_id, _, text in headings(book) if re.match(r"\d+\. ", text)]
    for what, found in (("formula", tags), ("section", heads)):
        for wanted, (cell_id, number) in enumerate(found, start=1):
            if int(number) != wanted:
                yield cell_id, f"{what} {wanted} should come here, but {number} does"
                break


def code_length(book):
    """Short code cells."""
    lines = {cell.id: sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in book.cells("code")}
    for cell_id, count in lines.items():
        if count > MOST_CODE_LINES:
            yield cell_id, f"{count} lines of code, at most {MOST_CODE_LINES}"
    if lines and statistics.median(lines.values()) > MEDIAN_CODE_LINES:
        yield None, f"median code cell has {statistics.median(lines.values())} lines, at most {MEDIAN_CODE_LINES}"


def prose_length(book):
    """Short texts, counted without mathematics, links' targets and HTML."""
    counts = {cell.id: words(cell.source) for cell in book.cells("markdown")}
    for cell_id, count in counts.items():
        if count > MOST_WORDS:
            yield cell_id, f"{count} words, at most {MOST_WORDS}"
    low, high = MEDIAN_WORDS
    middle = statistics.median(counts.values()) if counts else 0
    if not low <= middle <= high:
        yield None, f"median text has {middle} words, should be {low} to {high}"


def cell_count(book):
    """Not too many cells."""
    if len(book.notebook.cells) > MOST_CELLS:
        yield None, f"{len(book.notebook.cells)} cells, at most {MOST_CELLS}"


def outputs_stored(book):
    """The notebook was run from top to bottom, and enough of its cells show something."""
    code = book.cells("code")
    for cell in code:
        if cell.execution_count is None and cell.source.strip():
            yield cell.id, "has not been run: python -m tools.notebooks run"
    shown = sum(bool(cell.outputs) for cell in code)
    if code and shown < LEAST_OUTPUT * len(code):
        yield None, f"{shown} of {len(code)} code cells show something, at least {LEAST_OUTPUT:.0%}"


def outputs_cleared(book):
    """An exercise notebook is handed out without outputs."""
    for cell in book.cells("code"):
        if cell.outputs or cell.execution_count is not None:
            yield cell.id, "an exercise has no stored outputs: make it with `classroom release`"


def outputs_compared(book):
    """Outputs are compared when the notebook is tested, in most cells; elsewhere a reason is given."""
    shown = [cell for cell in book.cells("code") if cell.outputs]
    for cell in book.cells("code"):
        tags = cell.metadata.get("tags", [])
        if IGNORED in tags and not str(cell.metadata.get("reason", "")).strip():
            yield cell.id, f"tagged {IGNORED} without metadata.reason"
        if any("NBVAL" in line and line.lstrip().startswith("#") for line in cell.source.splitlines()):
            yield cell.id, "nbval is told by tags in the metadata, not by comments"
        if "nbval-skip" in tags:
            yield cell.id, "every cell must run: nbval-skip is not allowed"
    if shown and compared_share(book) < LEAST_COMPARED:
        yield None, f"{compared_share(book):.0%} of the cells with output are compared, at least {LEAST_COMPARED:.0%}"


def compared_share(book):
    """Share of the cells with output whose text output is compared by nbval."""
    shown = [cell for cell in book.cells("code") if cell.outputs]
    return sum(is_compared(cell) for cell in shown) / max(len(shown), 1)


def is_compared(cell):
    """True where nbval compares some text of the cell's outputs: a picture alone is never compared."""
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain") or output.get("ename") for output in cell.outputs
    ]
    return IGNORED not in cell.metadata.get("tags", []) and any(map(has_words, texts))


def has_words(text):
    """False for what Matplotlib prints of itself."""
    return bool(text) and not re.match(r"<(Figure size|matplotlib|Axes)", str(text))


def no_noise(book):
    """No warnings and no unplanned errors are stored."""
    for cell in book.cells("code"):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                yield cell.id, f"writes to stderr: {output.text.strip()[:80]!r}"
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                yield cell.id, f"fails with {output.ename}: tag it raises-exception if that is meant"


def pictures(book):
    """Every stored picture was drawn by `viz`, has alternative text and is small."""
    for cell in book.cells("code"):
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" not in data and "<img" not in str(data.get("text/html", "")):
                continue
            page, plain = str(data.get("text/html", "")), str(data.get("text/plain", ""))
            tags = re.findall(r"<img\b[^>]*>", page)
            if not tags or not all(re.search(r'\balt="[^"]{15,}"', tag) for tag in tags):
                yield cell.id, "a picture without alternative text: draw it with viz.show(fig, alt=...)"
            if not plain.startswith(STABLE_FORMS):
                yield cell.id, "a picture without a stable text form: draw it with viz"
            if len(data.get("image/png", "")) * 3 / 4 > LARGEST_PICTURE:
                yield cell.id, f"a picture of more than {LARGEST_PICTURE:,} bytes"


def markdown_images(book):
    """Pictures in the text have alternative text that is not a file name."""
    for cell in book.cells("markdown"):
        for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", cell.source):
            if len(alt.strip()) < 8 or re.fullmatch(r"[\w-]+\.(png|svg|jpe?g|gif)", alt.strip()):
                yield cell.id, f"the image {target} needs a description in its brackets"
        for tag in re.findall(r"<img\b[^>]*>", cell.source):
            if not re.search(r'\balt="[^"]{8,}"', tag):
                yield cell.id, f"needs alt text: {tag[:60]}"


def links(book):
    """Links say where they lead, and local ones lead somewhere."""
    for cell in book.cells("markdown"):
        source = re.sub(r"```.*?```|`[^`\n]*`", "", cell.source, flags=re.S)
        for text, target in re.findall(r"(?<!!)\[([^\]]*)\]\(<?([^)\s>]+)", source):
            if text.strip(" *`_.").lower() in VAGUE or not text.strip():
                yield cell.id, f"the link text {text!r} says nothing"
            if not re.match(r"[a-z]+:|#", target) and not (book.path.parent / target.split("#")[0]).exists():
                yield cell.id, f"the link leads nowhere: {target}"


def cell_ids(book):
    """Ids are NN-iii, and each is used once."""
    seen = set()
    for cell in book.notebook.cells:
        if not re.fullmatch(rf"{book.number}-\d{{3,4}}[a-z]?", cell.id):
            yield cell.id, f"the id should be {book.number}-iii"
        if cell.id in seen:
            yield cell.id, "the id is used twice"
        seen.add(cell.id)


def normal_form(book):
    """The file is in the stored form."""
    wanted = nbformat.writes(normalise(copy.deepcopy(book.notebook)), version=4).rstrip("\n") + "\n"
    stored = book.path.read_text(encoding="utf-8")
    if stored != wanted:
        yield None, "not in the stored form: python -m tools.notebooks normalise"
    if len(stored.encode()) > LARGEST_NOTEBOOK:
        yield None, f"the file has {len(stored.encode()):,} bytes, at most {LARGEST_NOTEBOOK:,}"


def one_framework(book):
    """TensorFlow and Keras stay in the second process."""
    for cell in book.cells("code"):
        magic = cell.source.lstrip().startswith("%%tensorflow")
        imported = re.findall(r"^\s*(?:import|from)\s+(tensorflow|keras|torch)\b", cell.source, re.M)
        if not magic and set(imported) & {"tensorflow", "keras"}:
            yield cell.id, "TensorFlow code stands in a %%tensorflow cell"
        if magic and "torch" in imported:
            yield cell.id, "torch lives in the lesson's kernel, not in a %%tensorflow cell"


def empty_cells(book):
    """No cell is empty."""
    for cell in book.notebook.cells:
        if not cell.source.strip():
            yield cell.id, "the cell is empty"


def says(cell, verdict):
    """True where the cell's outputs say PASS, NOT YET or TRY AGAIN, whichever is asked for."""
    return any(
        verdict in str(output.get("text") or output.get("data", {}).get("text/plain")) for output in cell.outputs
    )


def check_cells(book):
    """The cells that check an exercise."""
    return [cell for cell in book.cells("code") if re.search(r"^check\(", cell.source, re.M)]


def solutions_pass(book):
    """Every check of a solutions notebook says PASS."""
    for cell in check_cells(book):
        if not says(cell, "PASS"):
            yield cell.id, "the stored verdict is not PASS"


FORM = (heading_order, markdown_images, links, cell_ids, normal_form, one_framework, empty_cells)
RULES = {
    "lesson": (
        sections,
        numbering,
        code_length,
        prose_length,
        cell_count,
        outputs_stored,
        outputs_compared,
        no_noise,
        pictures,
    ),
    "solution": (outputs_stored, outputs_compared, no_noise, pictures, solutions_pass),
    "exercise": (outputs_cleared,),
}


def problems(book, rules=None):
    """Everything that is wrong with a notebook, one line each."""
    for rule in rules or FORM + RULES[book.kind]:
        for cell_id, message in rule(book):
            yield f"{book.path.parent.name}/{book.path.name}{f' [{cell_id}]' if cell_id else ''}: {message}"
