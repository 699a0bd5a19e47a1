"""Optimisers and schedules: the laws, values by hand, errors. Step-by-step parity stands in tests/parity."""

import copy
import math

import numpy as np
import pytest

from course_utils import optim

MAKERS = {
    "SGD": lambda lr: optim.SGD(lr),
    "momentum": lambda lr: optim.SGD(lr, momentum=0.9),
    "Nesterov": lambda lr: optim.SGD(lr, momentum=0.9, nesterov=True, weight_decay=0.01),
    "RMSprop": lambda lr: optim.RMSprop(lr),
    "Adam": lambda lr: optim.Adam(lr),
    "AdamW": lambda lr: optim.AdamW(lr),
}
every_optimiser = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


@pytest.fixture
def params(rng):
    return {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4).astype(np.float32), "scale": np.array(2.0)}


@pytest.fixture
def grads(rng, params):
    return {name: rng.normal(size=p.shape).astype(p.dtype) for name, p in params.items()}


@every_optimiser
def test_parameters_and_gradients_stay_and_dtypes_and_shapes_are_kept(make, params, grads):
    opt = make(0.1)
    kept = copy.deepcopy((params, grads))
    state, new = opt.init(params), params
    for _ in range(3):
        before, before_kept = new, copy.deepcopy(new)
        new, state = opt.step(new, grads, state)
        for name in new:
            np.testing.assert_array_equal(before[name], before_kept[name])
            assert not np.shares_memory(new[name], before[name])
            assert (new[name].dtype, new[name].shape) == (params[name].dtype, params[name].shape)
            assert (new[name] != before[name]).all()
    for then, now in zip(kept, (params, grads), strict=True):
        for name in then:
            np.testing.assert_array_equal(then[name], now[name])
    assert state["step"] == 3


@every_optimiser
def test_blocks_change_nothing(make, rng, monkeypatch):
    params, grads = {"W": rng.normal(size=(7, 5))}, {"W": rng.normal(size=(7, 5))}
    results = []
    for block in (optim.BLOCK, 4):
        monkeypatch.setattr(optim._base, "BLOCK", block)
        opt, new = make(0.1), params
        state = opt.init(params)
        for _ in range(3):
            new, state = opt.step(new, grads, state)
        results.append(new["W"])
    np.testing.assert_allclose(*results, rtol=1e-14)


@every_optimiser
def test_strided_parameters_and_gradients_of_another_dtype(make, rng):
    wide = rng.normal(size=(4, 6))
    plain, _ = make(0.1).step({"W": wide.T.copy()}, {"W": wide.T.copy()}, make(0.1).init({"W": wide.T}))
    strided, _ = make(0.1).step({"W": wide.T}, {"W": wide.T}, make(0.1).init({"W": wide.T}))
    np.testing.assert_allclose(plain["W"], strided["W"], rtol=1e-14)
    single = {"W": wide.astype(np.float32)}
    assert make(0.1).step(single, {"W": wide}, make(0.1).init(single))[0]["W"].dtype == np.float32


@every_optimiser
def test_a_bowl_is_descended(make):
    opt, params = make(0.05), {"x": np.array([3.0, -2.0])}
    state = opt.init(params)
    for _ in range(400):
        params, state = opt.step(params, {"x": 2 * params["x"] * [1, 5]}, state)
    assert np.abs(params["x"]).max() < 0.1


@every_optimiser
def test_a_schedule_may_stand_for_the_learning_rate(make, params, grads):
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1

    scheduled, constant = make(schedule), make(0.1)
    state_s, state_c, new_s, new_c = scheduled.init(params), constant.init(params), params, params
    for _ in range(3):
        new_s, state_s = scheduled.step(new_s, grads, state_s)
        new_c, state_c = constant.step(new_c, grads, state_c)
    assert asked == [0, 1, 2]
    for name in params:
        np.testing.assert_array_equal(new_s[name], new_c[name])


@every_optimiser
def test_errors_of_a_step(make, params, grads):
    opt = make(0.1)
    state = opt.init(params)
    with pytest.raises(ValueError, match=r"same names, but \['b'\] are in one only"):
        opt.step(params, {k: g for k, g in grads.items() if k != "b"}, state)
    with pytest.raises(ValueError, match=r"grads\['b'\] must have shape \(4,\)"):
        opt.step(params, grads | {"b": np.ones(3)}, state)
    with pytest.raises(ValueError, match=r"grads\['W'\] holds 1 NaN.*diverged"):
        opt.step(params, grads | {"W": np.where(np.arange(12).reshape(3, 4) == 0, np.nan, 1)}, state)
    with pytest.raises(TypeError, match=r"params\['W'\] must hold numbers"):
        opt.init({"W": "weights"})
    assert state["step"] == 0


