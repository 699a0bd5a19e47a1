"""The proofs prove something: bad exercises, made from a good one, are noticed."""

import dataclasses

import numpy as np
import pytest

from course_utils.checks import Exercise, Memory, Misconception
from tests.checks import mutants, proofs


def mean_square(x):
    return np.mean(x**2)


def cases(rng):
    return [(rng.normal(size=n),) for n in (1, 3, 4)]


GOOD = Exercise(
    id="98.1",
    title="A mean of squares",
    name="mean_square",
    section="Means",
    points=2,
    reference=mean_square,
    cases=cases,
    misconceptions=[
        Misconception("sum", lambda x: np.sum(x**2), "The sum grows with the number of values. What does a mean do?"),
        Misconception("root", lambda x: np.sqrt(np.mean(x**2)), "You took a root at the end. Was it asked for?"),
        Misconception("square-of-mean", lambda x: np.mean(x) ** 2, "Which comes first, the mean or the square?"),
    ],
    alternatives=[lambda x: x @ x / len(x), lambda x: float(np.square(x).mean())],
    hints=["What is squared?", "What is averaged, and over what?", "First every value, then all of them."],
)
FIRST, *OTHERS = GOOD.misconceptions


def but(**changes):
    return dataclasses.replace(GOOD, **changes)


def with_first(**changes):
    return but(misconceptions=[dataclasses.replace(FIRST, **changes), *OTHERS])


def test_the_good_one_is_good():
    proofs.prove(GOOD)


PLANTED = {
    "a misconception that gives the right answer": (
        with_first(answer=lambda x: np.mean(x * x)),
        proofs.prove_misconceptions,
    ),
    "a misconception that does what an earlier one does": (
        but(
            misconceptions=[*OTHERS, FIRST, dataclasses.replace(FIRST, name="again", message="Another sentence here.")]
        ),
        proofs.prove_misconceptions,
    ),
    "a misconception that differs on some seeds only": (
        with_first(answer=lambda x: np.mean(x**2) + (x[0] > 1.0)),
        proofs.prove_misconceptions,
    ),
    "a predicate that sees nothing": (
        with_first(seen=lambda received, expected, case: False, answer=lambda x: np.sum(x**2) + 7),
        proofs.prove_misconceptions,
    ),
    "a predicate that sees everything": (
        but(misconceptions=[dataclasses.replace(FIRST, seen=lambda *seen: True), *OTHERS]),
        proofs.prove_misconceptions,
    ),
    "a wrong alternative": (
        but(alternatives=[GOOD.alternatives[0], lambda x: x @ x / (len(x) - 0.5)]),
        proofs.prove_right_answers,
    ),
    "an alternative that changes its argument": (
        but(alternatives=[GOOD.alternatives[0], lambda x: np.mean(np.square(x, out=x))]),
        proofs.prove_right_answers,
    ),
    "a tolerance that lets everything through": (but(atol=10.0), proofs.prove_misconceptions),
    "cases that let everything through": (but(cases=lambda rng: [(np.zeros(3),)]), proofs.prove_misconceptions),
    "a hint that is the answer": (
        but(hints=[*GOOD.hints[:2], "Write this: return np.mean(x**2)"]),
        proofs.prove_words,
    ),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_bad_exercise_is_noticed(what):
    exercise, proof = PLANTED[what]
    with pytest.raises(AssertionError):
        proof(exercise)


DRAWS = {
    "all random": (lambda rng: [(rng.normal(),)], 50),
    "never random": (lambda rng: [(2.0,), (np.arange(3.0),)], proofs.WATCHED_SEEDS),
    "one random of two": (lambda rng: [(2.0,), (rng.normal(),)], 50),
    "a coin": (lambda rng: [(int(rng.integers(2)),)], None),
    "functions, which cannot be compared": (lambda rng: [(lambda x: x,)], 50),
}


@pytest.mark.parametrize("what", DRAWS)
def test_only_draws_that_were_proved_already_are_left_out(what, monkeypatch):
    monkeypatch.setattr(proofs, "SEEDS", 50)
    draw, kept = DRAWS[what]
    found = proofs.benches(but(cases=draw))
    assert len(found) == kept if kept else 2 <= len(found) <= 3
    drawn = {repr(proofs.Bench(found[0].exercise, seed).cases) for seed in range(50)}
    assert what.startswith("functions") or {repr(bench.cases) for bench in found} == drawn


def test_mutants_show_where_a_case_is_missing():
    count, alive = mutants.survivors(GOOD)
    assert count >= 3 and alive == []
    _, alive = mutants.survivors(but(cases=lambda rng: [(np.zeros(2),)]))
    assert any("x ** 2" in what for what in alive)


REFUSED = {
    "an id": {"id": "4.3"},
    "kind": {"kind": "riddle"},
    "identifier": {"name": "mean square"},
    "points": {"points": 0},
    "atol": {"atol": 0.0},
    "misconceptions": {"misconceptions": GOOD.misconceptions[:2]},
    "hints": {"hints": GOOD.hints[:2]},
    "differently written": {"alternatives": GOOD.alternatives[:1]},
    "messages are the same": {
        "misconceptions": [FIRST, dataclasses.replace(OTHERS[0], message=FIRST.message), OTHERS[1]]
    },
    "names are the same": {"misconceptions": [FIRST, dataclasses.replace(OTHERS[0], name=FIRST.name), OTHERS[1]]},
    "messages is empty": {"misconceptions": [dataclasses.replace(FIRST, message=" "), *OTHERS]},
    "needs cases": {"cases": None},
    "needs broken": {"kind": "repair"},
    "needs a metric": {"kind": "experiment"},
    "needs cases and a drive": {"kind": "class"},
    "neither cases nor drive": {"kind": "value"},
    "memory= and needs=": {"needs": ["98.1"], "memory": Memory(lambda rng: rng.normal(size=9), sum, 1, "Why?")},
    "one of the choices": {"kind": "value", "cases": None, "choices": ("a", "b"), "reference": "c"},
}


@pytest.mark.parametrize("complaint", REFUSED)
def test_an_unfair_exercise_cannot_be_made(complaint):
    with pytest.raises(ValueError, match=complaint):
        but(**REFUSED[complaint])
