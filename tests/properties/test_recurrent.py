"""What must be true of every recurrent network, tried on sizes and numbers that nobody chose."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.recurrent import gru_forward, lstm_forward, rnn_backward, rnn_forward

few = settings(max_examples=40, deadline=None, derandomize=True)
sizes = st.tuples(*[st.integers(1, 4)] * 4)
seeds = st.integers(0, 2**32 - 1)
NETWORKS = {"rnn": (rnn_forward, 1, 1), "lstm": (lstm_forward, 4, 1), "gru": (gru_forward, 3, 2)}


def build(name, sizes, seed):
    """(function of x -> h, x, h0) with random states and weights."""
    (N, T, D, H), (forward, gates, biases) = sizes, NETWORKS[name]
    rng = np.random.default_rng(seed)
    states = [rng.normal(size=(N, H)) for _ in range(2 if name == "lstm" else 1)]
    weights = [rng.normal(size=s) for s in ((D, gates * H), (H, gates * H), *[(gates * H,)] * biases)]

    def run(x, part=slice(None)):
        out, _ = forward(x, *(s[part] for s in states), *weights)
        return out[0] if name == "lstm" else out

    return run, rng.normal(size=(N, T, D)), states[0]


names = st.sampled_from(list(NETWORKS))


@few
@given(names, sizes, seeds)
def test_the_future_is_not_seen(name, sizes, seed):
    run, x, _ = build(name, sizes, seed)
    h = run(x)
    t = seed % x.shape[1]
    changed = x.copy()
    changed[:, t] += 1
    np.testing.assert_array_equal(run(changed)[:, :t], h[:, :t])


@few
@given(names, sizes, seeds)
def test_one_example_does_not_see_the_others(name, sizes, seed):
    run, x, _ = build(name, sizes, seed)
    alone = [run(x[n : n + 1], slice(n, n + 1)) for n in range(len(x))]
    np.testing.assert_allclose(run(x), np.concatenate(alone), atol=1e-12)


@few
@given(names, sizes, seeds, st.floats(0, 1e3))
def test_states_stay_bounded(name, sizes, seed, scale):
    run, x, h0 = build(name, sizes, seed)
    h = run(scale * x)
    bound = max(1, np.abs(h0).max()) if name == "gru" else 1  # a GRU may keep h0 as it is
    assert (np.abs(h) <= bound + 1e-12).all()


@few
@given(sizes, seeds)
def test_the_rnns_gradient_is_linear_in_what_comes_from_above(sizes, seed):
    (N, T, D, H), rng = sizes, np.random.default_rng(seed)
    arrays = [rng.normal(size=s) for s in ((N, T, D), (N, H), (D, H), (H, H), (H,))]
    h, cache = rnn_forward(*arrays)
    d, e = rng.normal(size=h.shape), rng.normal(size=h.shape)
    for sum_, a, b in zip(*(rnn_backward(v, cache) for v in (d + 2 * e, d, e)), strict=True):
        np.testing.assert_allclose(sum_, a + 2 * b, atol=1e-10)
