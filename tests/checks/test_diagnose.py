"""A mistake is named where it explains more than chance, and two where there are two."""

import dataclasses

import numpy as np
import pytest

from course_utils.checks import Exercise, Misconception, check, registry
from course_utils.checks.feedback.habits import habit_words, sure_words
from tests.checks.test_parts import WHOLE
from tests.checks.test_proofs import but

# ---- counts agree by chance


def count_cases(rng):
    return [(np.concatenate([np.full(k, 2.0), np.full(n, 0.5), np.full(m, -2.0)]),) for k, n, m in SIZES]


SIZES = [(1, 1, 1), (2, 1, 0), (1, 2, 1), (3, 1, 2), (1, 1, 2), (2, 2, 1), (0, 1, 3), (4, 0, 1)]
COUNTS = but(
    reference=lambda x: int((x > 1).sum()),
    alternatives=[lambda x: sum(v > 1 for v in x), lambda x: len([v for v in x if v > 1])],
    cases=count_cases,
    misconceptions=[
        Misconception("absolute", lambda x: int((x**2 > 1).sum()), "Does the sign count? An absolute value drops it."),
        Misconception("all", lambda x: len(x), "You counted all of them, whatever they are. Which were asked for?"),
        Misconception("others", lambda x: int((x <= 1).sum()), "You counted those that are not above the bound."),
    ],
)


def test_counts_that_agree_in_half_of_the_cases_name_no_mistake():
    half = lambda x: len(x) if len(x) % 2 else int((x > 1).sum()) + 7  # noqa: E731
    assert check(COUNTS, half, quiet=True).misconception is None
    assert check(COUNTS, lambda x: 3, quiet=True).misconception is None
    assert check(COUNTS, lambda x: int((x > 0).sum()), quiet=True).misconception is None


def test_two_answers_that_mostly_give_nought_have_nothing_in_common():
    """From 23.6: nothing but zeros from a distance to the wrong point is not 'all samples near'."""
    none = Misconception("none", lambda x: 0 if len(x) > 2 else 9, "You count what does not exist. What was asked?")
    exercise = dataclasses.replace(
        COUNTS,
        misconceptions=[none, *COUNTS.misconceptions[1:]],
        cases=lambda rng: [*count_cases(rng), (np.array([2.0, 0.5]),)],
    )
    assert check(exercise, lambda x: 0, quiet=True).misconception is None


@pytest.mark.parametrize("mistake", COUNTS.misconceptions, ids=lambda m: m.name)
def test_counts_that_agree_in_all_cases_do(mistake):
    result = check(COUNTS, mistake.answer, quiet=True)
    assert (result.misconception, result.message) == (mistake.name, mistake.message)


def test_the_words_say_how_sure_it_is():
    most = but(cases=lambda rng: [(rng.normal(size=n),) for n in range(2, 12)])
    result = check(most, lambda x: np.sum(x**2) if len(x) > 4 else -1.0 - len(x), quiet=True)
    assert result.message.startswith("This fits 7 of the 10 cases that went wrong, not all, so we are not sure:")


def test_a_mistake_that_goes_wrong_elsewhere_too_is_no_part_of_what_went_wrong():
    most = but(cases=lambda rng: [(rng.normal(size=n),) for n in range(2, 12)])
    result = check(most, lambda x: np.sum(x**2) if len(x) > 4 else np.mean(x**2), quiet=True)
    assert result.message.startswith("This fits all 7 cases that went wrong, but others would go wrong too")


# ---- two at once


def test_two_parts_with_a_mistake_each_are_told_both():
    both = lambda X, W: (X @ W / 2, W.sum(axis=1)[:2], 0)  # noqa: E731
    result = check(WHOLE, both, quiet=True)
    rows, halved, _ = WHOLE.misconceptions
    assert result.message.splitlines() == ["2 things at once:", halved.message, rows.message]


def test_two_entries_of_a_value_are_told_both():
    exercise = Exercise(
        id="98.2", title="Two values", name="values", kind="value", points=2,
        reference={"a": 1, "b": 2.5, "c": "x"},
        alternatives=[{"a": 1.0, "b": 2.5, "c": "X"}, {"c": "x", "b": 2.5, "a": 1}],
        misconceptions=[Misconception(k, {k: 0 if k != "c" else "y"}, f"Look at {k} again, please.") for k in "abc"],
        hints=["one step", "two steps", "three steps"],
    )  # fmt: skip
    told = check(exercise, {"a": 0, "b": 0, "c": "x"}, quiet=True).message
    assert told.startswith("2 things at once:\nLook at a again, please.\nLook at b again, please.")
    assert check(exercise, {"a": 0, "b": 7.5, "c": "x"}, quiet=True).message.startswith("Look at a again")


