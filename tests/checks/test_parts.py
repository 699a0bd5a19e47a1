"""Parts that are right earn their share, and nothing is earned by luck."""

import dataclasses
import re

import numpy as np
import pytest

from course_utils.checks import Exercise, Misconception, check, registry
from course_utils.checks.judging.bench import Bench
from course_utils.checks.judging.judge import verdict
from course_utils.checks.judging.observation import Observation
from course_utils.checks.judging.parts import entries, is_constant, parts_of


def slopes(X, W):
    """Three things: the first two are work, the last is 0 in every case."""
    return X @ W, W.sum(axis=0), 0


def cases(rng):
    return [(rng.normal(size=(n, 3)), rng.normal(size=(3, 2))) for n in (1, 2, 4)]


WHOLE = Exercise(
    id="98.4",
    title="Three things",
    name="slopes",
    section="Parts",
    points=4,
    reference=slopes,
    cases=cases,
    parts=("dx", "db", "nothing"),
    misconceptions=[
        Misconception(
            "rows", lambda X, W: (X @ W, W.sum(axis=1)[:2], 0), "You summed along the rows. Which axis stays?"
        ),
        Misconception("halved", lambda X, W: (X @ W / 2, W.sum(axis=0), 0), "Half of it is missing. Where does it go?"),
        Misconception("signs", lambda X, W: (-X @ W, -W.sum(axis=0), 0), "Everything has the other sign. Why is that?"),
    ],
    alternatives=[lambda X, W: (X.dot(W), sum(W), 0), lambda X, W: [X @ W, np.ones(3) @ W, 0]],
    hints=["one step", "two steps", "three steps"],
)


def test_each_part_of_a_tuple_earns_its_share_and_is_told():
    result = check(WHOLE, lambda X, W: (X @ W, W.sum(axis=0) + X[0, 0], 0), quiet=True)
    assert (float(result), result.status) == (2.0, "try again")
    assert result.message.endswith("1 of 2 parts are right: `dx`. Look again at `db`.")
    assert "At `db[0]`: expected" in result.message


def test_parts_that_come_as_one_array_earn_their_share_too():
    """From 16.1: np.stack of four gates, one of them wrong."""
    gates = registry.find("16.1")
    halved = lambda *args: np.stack(gates.reference(*args)) * np.array([1, 1, 1, 0.5])[:, None, None]  # noqa: E731
    result = check(gates, halved, quiet=True)
    assert float(result) == 2.25 and "Look again at `o`" in result.message


def test_the_mistake_is_named_first():
    result = check(WHOLE, WHOLE.misconceptions[0].answer, quiet=True)
    assert (float(result), result.misconception) == (2.0, "rows")
    assert result.message.splitlines() == [
        WHOLE.misconceptions[0].message,
        "1 of 2 parts are right: `dx`. Look again at `db`.",
    ]


LUCK = {
    "zeros": lambda X, W: (0 * X @ W, 0 * W[0], 0),
    "ones": lambda X, W: (np.ones((len(X), 2)), np.ones(2), 1),
    "right where X is one row": lambda X, W: (X[:1] @ W * np.ones((len(X), 1)), W[0], 0),
    "one number too few": lambda X, W: (X @ W, W.sum(axis=0)),
    "one number too many": lambda X, W: (*slopes(X, W), 0),
    "an array of them": lambda X, W: np.array([1.0, 2.0, 0.0]),
    "an error in one case": lambda X, W: slopes(X, W) if len(X) != 2 else 1 / 0,
    "another error each time": lambda X, W: [][len(X)],
    "nothing in one case": lambda X, W: slopes(X, W) if len(X) != 2 else None,
    "changed arguments": lambda X, W: (X @ W, W.sum(axis=0), W.fill(0)),
}


@pytest.mark.parametrize("what", LUCK)
def test_nothing_is_earned_by_luck(what):
    result = check(WHOLE, LUCK[what], quiet=True)
    assert float(result) == 0.0 and not result.passed and "parts are right" not in result.message