def test_the_state_of_another_model_is_refused(params, grads):
    opt = optim.Adam(0.1)
    with pytest.raises(ValueError, match="Is this the state of another model"):
        opt.step(params, grads, opt.init({"W": np.ones(3)}))
    with pytest.raises(ValueError, match="Is this the state of another model"):
        opt.step(params, grads, opt.init({"W": np.ones((3, 4))}))


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradients_size():
    params = {"x": np.zeros(3)}
    new, _ = optim.Adam(0.1).step(params, {"x": np.array([1e-3, -1.0, 1e4])}, optim.Adam(0.1).init(params))
    np.testing.assert_allclose(new["x"], [-0.1, 0.1, -0.1], rtol=1e-4)


def test_gradients_of_zero_leave_everything_but_decay():
    params = {"x": np.array([2.0])}
    for name, make in MAKERS.items():
        new, _ = make(0.1).step(params, {"x": np.zeros(1)}, make(0.1).init(params))
        expected = {"AdamW": 2 - 0.1 * 0.01 * 2, "Nesterov": 2 - 0.1 * 1.9 * 0.01 * 2}.get(name, 2.0)
        assert new["x"][0] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: optim.SGD(-1), "lr must be a number >= 0 or a function"),
        (lambda: optim.SGD(float("nan")), "lr must be"),
        (lambda: optim.SGD(0.1, momentum=1.0), r"momentum must lie in \[0, 1\)"),
        (lambda: optim.SGD(0.1, nesterov=True), "needs a momentum > 0"),
        (lambda: optim.SGD(0.1, weight_decay=-1), "weight_decay must not be negative"),
        (lambda: optim.RMSprop(0.1, rho=1.0), r"rho must lie in \[0, 1\)"),
        (lambda: optim.RMSprop(0.1, eps=0), "eps must be positive"),
        (lambda: optim.Adam(0.1, betas=(1.0, 0.9)), r"betas\[0\] must lie"),
        (lambda: optim.Adam(0.1, betas=(0.9, -0.1)), r"betas\[1\] must lie"),
        (lambda: optim.Adam(0.1, eps=0), "eps must be positive"),
        (lambda: optim.AdamW(0.1, weight_decay=-0.1), "weight_decay must not be negative"),
        (lambda: optim.clip_by_global_norm({}, 0), "max_norm must be positive"),
        (lambda: optim.constant(-1), "lr must not be negative"),
        (lambda: optim.step_decay(1, every=0), "every must be positive"),
        (lambda: optim.exponential_decay(1, rate=0), "rate must be positive"),
        (lambda: optim.cosine_decay(1, steps=0), "steps must be positive"),
        (lambda: optim.linear_warmup(1, steps=0), "steps must be positive"),
    ],
)
def test_numbers_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_rule_must_be_given():
    with pytest.raises(NotImplementedError):
        optim._base.Optimizer(0.1).step({"x": np.ones(1)}, {"x": np.ones(1)}, {"step": 0})


class TestClipping:
    def test_long_gradients_are_shortened_together(self):
        grads = {"a": np.array([3.0]), "b": np.array([[4.0]], np.float32)}
        clipped, norm = optim.clip_by_global_norm(grads, 2.5)
        assert norm == 5
        assert clipped["a"] == 1.5 and clipped["b"] == 2 and clipped["b"].dtype == np.float32
        assert grads["a"] == 3

    def test_short_ones_stay(self):
        clipped, norm = optim.clip_by_global_norm({"a": np.array([3.0, 4.0])}, 10)
        assert norm == 5 and clipped["a"].tolist() == [3, 4]
        clipped, norm = optim.clip_by_global_norm({"a": np.zeros(2)}, 1)
        assert norm == 0 and not clipped["a"].any()

    @pytest.mark.parametrize("max_norm", [1.0, 10.0], ids=["clipped", "not clipped"])
    def test_what_comes_back_is_new(self, max_norm):
        grads = {"a": np.array([3.0, 4.0]), "b": np.zeros(2, np.float32)}
        clipped, _ = optim.clip_by_global_norm(grads, max_norm)
        for name, array in clipped.items():
            assert not np.shares_memory(array, grads[name])
            array += 1
        assert grads["a"].tolist() == [3, 4] and not grads["b"].any()

    def test_large_single_precision_gradients_do_not_overflow(self):
        clipped, norm = optim.clip_by_global_norm({"a": np.full(4, 1e30, np.float32)}, 1)
        assert norm == pytest.approx(2e30)
        np.testing.assert_allclose(clipped["a"], 0.5, rtol=1e-6)

    def test_nan_and_infinity_are_told(self):
        with pytest.raises(ValueError, match=r"grads\['a'\] holds 1 NaN"):
            optim.clip_by_global_norm({"a": np.array([np.nan])}, 1)
        with pytest.raises(ValueError, match="infinite at index"):
            optim.clip_by_global_norm({"a": np.array([np.inf])}, 1)


