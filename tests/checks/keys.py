"""What each hint and message is about, in three words: `python -m tests.checks.keys 04` writes words/04.txt.

Whether hints go from weak to strong, and whether a message fits its mistake, only a reader can say. A reader did: what
was read is kept as keys, the three rarest words of each text, in order. A hint that moves, two messages that change
places or another section are seen then; whoever means the change writes the keys anew and reads the difference.
"""

import collections
import functools
import re
import sys
from pathlib import Path

from course_utils.checks import registry

WORDS = Path(__file__).parent / "words"


def tokens(text):
    """The words of a text, also formula numbers and names in code."""
    return re.findall(r"\d+\.\d+|[^\W\d_][\w']*", text)


def texts(exercise):
    """(place, text) of everything that belongs to one exercise and to no other."""
    yield from ((f"hint {step}", words) for step, words in enumerate(exercise.hints, start=1))
    yield from ((m.name, m.message) for m in (*exercise.misconceptions, *exercise.budgets))
    if exercise.takeaway:
        yield "takeaway", exercise.takeaway


@functools.cache
def everywhere():
    """In how many texts of the course each word stands."""
    return collections.Counter(w for e in registry.every() for _, text in texts(e) for w in set(tokens(text)))


def key(text):
    """The three rarest words, in the order in which they stand."""
    count, found = everywhere(), list(dict.fromkeys(tokens(text)))
    rarest = sorted(found, key=lambda w: (count[w], found.index(w)))[:3]
    return [w for w in found if w in rarest]


def page(number):
    """The keys of a lesson, a line each."""
    lines = []
    for exercise in registry.lesson(number).values():
        lines.append(f"{exercise.id} section: {exercise.section}")
        lines += [f"{exercise.id} {place}: {' '.join(key(text))}" for place, text in texts(exercise)]
    return "\n".join(lines) + "\n"


def kept(number):
    """{(exercise, place): key} as a reader left it."""
    found = {}
    for line in (WORDS / f"{number}.txt").read_text(encoding="utf-8").splitlines():
        where, _, words = line.partition(": ")
        found[tuple(where.split(" ", 1))] = words
    return found


if __name__ == "__main__":
    for folder in sys.argv[1:] or registry.folders():
        path, new = WORDS / f"{folder}.txt", page(folder)
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(new, encoding="utf-8", newline="\n")
        print(f"{path.name}: {len(set(new.splitlines()) - set(old.splitlines()))} lines are new")
