"""Other numbers for each student: off by default, the same for one student, different for two."""

import dataclasses

import pytest

from course_utils.checks import check, registry
from course_utils.checks.exercise import for_student
from tests.checks import proofs
from tests.checks.test_authoring_examples import EXAMPLES
from tests.checks.test_proofs import GOOD

(GROWTH,) = [example.values[1] for example in EXAMPLES if example.values[1].variant]


def test_without_a_student_it_is_the_common_exercise():
    assert for_student(GROWTH, None) is GROWTH and for_student(GOOD, 7) is GOOD
    assert check(GROWTH, 1.03**10, quiet=True).passed


def test_a_student_has_numbers_of_their_own():
    own, again, other = (for_student(GROWTH, student) for student in (1, 1, 2))
    assert own.title == again.title != other.title and own.reference == again.reference != other.reference
    assert check(GROWTH, own.reference, variant=1, quiet=True).passed
    assert not check(GROWTH, own.reference, variant=2, quiet=True).passed
    wrong = check(GROWTH, other.misconceptions[0].answer, variant=2, quiet=True)
    assert (wrong.misconception, wrong.exercise.title) == ("simple-interest", other.title)


@pytest.mark.parametrize("changes", [{"points": 9}, {"id": "04.1"}, {"needs": ()}, {"variant": None}, {}], ids=str)
def test_points_and_identity_stay(changes):
    with pytest.raises(ValueError, match="a variant changes"):
        for_student(dataclasses.replace(GROWTH, variant=lambda rng: changes), 1)


def test_variants_that_are_all_alike_are_noticed():
    with pytest.raises(AssertionError, match="share"):
        proofs.prove_variants(dataclasses.replace(GROWTH, variant=lambda rng: {"title": "The same for all"}))


def test_variants_of_the_course_are_proved():
    for exercise in registry.every():
        proofs.prove_variants(exercise)