class TestSchedules:
    def test_values(self):
        assert [optim.constant(0.3)(s) for s in (0, 10)] == [0.3, 0.3]
        assert optim.step_decay(1.0, every=3)(7) == pytest.approx(0.01)
        assert optim.exponential_decay(2.0, rate=0.9)(2) == pytest.approx(1.62)
        cosine = optim.cosine_decay(1.0, steps=4, final=0.2)
        assert [cosine(s) for s in (0, 2, 4, 5)] == pytest.approx([1, 0.6, 0.2, 0.2])

    def test_warmup_hands_over_without_a_jump(self):
        warm = optim.linear_warmup(optim.cosine_decay(1.0, steps=100), steps=10)
        rates = np.array([warm(s) for s in range(120)])
        assert rates.argmax() in (9, 10)
        assert np.abs(np.diff(rates)).max() <= 0.1 + 1e-12
        assert optim.linear_warmup(0.5, steps=5)(99) == 0.5


EACH = [
    optim.SGD(0.01), optim.SGD(0.01, momentum=0.9), optim.SGD(0.01, momentum=0.9, nesterov=True),
    optim.RMSprop(0.01), optim.Adam(0.01), optim.AdamW(0.01),
]  # fmt: skip
each = pytest.mark.parametrize("opt", EACH, ids=lambda opt: f"{type(opt).__name__}{len(vars(opt))}")


@each
class TestWhateverTheMemoryLooksLike:
    def steps(self, opt, params, grads, lay_out, state=None):
        state = opt.init({name: lay_out(p) for name, p in params.items()}) if state is None else state
        for _ in range(5):
            given = {name: lay_out(p) for name, p in params.items()}, {name: lay_out(g) for name, g in grads.items()}
            params, state = opt.step(*given, state)
        return params, state

    @pytest.mark.parametrize(
        "lay_out",
        [np.asfortranarray, lambda a: a[::-1][::-1], lambda a: np.repeat(a, 2, 0)[::2], lambda a: a.T.copy().T],
    )
    def test_layout_changes_nothing(self, opt, lay_out, rng):
        """An optimiser forgot its momentum where a parameter was Fortran-ordered, as `.T` of a PyTorch weight is."""
        params, grads = {"W": rng.normal(size=(3, 4))}, {"W": rng.normal(size=(3, 4))}
        want, _ = self.steps(opt, params, grads, np.ascontiguousarray)
        np.testing.assert_array_equal(self.steps(opt, params, grads, lay_out)[0]["W"], want["W"])

    def test_a_state_from_elsewhere_goes_on(self, opt, rng):
        """Loaded read-only, in another layout: it is remembered further, and not in a copy that is lost."""
        params, grads = {"W": rng.normal(size=(3, 4))}, {"W": rng.normal(size=(3, 4))}
        half, state = self.steps(opt, params, grads, np.ascontiguousarray)
        want, _ = self.steps(opt, half, grads, np.ascontiguousarray, copy.deepcopy(state))
        for slot in opt.slots:
            state[slot]["W"] = np.asfortranarray(state[slot]["W"])
            state[slot]["W"].flags.writeable = False
        np.testing.assert_array_equal(self.steps(opt, half, grads, np.ascontiguousarray, state)[0]["W"], want["W"])

    def test_half_precision_is_computed_in_single(self, opt, rng):
        """In float16 Adam's ε is 0: a zero gradient gave 0/0, a small one an infinity."""
        params, grads = {"w": np.ones(2, np.float16)}, {"w": np.array([0, 1e-3], np.float16)}
        wide, _ = opt.step({"w": np.ones(2)}, {"w": grads["w"].astype(float)}, opt.init({"w": np.ones(2)}))
        new, state = opt.step(params, grads, opt.init(params))
        assert new["w"].dtype == np.float16 and all(state[slot]["w"].dtype == np.float32 for slot in opt.slots)
        np.testing.assert_allclose(new["w"], wide["w"], rtol=1e-3)

    def test_an_infinite_gradient_and_one_whose_square_is(self, opt):
        params = {"w": np.ones(1, np.float32)}
        with pytest.raises(ValueError, match=r"grads\['w'\] is infinite at index \(0,\) \(in 1 of 1 places\)"):
            opt.step(params, {"w": np.full(1, np.inf, np.float32)}, opt.init(params))
        large = {"w": np.full(1, 1e20, np.float32)}
        if opt.squares:
            with pytest.raises(ValueError, match=r"up to 1e\+20, whose squares float32 cannot hold: clip"):
                opt.step(params, large, opt.init(params))
        else:
            assert np.isfinite(opt.step(params, large, opt.init(params))[0]["w"]).all()

    def test_a_schedule_that_gives_no_rate(self, opt, monkeypatch):
        params = {"w": np.ones(1)}
        for bad in (-0.1, math.nan, math.inf):
            monkeypatch.setattr(opt, "lr", lambda step, bad=bad: bad)
            with pytest.raises(ValueError, match=r"the learning rate of step 0 must be a number >= 0, but .* gives"):
                opt.step(params, params, opt.init(params))


