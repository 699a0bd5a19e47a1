"""A small player of the game: generator and discriminator, trained in turns."""

from itertools import pairwise

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_no_nan
from course_utils.activations import sigmoid
from course_utils.generative.game import (
    discriminator_loss_backward,
    discriminator_loss_forward,
    generator_loss_backward,
    generator_loss_forward,
)
from course_utils.layers import Dense, LeakyReLU, Sequential
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
    generator, discriminator : after `fit`, the two networks.
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
        self.generator = self.discriminator = self.history = None

    def fit(self, X: Array, *, steps: int = 1500, batch: int = 128, rng: "np.random.Generator") -> "GAN":
        """Train from fresh weights on X (n, D), `steps` times one step of D and one of G; returns itself.

        Raises
        ------
        ValueError : X is not (n, D), or holds NaN.
        """
        X = as_float("X", X, ndim=2).astype(np.float32)
        check_no_nan("X", X)
        self.generator = G = _network(self.latent, self.hidden, X.shape[1], rng)
        self.discriminator = D = _network(X.shape[1], self.hidden, 1, rng)
        state_d, state_g = self.optimizer.init(D.params), self.optimizer.init(G.params)
        history = []
        for _ in range(steps):
            loss_d, grads = self._discriminator_step(X[rng.integers(len(X), size=batch)], self._noise(batch, rng))
            D.params, state_d = self.optimizer.step(D.params, grads, state_d)
            loss_g, grads = self._generator_step(self._noise(batch, rng))
            G.params, state_g = self.optimizer.step(G.params, grads, state_g)
            history.append((loss_d, loss_g))
        self.history = np.array(history, np.float64)
        return self

    def sample(self, n: int, *, rng: "np.random.Generator") -> Array:
        """n samples (n, D) of the generator, float32."""
        return _trained(self.generator).predict(self._noise(n, rng))

    def probability_real(self, X: Array) -> Array:
        """The discriminator's probability (n,) that each row of X (n, D) is real."""
        return sigmoid(_trained(self.discriminator).predict(as_float("X", X, ndim=2)))[:, 0]

    def _noise(self, n: int, rng: "np.random.Generator") -> Array:
        return rng.normal(size=(n, self.latent)).astype(np.float32)

    def _discriminator_step(self, real: Array, z: Array) -> tuple[float, Params]:
        """D's loss on real and generated samples and its gradients; G stands still."""
        fake, _ = self.generator.forward(z)
        logits, cache_d = self.discriminator.forward(np.concatenate([real, fake]))
        loss, cache = discriminator_loss_forward(logits[: len(real)], logits[len(real) :])
        dlogits = np.concatenate(discriminator_loss_backward(1.0, cache))
        return float(loss), self.discriminator.backward(dlogits, cache_d)[1]

    def _generator_step(self, z: Array) -> tuple[float, Params]:
        """G's loss and its gradients, which reach it through D; D stands still."""
        fake, cache_g = self.generator.forward(z)
        logits, cache_d = self.discriminator.forward(fake)
        loss, cache = generator_loss_forward(logits, saturating=self.saturating)
        dfake, _ = self.discriminator.backward(generator_loss_backward(1.0, cache), cache_d)
        return float(loss), self.generator.backward(dfake, cache_g)[1]


def _trained(network: Sequential | None) -> Sequential:
    if network is None:
        raise ValueError("this GAN has learned nothing yet: call fit(X, rng=rng) first.")
    return network


def _network(D_in: int, hidden: int, D_out: int, rng: "np.random.Generator") -> Sequential:
    """Two hidden layers with leaky relus, float32."""
    sizes = [D_in, hidden, hidden, D_out]
    dense = [Dense(*pair, rng, dtype=np.float32) for pair in pairwise(sizes)]
    return Sequential(dense[0], LeakyReLU(), dense[1], LeakyReLU(), dense[2])
