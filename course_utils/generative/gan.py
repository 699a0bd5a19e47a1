"""A small player of the game: generator and discriminator, trained in turns."""

from itertools import pairwise

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_no_nan
from course_utils.activations import leaky_relu_backward, leaky_relu_forward, sigmoid
from course_utils.affine import affine_backward, affine_forward
from course_utils.generative.game import (
    discriminator_loss_backward,
    discriminator_loss_forward,
    generator_loss_backward,
    generator_loss_forward,
)
from course_utils.init import he_normal
from course_utils.optim import Adam


class GAN:
    """A small GAN for points in a few dimensions: two networks of two hidden layers, one Adam each.

    Parameters
    ----------
    latent : features of the noise z, standard normal.
    hidden : features of each hidden layer.
    lr : Adam's learning rate; betas are (0.5, 0.999), as in Radford et al. (2016), section 4.
    saturating : train G on the game's own term instead of -log D.

    Attributes
    ----------
    generator, discriminator : after `fit`, the parameters by name.
    history : (steps, 2), the losses of D and of G at each step, nats.

    References
    ----------
    Goodfellow et al. (2014), algorithm 1, with one step of D for each of G.

    >>> from course_utils.generative.modes import ring_of_gaussians
    >>> rng = np.random.default_rng(0)
    >>> gan = GAN(hidden=8).fit(ring_of_gaussians(64, rng), steps=3, batch=16, rng=rng)
    >>> gan.sample(5, rng=rng).shape, gan.history.shape
    ((5, 2), (3, 2))
    """

    def __init__(self, *, latent: int = 2, hidden: int = 64, lr: float = 1e-3, saturating: bool = False):
        self.latent, self.hidden, self.saturating = latent, hidden, saturating
        self.optimizer = Adam(lr, betas=(0.5, 0.999))

    def fit(self, X: Array, *, steps: int = 1500, batch: int = 128, rng: np.random.Generator) -> "GAN":
        """Train from fresh weights on X (n, D), `steps` times one step of D and one of G; returns itself.

        Raises
        ------
        ValueError : X is not (n, D), or holds NaN.
        """
        X = as_float("X", X, ndim=2).astype(np.float32)
        check_no_nan("X", X)
        hidden = [self.hidden, self.hidden]
        self.generator = _init_network([self.latent, *hidden, X.shape[1]], rng)
        self.discriminator = _init_network([X.shape[1], *hidden, 1], rng)
        state_d, state_g = self.optimizer.init(self.discriminator), self.optimizer.init(self.generator)
        history = []
        for _ in range(steps):
            loss_d, grads = self._discriminator_step(X[rng.integers(len(X), size=batch)], self._noise(batch, rng))
            self.discriminator, state_d = self.optimizer.step(self.discriminator, grads, state_d)
            loss_g, grads = self._generator_step(self._noise(batch, rng))
            self.generator, state_g = self.optimizer.step(self.generator, grads, state_g)
            history.append((loss_d, loss_g))
        self.history = np.array(history, np.float64)
        return self

    def sample(self, n: int, *, rng: np.random.Generator) -> Array:
        """n samples (n, D) of the generator, float32."""
        return _network_forward(self._noise(n, rng), self.generator)[0]

    def probability_real(self, X: Array) -> Array:
        """The discriminator's probability (n,) that each row of X (n, D) is real."""
        return sigmoid(_network_forward(as_float("X", X, ndim=2), self.discriminator)[0])[:, 0]

    def _noise(self, n: int, rng: np.random.Generator) -> Array:
        return rng.normal(size=(n, self.latent)).astype(np.float32)

    def _discriminator_step(self, real: Array, z: Array) -> tuple[float, Params]:
        """D's loss on real and generated samples and its gradients; G stands still."""
        fake, _ = _network_forward(z, self.generator)
        logits, caches = _network_forward(np.concatenate([real, fake]), self.discriminator)
        loss, cache = discriminator_loss_forward(logits[: len(real)], logits[len(real) :])
        dlogits = np.concatenate(discriminator_loss_backward(1.0, cache))
        return float(loss), _network_backward(dlogits, caches)[1]

    def _generator_step(self, z: Array) -> tuple[float, Params]:
        """G's loss and its gradients, which reach it through D; D stands still."""
        fake, caches_g = _network_forward(z, self.generator)
        logits, caches_d = _network_forward(fake, self.discriminator)
        loss, cache = generator_loss_forward(logits, saturating=self.saturating)
        dfake, _ = _network_backward(generator_loss_backward(1.0, cache), caches_d)
        return float(loss), _network_backward(dfake, caches_g)[1]


def _init_network(sizes: list[int], rng: np.random.Generator) -> Params:
    """W_1 b_1 W_2 b_2 … of a fully connected network, float32."""
    params = {}
    for n, shape in enumerate(pairwise(sizes), start=1):
        params |= {f"W_{n}": he_normal(shape, rng, np.float32), f"b_{n}": np.zeros(shape[1], np.float32)}
    return params


def _network_forward(x: Array, params: Params) -> tuple[Array, list]:
    """Affine maps with a leaky relu between them."""
    caches = []
    for n in range(1, len(params) // 2 + 1):
        if n > 1:
            x, bend = leaky_relu_forward(x)
            caches.append((leaky_relu_backward, bend))
        x, affine = affine_forward(x, params[f"W_{n}"], params[f"b_{n}"])
        caches.append((affine_backward, affine))
    return x, caches


def _network_backward(dout: Array, caches: list) -> tuple[Array, Params]:
    """Gradients (dx, grads), layer by layer from the last to the first."""
    grads = {}
    n = (len(caches) + 1) // 2
    for backward, cache in reversed(caches):
        if backward is affine_backward:
            dout, grads[f"W_{n}"], grads[f"b_{n}"] = backward(dout, cache)
            n -= 1
        else:
            dout = backward(dout, cache)
    return dout, grads
