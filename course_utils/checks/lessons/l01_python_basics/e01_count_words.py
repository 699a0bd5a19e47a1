"""Exercise 01.1: Count the words of a text."""

import re
from collections import Counter

from course_utils.checks.exercise import Exercise, Misconception

ENDS = ".,;:!?\"'()-"


def count_words(text):
    counts = {}
    for piece in text.lower().split():
        word = piece.strip(ENDS)
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts


def count_words_counter(text):
    return dict(Counter(re.findall(r"[a-z]+(?:['-][a-z]+)*", text.lower())))


def count_words_letters_only(text):
    return dict(Counter(re.findall(r"[a-z]+", text.lower())))


def count_words_removed_inside(text):
    kept = "".join(character for character in text.lower() if character not in ENDS)
    return dict(Counter(kept.split()))


def count_words_list(text):
    words = [piece.strip(ENDS) for piece in text.lower().split()]
    return {word: words.count(word) for word in words if word != ""}


def count_words_capitals(text):
    return dict(Counter(word for word in (piece.strip(ENDS) for piece in text.split()) if word))


def count_words_punctuation(text):
    return dict(Counter(text.lower().split()))


def count_letters(text):
    return dict(Counter(text.lower()))


def count_words_ones(text):
    return dict.fromkeys(count_words(text), 1)


def count_words_empty(text):
    return dict(Counter(piece.strip(ENDS) for piece in text.lower().split()))


def count_words_from_zero(text):
    return {word: count - 1 for word, count in count_words(text).items()}


def count_words_at_blanks(text):
    words = (piece.strip(ENDS) for piece in text.lower().split(" "))
    return dict(Counter(word for word in words if word))


def count_words_found(text):
    return {word: text.lower().count(word) for word in count_words(text)}


def count_words_unmet(text):
    counts = {}
    for word in (piece.strip(ENDS) for piece in text.lower().split()):
        if word:
            counts[word] += 1
    return counts


def count_words_dots(text):
    return dict(Counter(word for word in (piece.strip(".,") for piece in text.lower().split()) if word))


def count_words_kept(text, counts=None):
    return {**count_words("a word of the text before"), **count_words(text)}


def has_signs(received, expected, case):
    """Does a word begin or end with one of the characters that the task names?"""
    return any(word.strip(ENDS.replace("'", "")) != word for word in received if word)


def is_kept(received, expected, case):
    """Is there a word that the text does not have?"""
    return any(word not in case.args[0].lower() for word in received)


def count_words_popped(text):
    counts = Counter(piece.strip(ENDS) for piece in text.casefold().split())
    counts.pop("", None)
    return counts


def texts(rng):
    """Short texts: one word, capitals, punctuation around words, line ends, and nothing at all."""
    yield "the"
    yield "A cat"
    yield "The cat saw the dog. The dog ran!"
    yield '"Oh dear! Oh dear!" said Alice, (very) late;\nAlice ran.'
    yield ""
    words = ["red", "Red", "tree", "tree,", "sea.", "Sea", "a"]
    yield " ".join(words[int(i)] for i in rng.integers(0, len(words), size=12)) + "  red"
    yield "so - so"
    yield "?! --"
    yield "Who? You: me!"
    yield "The rabbit-hole, (rabbit-hole)! Don't."


EXERCISE = Exercise(
    id="01.1",
    title="Count the words of a text",
    name="count_words",
    points=3,
    minutes=45,
    difficulty=3,
    section="Sitting 3: dictionaries, files, and errors as friends",
    reference=count_words,
    cases=texts,
    alternatives=[count_words_counter, count_words_list, count_words_popped],
    misconceptions=[
        Misconception(
            "capitals",
            count_words_capitals,
            "'The' and 'the' are counted as two words here. Which method of a string makes all letters small?",
        ),
        Misconception(
            "punctuation",
            count_words_punctuation,
            "Some of your words still carry a comma, a full stop or a quotation mark. What has to come off, and where?",
        ),
        Misconception(
            "letters",
            count_letters,
            "You counted letters. `for x in text` goes through letters; what cuts a text into pieces?",
        ),
        Misconception(
            "letters-cleaned",
            lambda text: dict(Counter(x for x in text.lower() if x.strip(ENDS))),
            "You counted letters and blanks: `for x in text` goes through single characters. What cuts a text into "
            "pieces?",
        ),
        Misconception(
            "letters-alone",
            lambda text: dict(Counter(x for x in text.lower() if x.isalpha())),
            "You counted single letters. The loop has to go through pieces of the text: what cuts it at the blanks?",
        ),
        Misconception(
            "only-ones",
            count_words_ones,
            "Every word is counted once, however often it comes. What was in the dictionary before you wrote the 1?",
        ),
        Misconception(
            "empty-word",
            count_words_empty,
            "The empty string is among your words. It is left over when a piece was punctuation only.",
        ),
        Misconception(
            "cut-inside",
            count_words_letters_only,
            "A word was cut in two: a hyphen or an apostrophe *inside* a word belongs to it. Clean only the ends.",
        ),
        Misconception(
            "glued",
            count_words_removed_inside,
            "You removed hyphens and apostrophes everywhere, and `rabbit-hole` became `rabbithole`. Clean the two ends "
            "of each piece: `strip`.",
        ),
        Misconception(
            "one-off",
            count_words_from_zero,
            "Each count is one too small. With which number does the first meeting begin?",
        ),
        Misconception(
            "at-single-blanks",
            count_words_at_blanks,
            "`split(' ')` cuts at single blanks only, so two words with a line end between them stay one. What cuts at "
            "blanks and line ends of any kind?",
        ),
        Misconception(
            "inside-other-words",
            count_words_found,
            "`text.count('a')` also finds the a inside of other words. Compare whole pieces, one by one.",
        ),
        Misconception(
            "never-met-before",
            count_words_unmet,
            "`counts[word] += 1` needs a number to add to, and a word that comes for the first time has none. What "
            "does `get` do for such a key?",
        ),
        Misconception(
            "kept-from-the-last-call",
            count_words_kept,
            "There are words that do not stand in this text at all. Does your dictionary begin empty *inside* the "
            "function? One that is made outside, or as a default value, keeps what came before.",
            seen=is_kept,
            family="kept from the last call",
        ),
        Misconception(
            "signs-at-an-end",
            count_words_dots,
            "Some words still have a sign at one end. Is every character of the task taken off: at both ends, of each "
            "word, and however many stand there?",
            seen=has_signs,
        ),
    ],
    hints=[
        "Three steps: make the letters small; cut at the blanks; count each piece as the lesson counted letters.",
        "`piece.strip('.,;:!?\"()-')` takes such characters off both ends. What is left if nothing else was there?",
        "counts = {}; for piece in …: word = …; if word != '': counts[word] = counts.get(…, …) + 1",
    ],
    forbidden=[],
    takeaway="Small letters, clean ends, then count: every program that reads text begins like this (lesson 14).",
)
