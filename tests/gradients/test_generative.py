"""The losses of the game against finite differences, with faults planted and caught."""

import numpy as np
import pytest

from course_utils import generative
from course_utils.generative import generator_loss_backward, generator_loss_forward
from course_utils.gradcheck import GradientMismatch, check_gradients
from tests.laws import assert_checked, assert_laws

rng = np.random.default_rng(23)
REAL, FAKE = 2 * rng.normal(size=(3, 2)), 2 * rng.normal(size=4)
CASES = {
    "discriminator_loss": ((REAL, FAKE), {}),
    "generator_loss": ((FAKE,), {}),
    "generator_loss, the game's own": ((FAKE,), {"saturating": True}),
    "generator_loss, column": ((REAL[:, :1],), {}),
}


def pair(case):
    name = case.split(",")[0]
    return getattr(generative, f"{name}_forward"), getattr(generative, f"{name}_backward")


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_right_and_planted_faults_are_caught(case):
    given, static = CASES[case]
    assert_checked(*pair(case), *given, **static)
    assert_laws(*pair(case), *given, **static)


def test_one_generator_loss_with_the_gradient_of_the_other_is_caught():
    def other(dout, cache):
        fake_logits, sign = cache.fake.logits, cache.sign
        return generator_loss_backward(dout, generator_loss_forward(fake_logits, saturating=sign == 1)[1])

    with pytest.raises(GradientMismatch):
        check_gradients((generator_loss_forward, other), FAKE)
