"""The tasks of lesson 01."""

from course_utils.checks.lessons.l01_python_basics import e01_count_words as words
from course_utils.checks.lessons.l01_python_basics import e02_standardize as scale
from course_utils.checks.lessons.l01_python_basics import e03_flatten as boxes
from course_utils.checks.lessons.l01_python_basics import e04_read_scores as scores
from course_utils.checks.lessons.l01_python_basics.e05_perceptron import Perceptron
from tests.checks.promises import Given, Passes

ENDS = words.ENDS.replace("'", "")


def strips(ends):
    """Counts words, but takes only these characters off."""
    return lambda text: words.Counter(w for w in (p.strip(ends) for p in text.lower().split()) if w)


def opens_tuples(nested):
    return [x for t in nested for x in (opens_tuples(t) if isinstance(t, list | tuple) else [t])]


def signs_before_strip(text):
    """Looks for pieces of signs only before they are cleaned, and knows single signs alone."""
    pieces = [p for p in text.lower().split() if p not in ENDS]
    return words.Counter(p.strip(words.ENDS) for p in pieces)


def with_epsilon(values):
    mean, spread = sum(values) / len(values), scale._spread(values)
    return [(v - mean) / (spread + 1e-8) for v in values]


def ends_alike(values):
    return [0.0] * len(values) if values[0] == values[-1] else scale.standardize(values)


def three_levels(nested):
    for _ in range(3):
        nested = boxes.flatten_once(nested)
    return nested


def twice_is_bad(path):
    found, _ = scores.read_scores(path)
    return found, scores.read_scores_by_difference(path)[1]


class OfTwo(Perceptron):
    def __init__(self, inputs):
        super().__init__(2)


class StartsAtOne(Perceptron):
    def __init__(self, inputs):
        super().__init__(inputs)
        self.weights = [1] * inputs


class BiasOne(Perceptron):
    def __init__(self, inputs):
        super().__init__(inputs)
        self.bias = 1


class SaysTurned(Perceptron):
    def update(self, x, target):
        return -super().update(x, target)


PREDICTED = {"A": [1, 2, 3], "B": [1, 2], "C": "cde", "D": [0, 1, 2], "E": None}

PROMISES = {
    "01.1": [
        ("a dictionary", lambda text: list(words.count_words(text).items())),
        ("how often it occurs", "only-ones"),
        ("all keys are in small letters", "capitals"),
        *[
            (f"Characters such as `{words.ENDS.replace(chr(39), '')}`", strips(words.ENDS.replace(c, "")))
            for c in '.,;:!?"()-'
        ],
        ("inside a word they do", "glued"),
        ("A text without a word gives `{}`", lambda text: words.count_words(text) or None),
        ("A text without a word gives `{}`", "empty-word"),
        ("A text without a word gives `{}`", signs_before_strip),
        ("a dictionary of each word", "inside-other-words"),
    ],
    "01.2": [
        ("a *new* list", "changed-the-list"),
        ("divided by the *spread*", with_epsilon),
        ("If all numbers are equal", "small-is-nothing"),
        ("If all numbers are equal", ends_alike),
        ("list in which", lambda values: str(scale.standardize(values))),
        ("its difference from the mean", "not-centred"),
        ("divided by the *spread*", "mean-only"),
        ("root of the mean of the squared differences", "variance"),
        ("If all numbers are equal", "division-by-zero"),
        ("a list of zeros", lambda values: scale.standardize(values) if scale._spread(values) else 0.0),
        ("a list of zeros", lambda values: scale.standardize(values) if scale._spread(values) else []),
        ("at least one number", Given(lambda values: len(values) >= 1)),
    ],
    "01.3": [
        ("a list of all values", "inner-lost"),
        ("a list of all values", lambda nested: list(dict.fromkeys(boxes.flatten(nested)))),
        ("a list of all values", "nothing-like-values"),
        ("and so on", "one-level"),
        ("and so on", three_levels),
        ("The order stays", "reversed"),
        ("The order stays", lambda nested: sorted(boxes.flatten(nested), key=str, reverse=True)),
        ("Only lists are opened", opens_tuples),
        ("a text stays whole", "text-cut"),
    ],
    "01.4": [
        ("Write `read_scores(path)`", None),
        ("a name, a comma, and a number", "scores-as-text"),
        ("Return two things", "only-the-dictionary"),
        ("(a `float`", "whole-numbers"),
        ("blanks around a name are taken off", "blanks-in-names"),
        ("blanks around a name are taken off", "all-blanks-gone"),
        ("a name, a comma, and a number", "zero-is-bad"),
        ("how many lines were *bad*", "no-count"),
        ("An empty line is bad, too", "blank-lines-passed-over"),
        ("Bad lines are skipped", "stops-at-a-bad-line"),
        ("the last number counts", "first-number-stays"),
        ("the last number counts", twice_is_bad),
    ],
    "01.5": [
        ("lists of inputs of any length", OfTwo),
        ("lists of inputs of any length", "answers-after-one"),
        ("all 0", StartsAtOne),
        ("all 0", BiasOne),
        ("gives 1 or 0", "minus-one"),
        ("gives 1 or 0", "true-or-false"),
        ("by (1.1)", "zero-is-yes"),
        ("changes weights and bias by (1.2)", "bias-stays"),
        ("returns the error", "update-says-nothing"),
        ("`target` minus prediction", SaysTurned),
    ],
    "01.6": [
        ("the mean of the first number", "divided-by-all"),
        ("It does not", None),
        ("repair it with as few changes as you can", "unrepaired"),
    ],
    "01.7": [
        ("What is the value in each case?", "printed-is-returned"),
        ("write a dictionary", [1, 2, 3]),
        ("write a dictionary", {k: v for k, v in PREDICTED.items() if k != "E"}),
        ("write a dictionary", Passes({**PREDICTED, "D": (0, 1, 2)})),  # the card: lists and tuples count alike
        ("`;` puts two orders on one line", None),
    ],
}