def test_two_kinds_of_cases_with_a_mistake_each_are_told_both():
    many = but(cases=lambda rng: [(rng.normal(size=n),) for n in range(2, 10)])
    result = check(many, lambda x: np.sum(x**2) if len(x) > 5 else np.mean(x) ** 2, quiet=True)
    words = {m.name: m.message for m in many.misconceptions}
    assert result.message.splitlines() == ["2 things at once:", words["sum"], words["square-of-mean"]]


# ---- what else has a name


def test_a_swapped_tuple_is_told_with_both_orders():
    result = check(WHOLE, lambda X, W: (W.sum(axis=0), X @ W, 0), quiet=True)
    assert result.fault == "order" and "you return `db`, `dx`, `nothing`" in result.message
    shapes = but(parts=("rows", "columns"), reference=lambda x: (len(x), 2 * len(x)), alternatives=[len, len])
    result = check(shapes, lambda x: (2 * len(x), len(x)), quiet=True)
    assert result.fault == "order" and "you return `columns`, `rows`, and `rows`, `columns` was asked" in result.message


class Mover:
    def __init__(self, start):
        self.at = start

    def move(self, by):
        self.at = self.at + by
        return self.at


class Changer(Mover):
    def move(self, by):
        by += self.at
        return by


def test_a_changed_argument_is_called_by_its_name_in_methods_too():
    drive = lambda Answer, start, by: {"at": Answer(start).move(by)}  # noqa: E731
    exercise = but(
        kind="class", name="Mover", reference=Mover, drive=drive, alternatives=[Mover, Mover],
        cases=lambda rng: [(rng.normal(size=2), rng.normal(size=2))],
    )  # fmt: skip
    assert "`by` is changed by the call" in check(exercise, Changer, quiet=True).message
    function = but(drive=lambda answer, x: answer(x), reference=lambda x: np.mean(x**2))
    changing = lambda x: np.mean(np.square(x, out=x))  # noqa: E731
    assert "`x` is changed by the call" in check(function, changing, quiet=True).message


def test_values_in_place_of_a_shape():
    exercise = but(reference=lambda x: x.shape, alternatives=[np.shape, lambda x: (len(x),)])
    assert "Asked is its shape: `.shape`" in check(exercise, lambda x: x, quiet=True).message


def test_a_choice_may_stand_in_brackets_and_one_without_quotes_is_told():
    choice = Exercise(
        id="98.3", title="A choice", name="choice", kind="value", points=1, choices=("a", "b", "c", "d"), reference="d",
        alternatives=["D", "(d)", " d. "],
        misconceptions=[Misconception(c, c, f"Not {c}: think again.") for c in "abc"],
        hints=["one step", "two steps", "three steps"],
    )  # fmt: skip
    assert check(choice, "(D)", quiet=True).passed and check(choice, "d)", quiet=True).passed
    assert check(choice, "(b)", quiet=True).misconception == "b"
    assert "as text in quotes: 'a'" in check(choice, np.ones(2), quiet=True).message


KEYS = but(reference=lambda x: {"a": 1.0, "b": 2.0}, alternatives=[len, len])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"a": 1.0}, "The key 'b' is missing; there is: 'a'."),
        ({"a": 1.0, "b": 2.0, "c": 3}, "There is a key that was not asked for: 'c'."),
        ({"a": 1.0, **{str(n): n for n in range(400)}}, "…"),
    ],
)
def test_keys_are_told_in_plain_words(given, words):
    message = check(KEYS, lambda x: given, quiet=True).message
    assert words in message and len(message) < 200 and "no more keys" not in message


def test_one_value_is_one_value():
    two = but(reference=lambda x: (1.0, x[0]), alternatives=[len, len])
    assert "gives 1 value instead of 2 values" in check(two, lambda x: (1.0,), quiet=True).message


def test_a_key_with_a_line_break_stays_on_one_line():
    result = check(but(reference=lambda x: {"\n": 2, "a": 1}), lambda x: {"\n": 3, "a": 1}, quiet=True)
    assert result.example.received.splitlines() == ["'\\n': 3", "a: 1"]


# ---- what the code shows


def early(x):
    for v in x:
        total = v * v
        return total


def kept(x):
    squares = []
    for v in x:
        squares = squares.append(v**2)
    return squares


def test_a_return_in_the_loop_and_a_kept_append_are_told():
    empty = but(cases=lambda rng: [(np.array([]),), (np.array([1.0, 2.0]),)], reference=lambda x: float((x**2).sum()))
    told = check(empty, early, quiet=True).message
    assert told.startswith("Line 4: this `return` stands in the loop")
    lists = but(reference=lambda x: [v**2 for v in x], cases=lambda rng: [(np.array([2.0]),)], alternatives=[len, len])
    assert "`squares.append(v ** 2)` changes its list" in check(lists, kept, quiet=True).message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def f(x):\n    return np.mean(x) ** 1/2", "Line 2: `np.mean(x) ** 1 / 2` is half of the first power"),
        (
            "def f(x):\n    h = 10 ^ -5\n    return h",
            "Line 2: `^` is no power in Python, it compares bits. A power is `**`",
        ),
        ("def f(x):\n    return sum((x - 1)^2)", "A power is `**`: `(x - 1) ** 2`"),
        ("def f(x):\n    return x ** 0.5 + x ** (1 / 2) + x ** 2 / 3", ""),
        ("def f(a, b):\n    return a ^ b", ""),
        ("def f(", ""),
    ],
)
def test_what_nobody_means_is_told_for_sure(code, words):
    assert sure_words(code).startswith(words) or words in sure_words(code)
    assert words or sure_words(code) == ""


