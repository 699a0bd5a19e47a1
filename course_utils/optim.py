"""Optimisers: from parameters and gradients to the next parameters.

    state = opt.init(params)
    params, state = opt.step(params, grads, state)

`params` and `grads` are dicts of arrays with the same keys and are never changed; `state` is the optimiser's
own, a dict of a step counter and dicts of arrays, and may be reused by it. Formulas and defaults are
PyTorch's; where Keras computes something else, the docstring says so.

A schedule is any function from the number of steps already made (0 at first) to a learning rate, and can
stand wherever a learning rate can.
"""

import math
from collections.abc import Callable

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_no_nan, check_shape

Schedule = Callable[[int], float]

BLOCK = 1 << 15
"""Elements updated at a time: few enough that a block's arrays and temporaries stay in the cache."""


class _Optimizer:
    """The common part: checks, blocks, counting steps. A rule says what it remembers and how it updates."""

    slots: tuple[str, ...] = ()

    def __init__(self, lr: float | Schedule):
        if not callable(lr) and not lr >= 0:
            raise ValueError(f"lr must be a number >= 0 or a function step -> number, but {lr!r} came.")
        self.lr = lr

    def init(self, params: Params) -> dict:
        """Fresh state: {"step": 0, slot: {name: zeros like the parameter}, ...}."""
        arrays = {name: as_float(f"params[{name!r}]", p) for name, p in params.items()}
        return {"step": 0, **{slot: {name: np.zeros_like(p) for name, p in arrays.items()} for slot in self.slots}}

    def step(self, params: Params, grads: Params, state: dict) -> tuple[Params, dict]:
        """One update; new parameters of the old dtypes, and the state after it.

        Raises
        ------
        ValueError : keys or shapes of params, grads and state that differ; a NaN in a gradient.
        """
        missing = set(params) ^ set(grads)
        if missing:
            raise ValueError(f"params and grads must have the same names, but {sorted(missing)} are in one only.")
        lr = float(self.lr(state["step"]) if callable(self.lr) else self.lr)
        t = state["step"] + 1
        new = {}
        for name in params:
            p, g = as_float(f"params[{name!r}]", params[name]), as_float(f"grads[{name!r}]", grads[name])
            check_shape(f"grads[{name!r}]", g, p.shape, "A gradient has the shape of its parameter.")
            check_no_nan(f"grads[{name!r}]", g)
            new[name] = self._step_one(name, p, g.astype(p.dtype, copy=False), state, lr, t)
        state["step"] = t
        return new, state

    def _step_one(self, name: str, p: Array, g: Array, state: dict, lr: float, t: int) -> Array:
        """The rule on one parameter, a block at a time: large temporaries cost more than the arithmetic."""
        remembered = [state[slot].get(name, np.empty(0)) for slot in self.slots]
        for slot, s in zip(self.slots, remembered, strict=True):
            check_shape(
                f"state[{slot!r}][{name!r}]", s, p.shape, "Is this the state of another model? opt.init(params)"
            )
        out = np.empty(p.shape, p.dtype)
        flat = [a.reshape(-1) for a in (out, p, g, *remembered)]
        for i in range(0, p.size, BLOCK):
            block, *rest = (a[i : i + BLOCK] for a in flat)
            self._rule(*rest, lr=lr, t=t, out=block)
        return out

    def _rule(self, p: Array, g: Array, *remembered: Array, lr: float, t: int, out: Array) -> None:
        """Write a block's new values into `out`; what is remembered is updated in place."""
        raise NotImplementedError


class SGD(_Optimizer):
    """Gradient descent, with momentum if wanted.

    v ← momentum · v + g,  θ ← θ - lr · v; Nesterov's form steps by g + momentum · v instead
    (Sutskever et al., 2013, section 2). `weight_decay` λ adds λθ to g, the gradient of λ‖θ‖²/2.
    Keras multiplies g by lr before it enters v: the same while lr is constant.

    Parameters
    ----------
    lr : learning rate >= 0, or a schedule.
    momentum : in [0, 1). nesterov : needs momentum > 0. weight_decay : λ >= 0.

    Raises
    ------
    ValueError : a number out of its range.

    >>> opt = SGD(lr=0.1); params = {"w": np.array([1.0])}
    >>> params, state = opt.step(params, {"w": np.array([2.0])}, opt.init(params)); params["w"]
    array([0.8])
    """

    def __init__(self, lr: float | Schedule, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0):
        super().__init__(lr)
        if nesterov and not momentum > 0:
            raise ValueError("nesterov=True needs a momentum > 0: it looks ahead along the momentum.")
        self.momentum = _share("momentum", momentum)
        self.nesterov, self.weight_decay = nesterov, _not_negative("weight_decay", weight_decay)
        self.slots = ("v",) if momentum else ()

    def _rule(self, p, g, v=None, *, lr, t, out):
        if self.weight_decay:
            g = g + self.weight_decay * p
        if v is not None:
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        np.subtract(p, lr * g, out=out)