def test_a_part_that_needs_no_work_costs_its_share_where_it_is_wrong():
    result = check(WHOLE, lambda X, W: (X @ W, W.sum(axis=0), 7), quiet=True)
    assert float(result) == pytest.approx(4 * 2 / 3, abs=0.01) and "Look again at `nothing`" in result.message


def test_an_error_that_was_asked_for_does_not_stand_in_the_way():
    def raising(X, W):
        if len(X) == 4:
            raise ValueError("four")
        return slopes(X, W)

    asked = dataclasses.replace(WHOLE, reference=raising)
    wrong = lambda X, W: (raising(X, W)[0], W[0], 0)  # noqa: E731
    assert float(check(asked, wrong, quiet=True)) == 2.0


def test_what_was_handed_out_right_earns_nothing():
    broken = lambda X, W: (X @ W, W[0], 0)  # noqa: E731
    repair = dataclasses.replace(
        WHOLE,
        kind="repair",
        broken=broken,
        misconceptions=[Misconception("unrepaired", broken, "Nothing has changed yet. Run it?"), *WHOLE.misconceptions],
    )
    unrepaired = check(repair, broken, quiet=True)
    assert (float(unrepaired), unrepaired.status) == (0.0, "not yet")
    assert unrepaired.message == "Nothing has changed yet. Run it?"
    assert float(check(repair, lambda X, W: (X @ W, W[1], 0), quiet=True)) == 0.0
    assert float(check(repair, lambda X, W: (2 * X @ W, W.sum(axis=0), 0), quiet=True)) == 2.0


def test_what_is_constant():
    assert is_constant([np.zeros((2, 3)), [0, 0], False, -0.0]) and is_constant([["a"], ("a", "a")])
    assert is_constant([{}, []]) and is_constant([None, None]) and is_constant([np.nan, np.full(2, np.nan)])
    assert not is_constant([0, [0, 1]]) and not is_constant([None, 0]) and not is_constant(["", 0])


# ---- values


def value_of(**right):
    wrong = [Misconception(f"m{k}", {name: object}, f"Look at it once more, {k}.") for k, name in enumerate("abc")]
    return Exercise(
        id="98.5",
        title="A form",
        name="form",
        kind="value",
        points=4,
        reference=right,
        alternatives=[right, dict(right)],
        misconceptions=wrong,
        hints=["one step", "two steps", "three steps"],
    )


@pytest.mark.parametrize("expected", [None, float("nan"), [], (), {}, "", 0, False, np.zeros(0)], ids=repr)
def test_a_missing_entry_is_never_right(expected):
    form = value_of(a=1, b=expected, c=2.5, d="x")
    assert check(form, {"a": 1, "b": expected, "c": 2.5, "d": "x"}, quiet=True) == 4
    assert float(check(form, {"a": 1}, quiet=True)) == 1.0
    assert float(check(form, {"z": 1}, quiet=True)) == 0.0


def test_an_entry_too_many_is_a_part_that_is_wrong():
    form = value_of(a=1, b=2, c=3)
    result = check(form, {"a": 1, "b": 2, "c": 3, "d": 4}, quiet=True)
    assert float(result) == 3.0 and result.status == "try again" and "Look again at 'd'" in result.message


def test_a_name_that_is_written_otherwise_is_one_part():
    exercise = Exercise(
        id="98.5", title="Two", name="values", kind="value", points=2, reference={"p of 1": 1.5, "p of 2": 2.5},
        alternatives=[{"p of 2": 2.5, "p of 1": 1.5}, {"p of 1": 3 / 2, "p of 2": 5 / 2}],
        misconceptions=[Misconception(str(k), {"p of 1": k}, f"Not {k}: think again.") for k in (7, 8, 9)],
        hints=["one step", "two steps", "three steps"],
    )  # fmt: skip
    result = check(exercise, {"p of1": 1.5, "p of 2": 2.5}, quiet=True)
    assert float(result) == 1.0 and "1 of 2 parts are right: 'p of 2'. Look again at 'p of 1'." in result.message


