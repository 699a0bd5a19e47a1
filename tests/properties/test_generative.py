"""What must be true of every pair of distributions and every discriminator."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.generative import gan_value, jensen_shannon, mode_coverage, optimal_discriminator, ring_centres

few = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def distributions(draw):
    """Two distributions over the same 1 to 6 outcomes, zeros among them."""
    K = draw(st.integers(1, 6))
    weights = st.lists(st.sampled_from([0.0, 1e-12, 0.1, 1.0, 3.0]), min_size=K, max_size=K).filter(any)
    return tuple(np.array(w) / sum(w) for w in (draw(weights), draw(weights)))


@few
@given(distributions())
def test_the_divergence_is_symmetric_bounded_and_zero_for_equals_only(pair):
    p, q = pair
    jsd = jensen_shannon(p, q)
    assert 0 <= jsd <= np.log(2) and abs(jsd - jensen_shannon(q, p)) < 1e-15
    assert jensen_shannon(p, p) == 0 and (jsd > 0 or np.allclose(p, q, atol=1e-6))
    assert abs(jensen_shannon(np.append(p, 0), np.append(q, 0)) - jsd) < 1e-15


@few
@given(distributions(), st.floats(0.05, 0.95))
def test_mixing_brings_distributions_nearer(pair, share):
    p, q = pair
    assert jensen_shannon(p, share * p + (1 - share) * q) <= jensen_shannon(p, q) + 1e-12


@few
@given(distributions())
def test_the_value_against_the_best_discriminator_is_the_divergence(pair):
    p, q = pair
    D = optimal_discriminator(p, q)
    assert ((D >= 0) & (D <= 1)).all()
    np.testing.assert_allclose(D + optimal_discriminator(q, p), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(p > 0, p * np.log(D), 0).sum() + np.where(q > 0, q * np.log1p(-D), 0).sum()
    np.testing.assert_allclose(value, 2 * jensen_shannon(p, q) - np.log(4), atol=1e-9)


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_the_value_is_never_positive_and_knows_no_order(real, fake):
    value = gan_value(real, fake)
    assert value <= 0
    assume(np.isfinite(value))
    np.testing.assert_allclose(gan_value(real[::-1], fake[::-1]), value, rtol=1e-12)


@few
@given(st.integers(1, 12), st.integers(1, 12))
def test_coverage_counts_what_is_there(modes, reached):
    reached = min(reached, modes)
    samples = np.repeat(ring_centres(modes)[:reached], 10, axis=0)
    covered, quality, counts = mode_coverage(samples, ring_centres(modes), radius=0.01)
    assert covered == reached and quality == 1 and counts.tolist() == [10] * reached + [0] * (modes - reached)
