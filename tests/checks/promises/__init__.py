"""What each task promises or asks, sentence by sentence, and what holds it.

`lNN.py` has `PROMISES = {"02.2": [(words of the task, what holds them), ...]}`.  What holds them is one of

- an answer that keeps everything but that promise: it must be refused,
- the name of a misconception, which the proofs refuse already,
- `Given(test)`: what is said of the inputs is true of all cases, or with `some=True` of one of them,
- `Passes(answer)`: what is allowed passes,
- None: the words ask nothing and promise nothing.
"""

import json
import re
from typing import Any, NamedTuple

from course_utils.classroom import cards, release

SENTENCE = re.compile(r"(?<=[.?!])[*\")]*\s+|\n+")
CODE = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)


class Given(NamedTuple):
    """A test of the inputs of a case, in the order of its arguments."""

    test: Any
    some: bool = False


class Passes(NamedTuple):
    """An answer that the words allow."""

    answer: Any


def tasks(lesson):
    """{number: what stands below the card of its task, without why it matters and without programs}."""
    path = next((release.ROOT / "solutions").glob(f"{lesson}_*.ipynb"))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cards.number_of(c): body("".join(c["source"])) for c in cells if cards.number_of(c)}


def body(source):
    """A task without its card and its last line.

    >>> body("## 01.1 A title\\n\\n**5 minutes · x**\\n\\nDo it.\\n\\n*Why it matters:* so. Stuck?")
    'Do it.'
    """
    text = CODE.sub("", cards.CARD.sub("", source + "\n", count=1))
    return "\n".join(line for line in text.split("\n") if not line.startswith("*Why it matters:*")).strip()


def sentences(text):
    """The sentences of a task, a bullet each its own."""
    return [s.strip() for s in SENTENCE.split(text) if re.search(r"\w", s)]
