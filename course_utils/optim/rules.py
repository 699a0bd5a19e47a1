"""The rules: gradient descent with momentum, RMSprop, Adam, AdamW."""

import math

import numpy as np

from course_utils.optim._base import Optimizer
from course_utils.optim._checks import Schedule, not_negative, positive, share


class SGD(Optimizer):
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
        self.momentum = share("momentum", momentum)
        self.nesterov, self.weight_decay = nesterov, not_negative("weight_decay", weight_decay)
        self.slots = ("v",) if momentum else ()

    def _rule(self, p, g, v=None, *, lr, t, out):
        if self.weight_decay:
            g = g + self.weight_decay * p
        if v is not None:
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        np.subtract(p, lr * g, out=out)


class RMSprop(Optimizer):
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

    slots, squares = ("v",), True

    def __init__(self, lr: float | Schedule, rho: float = 0.99, eps: float = 1e-8):
        super().__init__(lr)
        self.rho, self.eps = share("rho", rho), positive("eps", eps)

    def _rule(self, p, g, v, *, lr, t, out):
        v += (1 - self.rho) * (g * g - v)
        np.subtract(p, lr * g / (np.sqrt(v) + self.eps), out=out)


class Adam(Optimizer):
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

    slots, squares = ("m", "v"), True

    def __init__(self, lr: float | Schedule, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8):
        super().__init__(lr)
        self.betas = (share("betas[0]", betas[0]), share("betas[1]", betas[1]))
        self.eps = positive("eps", eps)

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
    """Adam with the decay applied to the weights and not to the gradient (after Loshchilov and Hutter, 2019).

    θ ← θ - lr · λθ before Adam's step, so that large gradients do not shrink the decay. This is PyTorch's and Keras's
    rule. In the paper (algorithm 2, line 12) λ is multiplied by the schedule's factor η_t alone and not by the rate α:
    its λ is our lr · λ of the first step.

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
        self.weight_decay = not_negative("weight_decay", weight_decay)

    def _rule(self, p, g, m, v, *, lr, t, out):
        super()._rule((1 - lr * self.weight_decay) * p, g, m, v, lr=lr, t=t, out=out)