def test_clipping_measures_what_overflows_when_squared():
    clipped, norm = optim.clip_by_global_norm({"a": np.array([3e200, 0.0]), "b": np.array([4e200])}, 1.0)
    assert norm == pytest.approx(5e200, rel=1e-14)
    np.testing.assert_allclose(clipped["a"], [0.6, 0.0], rtol=1e-14)
    small, norm = optim.clip_by_global_norm({"a": np.array([3e-200]), "b": np.array([4e-200])}, 1e-200)
    assert norm == pytest.approx(5e-200, rel=1e-14) and small["b"][0] == pytest.approx(0.8e-200, rel=1e-14)


class TestByName:
    params = {"0.W": np.ones((2, 2)), "0.b": np.ones(2), "1.W": np.ones((2, 2))}

    def test_each_group_moves_as_its_optimiser_says(self, rng):
        groups = optim.ByName(("0.*", optim.Frozen()), ("*.W", optim.AdamW(0.1, weight_decay=0.5)))
        grads = {name: rng.normal(size=p.shape) for name, p in self.params.items()}
        params, state = self.params, groups.init(self.params)
        alone, alone_state = {"1.W": self.params["1.W"]}, groups.groups[1][1].init({"1.W": self.params["1.W"]})
        for _ in range(3):
            params, state = groups.step(params, grads, state)
            alone, alone_state = groups.groups[1][1].step(alone, {"1.W": grads["1.W"]}, alone_state)
        assert list(params) == list(self.params)
        np.testing.assert_array_equal(params["1.W"], alone["1.W"])
        for name in ("0.W", "0.b"):
            np.testing.assert_array_equal(params[name], self.params[name])

    def test_the_first_pattern_that_fits_counts(self):
        groups = optim.ByName(("*.b", optim.SGD(0.0)), ("*", optim.SGD(0.5)))
        params, _ = groups.step(self.params, self.params, groups.init(self.params))
        assert params["0.b"].tolist() == [1, 1] and params["0.W"].tolist() == [[0.5, 0.5]] * 2

    def test_errors(self):
        with pytest.raises(ValueError, match=r"'1.W' fits none of the patterns '0.*': add a last pair"):
            optim.ByName(("0.*", optim.SGD(0.1))).init(self.params)
        with pytest.raises(ValueError, match=r"no parameter is left for the pattern '7.*'; names are 0.W, 0.b, 1.W"):
            optim.ByName(("7.*", optim.SGD(0.1)), ("*", optim.SGD(0.1))).init(self.params)
        for groups in ((), ("*", optim.SGD(0.1)), (optim.SGD(0.1),)):
            with pytest.raises(ValueError, match="groups must be pairs"):
                optim.ByName(*groups)
        groups = optim.ByName(("*", optim.SGD(0.1)))
        with pytest.raises(ValueError, match=r"\['0.b'\] are in one only"):
            groups.step(self.params, {k: v for k, v in self.params.items() if k != "0.b"}, groups.init(self.params))
