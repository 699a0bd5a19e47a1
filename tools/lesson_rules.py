"""What a lesson must hold because of its place in the course: terms, mistakes shown, subjects covered, exercises.

Each rule is a function `rule(book, course)` that yields (cell id, what is wrong); `course` is a `Course`.
"""

import ast
import contextlib
import re
import tomllib
from collections import Counter
from functools import cache
from string import ascii_lowercase
from typing import NamedTuple

from course_utils.plan import load_lessons
from course_utils.viz.quizzes import check_options
from tools import agreed
from tools.anatomy import section_cells
from tools.prose import bare_text, table_rows
from tools.prose_numbers import numbers
from tools.reference_kernel import ROOT
from tools.taught import untaught
from tools.word_rules import WORD_RULES

NOT_BODY = ("Glossary", "Sources", "Exercises")  # sections in which later terms may stand
EVERYDAY = {  # terms that are also everyday English: an earlier lesson may use them as such
    "alignment", "analogy", "argument", "array", "benchmark", "candidate", "class", "condition", "copy", "corpus",
    "device", "feature", "flatten", "function", "generator", "list", "loop", "method", "module", "mutable",
    "output", "precision", "prompt", "recall", "reward", "string", "target", "variable", "view", "vocabulary", "weight",
}  # fmt: skip


class Course(NamedTuple):
    """What the rules compare with: the lessons of concepts.toml, the ids of topics.toml, and tools/agreed.toml."""

    lessons: dict
    topics: dict
    agreed: dict


@cache
def the_course():
    """The course of this repository."""
    topics = tomllib.loads((ROOT / "topics.toml").read_text(encoding="utf-8"))
    return Course(load_lessons(ROOT), topics, agreed.load())


def known_lesson(book, course):
    """The file is one of the planned lessons and says which."""
    lesson = course.lessons.get(book.number)
    if lesson is None or lesson.name != book.path.stem:
        yield None, "no lesson of this name stands in concepts.toml"
    if book.notebook.metadata.get("course", {}).get("lesson") != book.number:
        yield None, f"metadata.course.lesson should be {book.number!r}"


def first_cells(book, course):
    """Before the first code stand title, aims, needs and minutes; the first code is the set-up."""
    code = book.cells("code")
    if not code or "viz.begin(" not in code[0].source:
        yield None, "the first code cell should call viz.begin()"
    head = "\n".join(cell.source for cell in book.notebook.cells[: book.notebook.cells.index(code[0]) if code else 0])
    lesson = course.lessons.get(book.number)
    if lesson and f"{lesson.minutes} minutes" not in head:
        yield None, f"the opening should say '{lesson.minutes} minutes', as concepts.toml does"
    if "You will be able to" not in head:
        yield None, "'You will be able to' belongs before the first code"


def summary(book, course):
    """The summary answers the opening, point by point."""
    aims, done = (
        sum(len(re.findall(r"^\s*[-*] ", cell.source, re.M)) for cell in section_cells(book, title))
        for title in ("You will be able to", "Summary")
    )
    if not aims or done < aims:
        yield None, f"'You will be able to' has {aims} points, the summary {done}: it repeats each in the past tense"


def widgets(book, course):
    """A cell with a widget is tagged, and the lesson has one where the curriculum wants it."""
    made = [cell for cell in book.cells("code") if re.search(r"\bviz\.(SlideFigure|live)\(", cell.source)]
    for cell in made:
        if "widget" not in cell.metadata.get("tags", []):
            yield cell.id, "a cell with a widget is tagged `widget`"
    lesson = course.lessons.get(book.number)
    if lesson and lesson.widget and not made:
        yield None, "the lesson has no widget (viz.SlideFigure or viz.live)"