class RMSprop(_Optimizer):
    """Divide by a running root mean square of the gradient (Hinton, Coursera lecture 6e, 2012).

    v ← ρ v + (1-ρ) g²,  θ ← θ - lr · g / (√v + ε). Keras puts ε under the root and has ρ = 0.9.

    Parameters
    ----------
    lr : learning rate >= 0, or a schedule. rho : in [0, 1). eps : > 0.

    Raises
    ------
    ValueError : a number out of its range.

    >>> opt = RMSprop(lr=0.1); params = {"w": np.array([1.0])}
    >>> params, state = opt.step(params, {"w": np.array([2.0])}, opt.init(params)); params["w"].round(6)
    array([0.])
    """

    slots = ("v",)

    def __init__(self, lr: float | Schedule, rho: float = 0.99, eps: float = 1e-8):
        super().__init__(lr)
        self.rho, self.eps = _share("rho", rho), _positive("eps", eps)

    def _rule(self, p, g, v, *, lr, t, out):
        v += (1 - self.rho) * (g * g - v)
        np.subtract(p, lr * g / (np.sqrt(v) + self.eps), out=out)


class Adam(_Optimizer):
    """Adaptive moments (Kingma and Ba, 2015, algorithm 1).

    m ← β₁ m + (1-β₁) g,  v ← β₂ v + (1-β₂) g²,  θ ← θ - lr · m̂ / (√v̂ + ε)
    with m̂ = m/(1-β₁ᵗ) and v̂ = v/(1-β₂ᵗ), which make up for the start at zero.
    Keras adds ε to √v and not to √v̂ (the paper's remark before section 2.1), and has ε = 1e-7.

    Parameters
    ----------
    lr : learning rate >= 0, or a schedule. betas : (β₁, β₂), each in [0, 1). eps : > 0.

    Raises
    ------
    ValueError : a number out of its range.

    >>> opt = Adam(lr=0.1); params = {"w": np.array([1.0, 1.0])}
    >>> params, state = opt.step(params, {"w": np.array([2.0, -50.0])}, opt.init(params)); params["w"].round(6)
    array([0.9, 1.1])
    """

    slots = ("m", "v")

    def __init__(self, lr: float | Schedule, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8):
        super().__init__(lr)
        self.betas = (_share("betas[0]", betas[0]), _share("betas[1]", betas[1]))
        self.eps = _positive("eps", eps)

    def _rule(self, p, g, m, v, *, lr, t, out):
        beta_1, beta_2 = self.betas
        unbias_m, unbias_v = 1 - beta_1**t, math.sqrt(1 - beta_2**t)
        work = g - m  # one array for all that comes: fresh ones cost as much as the arithmetic
        work *= 1 - beta_1
        m += work  # m ← m + (1-β₁)(g - m)
        np.multiply(g, g, out=work)
        work -= v
        work *= 1 - beta_2
        v += work  # v ← v + (1-β₂)(g² - v)
        np.sqrt(v, out=work)
        work += self.eps * unbias_v
        np.divide(m, work, out=work)
        work *= lr * unbias_v / unbias_m  # lr · m̂ / (√v̂ + ε), the two corrections gathered in one factor
        np.subtract(p, work, out=out)


