"""Hints, messages and sections belong where they stand: each by a key that a reader left, formulas by their place."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from course_utils.checks import registry
from tests.checks import keys

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {  # exercises that lean on a formula of another section, and are taught in the one they name
    "04.7": "ridge, written with the line of (4.7)",
    "06.6": "all of the lesson, on ten features",
    "06.8": "numbers from everywhere",
    "11.9": "the picture was made by (11.6)",
    "16.6": "a bias of the gates of (16.5)",
    "18.1": "the scale of (18.3), for all queries",
    "23.9": "the best D of (23.3), used by G",
}


def strangers(number):
    """What is not where its key says: a hint that moved, another message, another section."""
    found, kept = [], keys.kept(number)
    places = []
    for exercise in registry.lesson(number).values():
        for place, text in [("section", exercise.section), *keys.texts(exercise)]:
            places.append((exercise.id, place))
            words = kept.get(places[-1], "?")
            if words != text if place == "section" else not set(words.split()) <= set(keys.tokens(text)):
                found.append(f"{exercise.id} {place}: {words!r} is not what {text!r} is about")
    return found + [f"{' '.join(p)} is gone" for p in kept if p not in places]


@pytest.mark.parametrize("number", list(registry.folders()))
def test_every_text_is_where_it_was_read(number):
    told = "\n".join(strangers(number))
    assert not told, f"{told}\nIf it is meant: python -m tests.checks.keys {number}, and read the difference."


def test_a_key_fits_one_text_only():
    """Words that stand in several texts do not tell them apart; a tenth may share theirs."""
    texts = [text for e in registry.every() for _, text in keys.texts(e)]
    sets = [set(keys.tokens(text)) for text in texts]
    found = [set(keys.key(text)) for text in texts]
    shared = [key for key in found if sum(key <= words for words in sets) > 1]
    assert len(shared) <= len(texts) / 10


def changed(exercise, **changes):
    return {e.id: dataclasses.replace(e, **changes) if e.id == exercise.id else e for e in lesson_of(exercise)}


def lesson_of(exercise):
    return registry.lesson(exercise.lesson).values()


def test_planted_faults_are_seen(monkeypatch):
    exercise, other = registry.find("04.3"), registry.find("04.4")
    first, second, *rest = exercise.misconceptions
    swapped = [
        dataclasses.replace(first, message=second.message),
        dataclasses.replace(second, message=first.message),
        *rest,
    ]
    planted = {
        "hints in reverse order": changed(exercise, hints=exercise.hints[::-1]),
        "a hint of another exercise": changed(exercise, hints=[other.hints[0], *exercise.hints[1:]]),
        "two messages exchanged": changed(exercise, misconceptions=swapped),
        "another section": changed(exercise, section=other.section),
        "a hint taken away": changed(exercise, hints=exercise.hints[:-1]),
    }
    for what, lesson in planted.items():
        with monkeypatch.context() as patch:
            patch.setattr(registry, "lesson", lambda number, lesson=lesson: lesson)
            assert strangers("04"), what


# ---- formulas


def formulas(number):
    """{formula: the section in which it stands} of a lesson."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    found, section = {}, ""
    for line in text.splitlines():
        section = line.lstrip("#").strip() if line.startswith("#") else section
        found |= dict.fromkeys(re.findall(r"\\tag\{(\d+\.\d+)\}", line), section)
    return found


def test_formulas_that_are_named_exist_and_stand_in_the_section_to_teach_again():
    seen = 0
    for number in registry.folders():
        known = formulas(number)
        for exercise in registry.lesson(number).values():
            named = {n for _, text in keys.texts(exercise) for n in re.findall(r"\((\d+\.\d+)\)", text)}
            own = {n for n in named if n.split(".")[0] == str(int(number))}
            assert own <= set(known), f"{exercise.id}: there is no formula {own - set(known)}"
            there = exercise.section in {known[n] for n in own}
            seen += bool(own)
            if own and there == (exercise.id in ELSEWHERE):
                places = {n: known[n] for n in sorted(own)}
                raise AssertionError(f"{exercise.id} is taught in {exercise.section!r}, its formulas in {places}")
    assert seen >= 25
