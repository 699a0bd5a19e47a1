"""The same answer gets the same verdict at every seed."""

import dataclasses

import numpy as np
import pytest

from course_utils.checks import registry
from tests.checks import seeds
from tests.checks.test_proofs import GOOD

EXERCISES = [e.id for e in registry.every() if seeds.answers(e.id)]
FEW, SLOW_ONES, SLOW = 12, ("04.5", "04.7", "06.6"), 4


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", EXERCISES)
def test_one_verdict_for_each_answer(number):
    for name, counts in seeds.verdicts(number, SLOW if number in SLOW_ONES else FEW).items():
        assert len(counts) == 1, f"{number} {name}: the seed decides: {dict(counts)}"


def test_a_seed_that_decides_is_seen(monkeypatch):
    chancy = dataclasses.replace(GOOD, cases=lambda rng: [(rng.normal(size=3),)])
    monkeypatch.setattr(seeds.registry, "find", lambda number: chancy)
    monkeypatch.setitem(seeds.BORDERLINE, "98.1", {"now and then": lambda x: np.mean(x**2) + (x[0] > 0)})
    assert len(seeds.verdicts("98.1", 20)["now and then"]) > 1
