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
from course_utils.train import fit


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
        self.generator = _network(self.latent, self.hidden, X.shape[1], rng)
        self.discriminator = _network(X.shape[1], self.hidden, 1, rng)

        def draws(rng):
            return ((X[rng.integers(len(X), size=batch)], rng) for _ in range(steps))

        losses = {"discriminator": GAN._discriminator_loss, "generator": GAN._generator_loss}
        seen = []
        fit(self, draws, losses, dict.fromkeys(losses, self.optimizer), 1, rng, on_step=seen.append, progress=False)
        self.history = np.array([step.loss for step in seen]).reshape(-1, 2)
        return self

    @property
    def parts(self) -> dict[str, Sequential]:
        """The two networks by name, as `fit` trains them: in turns, the discriminator first."""
        return {"discriminator": _trained(self.discriminator), "generator": _trained(self.generator)}

    def sample(self, n: int, *, rng: "np.random.Generator") -> Array:
        """n samples (n, D) of the generator, float32."""
        return _trained(self.generator).predict(self._noise(n, rng))

    def probability_real(self, X: Array) -> Array:
        """The discriminator's probability (n,) that each row of X (n, D) is real."""
        return sigmoid(_trained(self.discriminator).predict(as_float("X", X, ndim=2)))[:, 0]

    def _noise(self, n: int, rng: "np.random.Generator") -> Array:
        return rng.normal(size=(n, self.latent)).astype(np.float32)

    def _discriminator_loss(self, batch: tuple) -> tuple[float, Params]:
        """D's loss on real and generated samples and its gradients; G stands still."""
        real, rng = batch
        fake, _ = self.generator.forward(self._noise(len(real), rng))
        logits, cache_d = self.discriminator.forward(np.concatenate([real, fake]))
        loss, cache = discriminator_loss_forward(logits[: len(real)], logits[len(real) :])
        dlogits = np.concatenate(discriminator_loss_backward(1.0, cache))
        return float(loss), self.discriminator.backward(dlogits, cache_d)[1]

    def _generator_loss(self, batch: tuple) -> tuple[float, Params]:
        """G's loss and its gradients, which reach it through D; D stands still."""
        real, rng = batch
        fake, cache_g = self.generator.forward(self._noise(len(real), rng))
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