class AdamW(Adam):
    """Adam with the decay applied to the weights and not to the gradient (Loshchilov and Hutter, 2019, algorithm 2).

    θ ← θ - lr · λθ before Adam's step, so that large gradients do not shrink the decay.

    Parameters
    ----------
    lr, betas, eps : as `Adam`. weight_decay : λ >= 0; PyTorch's default is 0.01, Keras's 0.004.

    Raises
    ------
    ValueError : a number out of its range.

    >>> opt = AdamW(lr=0.1, weight_decay=0.5); params = {"w": np.array([1.0])}
    >>> params, state = opt.step(params, {"w": np.array([0.0])}, opt.init(params)); params["w"]
    array([0.95])
    """

    def __init__(
        self,
        lr: float | Schedule,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ):
        super().__init__(lr, betas, eps)
        self.weight_decay = _not_negative("weight_decay", weight_decay)

    def _rule(self, p, g, m, v, *, lr, t, out):
        super()._rule((1 - lr * self.weight_decay) * p, g, m, v, lr=lr, t=t, out=out)


def clip_by_global_norm(grads: Params, max_norm: float) -> tuple[Params, float]:
    """Scale all gradients by one factor so that their common length is at most `max_norm`.

    ‖g‖ = √Σ g² over all arrays; the factor is max_norm / max(‖g‖, max_norm) (Pascanu, Mikolov and
    Bengio, 2013, algorithm 1). The direction stays the same.

    Returns
    -------
    grads : new arrays of the same dtypes. norm : ‖g‖ before clipping.

    Raises
    ------
    ValueError : max_norm <= 0; a NaN or infinite gradient.

    >>> clipped, norm = clip_by_global_norm({"w": np.array([3.0, 4.0])}, max_norm=1.0); clipped["w"], norm
    (array([0.6, 0.8]), 5.0)
    """
    max_norm = _positive("max_norm", max_norm)
    arrays = {name: as_float(f"grads[{name!r}]", g) for name, g in grads.items()}
    for name, g in arrays.items():
        check_no_nan(f"grads[{name!r}]", g)
    norm = math.hypot(*(float(np.linalg.norm(g.astype(np.float64, copy=False))) for g in arrays.values()))
    if math.isinf(norm):
        raise ValueError("the gradients hold an infinity: the step before has diverged, clip earlier or lower lr.")
    factor = max_norm / max(norm, max_norm)
    return {name: factor * g for name, g in arrays.items()}, norm


def constant(lr: float) -> Schedule:
    """The same learning rate at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    lr = _not_negative("lr", lr)
    return lambda step: lr


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """lr · factor^⌊step/every⌋: constant, then a drop, again and again.

    >>> [step_decay(1.0, every=10, factor=0.5)(s) for s in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    lr, every, factor = _not_negative("lr", lr), _positive("every", every), _positive("factor", factor)
    return lambda step: lr * factor ** (step // every)


def exponential_decay(lr: float, rate: float) -> Schedule:
    """lr · rate^step: the same share less at every step.

    >>> exponential_decay(1.0, rate=0.5)(3)
    0.125
    """
    lr, rate = _not_negative("lr", lr), _positive("rate", rate)
    return lambda step: lr * rate**step


def cosine_decay(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """Half a cosine wave from lr at step 0 to `final` at `steps`, then flat (Loshchilov and Hutter, 2017, eq. (5)).

    >>> [round(cosine_decay(1.0, steps=10)(s), 3) for s in (0, 5, 10, 99)]
    [1.0, 0.5, 0.0, 0.0]
    """
    lr, steps, final = _not_negative("lr", lr), _positive("steps", steps), _not_negative("final", final)
    return lambda step: final + (lr - final) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2


def linear_warmup(schedule: float | Schedule, steps: int) -> Schedule:
    """Rise in equal strides to a rate, reached after `steps` steps, then go on with `schedule` from its step 0.

    The first step already moves: step s < steps has (s + 1)/steps of the rate that `schedule` begins with.

    >>> warm = linear_warmup(cosine_decay(1.0, steps=10), steps=4); [round(warm(s), 3) for s in (0, 3, 4, 9, 14)]
    [0.25, 1.0, 1.0, 0.5, 0.0]
    """
    after = schedule if callable(schedule) else constant(schedule)
    steps = _positive("steps", steps)
    return lambda step: after(0) * (step + 1) / steps if step < steps else after(int(step - steps))


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} must be positive, but {value!r} came.")
    return value if isinstance(value, int) else float(value)


def _not_negative(name: str, value: float) -> float:
    if not value >= 0:
        raise ValueError(f"{name} must not be negative, but {value!r} came.")
    return float(value)


def _share(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must lie in [0, 1), but {value!r} came.")
    return float(value)