def test_a_root_that_halves_is_no_other_mistake():
    half = Misconception("half", lambda x: np.mean(x**2) / 2, "This is half of what is asked for.")
    exercise = but(misconceptions=[half, *but().misconceptions])
    rooted = lambda x: np.mean(x**2) ** 1 / 2  # noqa: E731
    assert "half of the first power" in check(exercise, rooted, quiet=True).message.splitlines()[0]
    told = check(but(), lambda x: np.mean(x ^ 2), quiet=True).message
    assert told.startswith("Line 1: `^` is no power") and told.count("A power is") == 1


def test_what_divides_and_then_multiplies_is_told():
    told = habit_words("def f(x):\n    h = 1e-5\n    return (x(h) - x(-h)) / 2 * h")
    assert told.startswith("Line 3: `/ 2 * h` divides by 2 and then *multiplies* by h")


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    return 1 / 2 * x + x / n * d + x / (2 * h)",
        "def f(x):\n    for v in x:\n        if v:\n            return v",
        "def f(x):\n    while True:\n        return 1",
        "def f(x):\n    for v in x:\n        if v < 0:\n            continue\n        return v",
        "def f(x):\n    x = np.append(x, 1)\n    y = s.add(1)\n    return x",
        "def f(",
    ],
)
def test_what_is_no_slip_is_not_told(code):
    assert habit_words(code) == ""


def test_what_is_near_enough_to_be_right_is_not_called_wrong():
    """From 16.8: 4.6 is right to three digits, and as near to the logarithm of 100; something else is wrong."""
    memory = registry.find("16.8")
    result = check(
        memory, {**memory.reference, "bias for f = 0.99": 4.6, "share of c_0 after 100 steps": 0.5}, quiet=True
    )
    assert result.misconception is None and "Look again at 'share of c_0" in result.message
    assert check(memory, {**memory.reference, "bias for f = 0.99": 4.605}, quiet=True).misconception == "one-hundred"


def test_a_tensor_where_an_array_is_measured_is_told_as_one():
    """From 16.9: what cannot be measured because it is no array."""
    torch = pytest.importorskip("torch")
    store = registry.find("16.9")
    for wrap in (torch.tensor, lambda a: {"W": torch.tensor(a)}):
        result = check(store, lambda wrap=wrap: tuple(wrap(a) for a in store.reference()), quiet=True)
        assert result.message.startswith("`store_weights` gives a Tensor; an array was expected.")
        assert "`.numpy()`" in result.message
    number = check(registry.find("23.1"), lambda d_real, d_fake: torch.tensor(d_real).log().mean(), quiet=True)
    assert "a number was expected." in number.message and "`.item()`" in number.message


# ---- two mistakes with the same results


@pytest.mark.parametrize(("logarithm", "name"), [(np.log, "log-too-late"), (np.asarray, "unrepaired")])
def test_a_warning_tells_a_logarithm_that_comes_too_late_from_none(logarithm, name):
    """03.8: both give the first candidate where all products are 0; only one of them has been worked on."""

    def most_likely_mean(values, candidates):
        scores = [logarithm(np.prod(np.exp(-0.5 * (values - mu) ** 2))) for mu in candidates]
        return candidates[int(np.argmax(scores))]

    result = check("03.8", most_likely_mean, quiet=True)
    assert (result.misconception, result.status) == (name, "not yet" if name == "unrepaired" else "try again")
    assert ("too late" in result.message) == (name == "log-too-late")


def right_for_two(A, b, x):
    return [
        2 * A[0, 0] * x[0] + (A[0, 1] + A[1, 0]) * x[1] + b[0],
        (A[0, 1] + A[1, 0]) * x[0] + 2 * A[1, 1] * x[1] + b[1],
    ]


def right_for_two_names(A, b, x):
    (p, q), (r, s) = A
    return np.array([2 * p * x[0] + (q + r) * x[1] + b[0], 2 * s * x[1] + (q + r) * x[0] + b[1]])


@pytest.mark.parametrize("answer", [lambda *a: np.array(right_for_two(*a)), right_for_two_names])
def test_a_formula_that_is_right_for_two_entries_hears_so(answer):
    """03.4 says 'Derive it on paper for d = 2'; it was asked whether a loop went one step too far."""
    result = check("03.4", answer, quiet=True)
    assert result.message.startswith("Your formula is right for d = 2."), result.message