def quizzes(book, course):
    """A question before a result: a *Predict* with a quiz, each option explained."""
    quiz_cells = [cell for cell in book.cells("code") if "viz.quiz(" in cell.source]
    if not quiz_cells:
        yield None, "the lesson has no quiz (viz.quiz)"
    if not any(re.search(r"\bPredict\b", cell.source) for cell in [*quiz_cells, *book.cells("markdown")]):
        yield None, "the lesson asks for no prediction: say *Predict* before a result"
    for cell, call in quiz_calls(book):
        try:
            check_options(*written_out(call))
        except (ValueError, TypeError) as error:
            yield cell.id, f"quiz: {error}; question and options are written out in the cell"


def quiz_calls(book):
    """Each quiz of a lesson: its cell and its call."""
    for cell in book.cells("code"):
        if "viz.quiz(" in cell.source and not cell.source.startswith("%%"):
            for call in ast.walk(ast.parse(cell.source)):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "viz.quiz":
                    yield cell, call


def written_out(call):
    """The question and the options of a quiz, as they stand in its cell."""
    return [ast.literal_eval(value) for value in [*call.args, *(word.value for word in call.keywords)]]


def right_letters(book, options=None):
    """The letter of the right answer of each quiz that has one right answer and, where told, so many options."""
    for _, call in quiz_calls(book):
        with contextlib.suppress(ValueError, TypeError):
            rights = [bool(right) for _, right, _ in written_out(call)[1]]
            if rights.count(True) == 1 and options in (None, len(rights)):
                yield ascii_lowercase[rights.index(True)]


def letters(book, course):
    """Who always says (b) learns nothing: of five quizzes or more, no letter is right in more than 45 %."""
    found = Counter(right_letters(book))
    if found.total() >= 5 and max(found.values()) > 0.45 * found.total():
        letter, times = found.most_common(1)[0]
        yield None, f"({letter}) is the right answer of {times} of {found.total()} quizzes: change the options' order"


def exercises_link(book, course):
    """The lesson leads to its exercises."""
    if not any(f"exercises/{book.path.stem}.ipynb" in cell.source for cell in book.cells("markdown")):
        yield None, f"no link to ../exercises/{book.path.stem}.ipynb"


def next_lesson(book, course):
    """The lesson leads on to the next one that is written."""
    later = [path.name for path in sorted(book.path.parent.glob("[0-9][0-9]_*.ipynb")) if path.name > book.path.name]
    link = re.compile(rf"Next: \[{later[0][:2]} [^\]]+\]\({re.escape(later[0])}\)") if later else re.compile("")
    if not any(link.search(cell.source) for cell in book.cells("markdown")):
        yield None, f"no link 'Next: [{later[0][:2]} Title]({later[0]})' under the exercises"


def pauses(book, course):
    """At a *Pause* that sends readers to exercises, these are a click away."""
    for cell in book.cells("markdown"):
        if (
            re.search(r"\*\*Pause\.\*\*.*exercises? \d", cell.source)
            and f"exercises/{book.path.name}" not in cell.source
        ):
            yield cell.id, f"the exercises of a pause are linked: [exercises ...](../exercises/{book.path.name})"


def mistakes(book, course):
    """The articles' mistakes of the topic are shown by cells, and the notebook's metadata say which."""
    topic = course.topics.get(book.number, {})
    by_code, by_any = marked(book.cells("code"), "erratum"), marked(book.notebook.cells, "erratum")
    listed = set(book.notebook.metadata.get("course", {}).get("errata", []))
    if listed != by_any:
        yield None, f"metadata.course.errata and the cells disagree: {sorted(listed ^ by_any)}"
    for mistake in [*topic.get("A", []), *topic.get("B", [])]:
        if mistake not in (by_any if mistake in topic.get("wording", []) else by_code):
            yield None, f"no code cell runs {mistake} (metadata.erratum)"
    if (topic.get("A") or topic.get("B")) and not section_cells(book, "Article check"):
        yield None, "a topic with mistakes in the articles has a section 'Article check'"
    yield from unknown_ids(listed, {i for row in course.topics.values() for key in "ABC" for i in row.get(key, [])})