def test_a_guess_for_everything_earns_nothing_in_the_course():
    """The same wrong thing under every key, or under keys of no meaning."""
    for exercise in registry.every():
        if exercise.is_value and isinstance(exercise.reference, dict):
            for form in ({"x": 1}, dict.fromkeys(exercise.reference, "?"), {}, dict.fromkeys("xyz")):
                assert float(check(exercise, form, quiet=True)) == 0.0, (exercise.id, form)


# ---- every exercise


def spoilt(exercise, want, names):
    """What an answer shows that is wrong in these parts."""
    parts = {n: object() if n in names else v for n, v in entries(exercise, want).items()}
    return Observation(value=tuple(parts.values()) if exercise.parts else parts)


IN_PARTS = [e for e in registry.every() if e.parts or (e.drive and not e.metric)]


@pytest.mark.parametrize("exercise", IN_PARTS, ids=[e.id for e in IN_PARTS])
def test_every_part_of_an_exercise_earns(exercise):
    """Each part alone earns at most its share, all but one the rest, none nothing."""
    bench = Bench(exercise, 0)
    names = list(entries(exercise, bench.wanted[0]))

    def points(wrong):
        return float(verdict(bench, bench.trials_of([spoilt(exercise, want, wrong) for want in bench.wanted])))

    alone = {n: points([m for m in names if m != n]) for n in names}
    assert sum(p > 0 for p in alone.values()) >= 2 or exercise.kind == "repair", alone
    assert max(alone.values()) <= exercise.points / 2
    assert points(names) == 0.0
    assert all(0 < points([n]) < exercise.points for n in names)


def emptied(value):
    """The same shapes and nothing in them: zeros, empty texts."""
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    if isinstance(value, list | tuple):
        return type(value)(emptied(v) for v in value)
    return {k: emptied(v) for k, v in value.items()} if isinstance(value, dict) else type(value)()


@pytest.mark.parametrize("exercise", IN_PARTS, ids=[e.id for e in IN_PARTS])
def test_zeros_earn_nothing(exercise):
    bench = Bench(exercise, 0)
    seen = [Observation(value=emptied(want.value)) for want in bench.wanted]
    assert float(verdict(bench, bench.trials_of(seen))) == 0.0


def test_every_tuple_of_the_course_has_names_for_its_parts():
    for exercise in registry.every():
        values = [] if exercise.metric or exercise.is_value else [w.value for w in Bench(exercise, 0).wanted]
        if any(isinstance(v, tuple) for v in values):
            assert len(exercise.parts) in {len(v) for v in values if isinstance(v, tuple)}, exercise.id


def test_parts_are_names():
    for names in (("dx",), ("dx", "dx", "db"), ("dx", "the bias")):
        with pytest.raises(ValueError, match="parts names"):
            dataclasses.replace(WHOLE, parts=names)


def named_parts():
    """Every message that says of a part that it is right or wrong: (exercise, misconception, part, which)."""
    for exercise in registry.every():
        for mistake in exercise.misconceptions if exercise.parts else ():
            said = re.search(rf"(?:^|\. )`?({'|'.join(exercise.parts)})`? is (right|wrong)\b", mistake.message)
            if said:
                yield pytest.param(exercise, mistake, *said.groups(), id=f"{exercise.id}-{mistake.name}")


@pytest.mark.parametrize("exercise, mistake, part, which", list(named_parts()))
def test_a_message_and_the_parts_agree_which_one_is_right(exercise, mistake, part, which):
    bench = Bench(exercise, 0)
    assert part in getattr(parts_of(bench, bench.trials_of(bench.wrong(mistake))), which)


def test_a_form_in_which_nothing_is_right_says_so():
    """From 03.7: with six wrong entries, of which one has a name, only that one was spoken of."""
    wrong = {"dot product": 5, "shape": (4, 7), "gradient": [1, -4], "chain": 1, "direction": "a", "variance": 80}
    result = check("03.7", wrong, quiet=True)
    assert float(result) == 0 and result.misconception == "uphill"
    assert result.message.endswith("Not one of the 6 parts is right so far.")