def coverage(book, course):
    """Everything the articles say on the topic is covered, and the notebook's metadata say so."""
    covered = marked(book.notebook.cells, "coverage")
    listed = set(book.notebook.metadata.get("course", {}).get("coverage", []))
    if listed != covered:
        yield None, f"metadata.course.coverage and the cells disagree: {sorted(listed ^ covered)}"
    for missing in sorted(set(course.topics.get(book.number, {}).get("coverage", [])) - covered):
        yield None, f"no cell covers {missing} (metadata.coverage)"
    yield from unknown_ids(listed, {i for row in course.topics.values() for i in row.get("coverage", [])})


def unknown_ids(listed, known):
    """Ids that do not exist."""
    for wrong in sorted(listed - known):
        yield None, f"there is no {wrong} in topics.toml"


def marked(cells, key):
    """All ids that the metadata of `cells` name under `key`."""
    return {name for cell in cells for name in cell.metadata.get(key, [])}


def glossary(book, course):
    """The glossary is a table | English | 中文 | meaning | of just the lesson's terms."""
    rows = [row for cell in section_cells(book, "Glossary") for row in table_rows(cell.source)]
    found = {plain(row[0]): plain(row[1]) for row in rows if len(row) >= 3}
    lesson = course.lessons.get(book.number)
    wanted = {english.lower(): chinese for english, chinese in lesson.terms.items()} if lesson else {}
    for english in sorted(wanted.keys() - found.keys()):
        yield None, f"the glossary lacks {english!r} ({wanted[english]})"
    for english in sorted(found.keys() - wanted.keys()):
        yield None, f"{english!r} stands in the glossary, not in concepts.toml"
    for english in sorted(wanted.keys() & found.keys()):
        if wanted[english].lower() != found[english]:
            yield None, f"{english!r} is {wanted[english]} in concepts.toml, {found[english]} in the glossary"
    for row in rows:
        if len(row) < 3 or not row[2].strip():
            yield None, f"the glossary does not explain {row[0]!r}"


def plain(text):
    """A table cell without emphasis, in lower case."""
    return text.strip(" *_`").lower()


def later_terms(book, course):
    """A term that a later lesson teaches is explained where it is used first: gradient (梯度)."""
    skipped = {cell.id for title in NOT_BODY for cell in section_cells(book, title)}
    texts = [(cell.id, bare_text(cell.source)) for cell in book.cells("markdown") if cell.id not in skipped]
    known = {
        term.lower() for number, lesson in course.lessons.items() if number <= book.number for term in lesson.terms
    }
    for number, lesson in course.lessons.items():
        if number <= book.number:
            continue
        for english, chinese in lesson.terms.items():
            if english.lower() not in EVERYDAY | known:
                yield from unexplained(texts, english, chinese, number, known)


def unexplained(texts, english, chinese, number, known):
    """The first use of a term without its Chinese name beside it; uses inside a longer, known term do not count."""
    longer = [re.escape(term) for term in known if english.lower() in term and term != english.lower()]
    hidden = re.compile("|".join(longer) or r"(?!)", re.I)
    use = re.compile(rf"(?<![\w-]){re.escape(english)}(?:s|es)?(?![\w-])", re.I)
    told = re.compile(rf"{re.escape(english)}(?:s|es)?[*_]*\s*[((]\s*{re.escape(chinese)}", re.I)
    for cell_id, text in texts:
        if use.search(hidden.sub(" ", text)):
            if not told.search(text):
                yield cell_id, f"uses {english!r}, which lesson {number} teaches: explain it as '{english} ({chinese})'"
            return


RULES = (
    known_lesson,
    first_cells,
    summary,
    widgets,
    quizzes,
    letters,
    exercises_link,
    next_lesson,
    pauses,
    mistakes,
    coverage,
    glossary,
    later_terms,
    numbers,
    untaught,
    *WORD_RULES,
)


def lesson_problems(book, course=None, rules=RULES):
    """Everything that is wrong with a lesson's place in the course, one line each."""
    for rule in rules:
        for cell_id, message in rule(book, course or the_course()):
            yield f"{book.path.parent.name}/{book.path.name}{f' [{cell_id}]' if cell_id else ''}: {message}"
