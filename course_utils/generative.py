"""Generative adversarial networks: the mathematics of the game, its losses, and a small player of it.

A generator G turns noise z into samples, a discriminator D gives each sample the probability of being real.
    V(D, G) = E_data[log D(x)] + E_z[log(1 - D(G(z)))],
which D maximises and G minimises (Goodfellow et al., 2014, eq. (1)). All logarithms are natural: values are in nats.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils._validate import as_float, check_no_nan
from course_utils.activations import leaky_relu_backward, leaky_relu_forward, sigmoid
from course_utils.affine import affine_backward, affine_forward
from course_utils.init import he_normal
from course_utils.losses import (
    BinaryCrossEntropyCache,
    binary_cross_entropy_backward,
    binary_cross_entropy_forward,
)
from course_utils.optim import Adam


class DiscriminatorLossCache(NamedTuple):
    """The caches of the two cross-entropies."""

    real: BinaryCrossEntropyCache
    fake: BinaryCrossEntropyCache


class GeneratorLossCache(NamedTuple):
    """The cache of the cross-entropy, and the sign it enters the loss with."""

    fake: BinaryCrossEntropyCache
    sign: int


class ModeCoverage(NamedTuple):
    """How many modes have samples, what share of the samples lies in some mode, and how many in each, (K,)."""

    covered: int
    quality: float
    counts: Array


def gan_value(d_real: Array, d_fake: Array) -> float:
    """Value of the game, V = mean log D(x) + mean log(1 - D(G(z))), from the discriminator's probabilities.

    Parameters
    ----------
    d_real : probabilities of being real, given to real samples; any shape.
    d_fake : those given to generated samples; any shape, any number of them.

    Returns
    -------
    V : nats, at most 0; -2 log 2 = -1.386 where D says 1/2 to all. A real sample called impossible (0), or a
        generated one called certain (1), makes it -inf: that is its value, and no epsilon hides it. Train on
        logits, by `discriminator_loss_forward`, where this does not happen.

    Raises
    ------
    ValueError : numbers outside [0, 1] (logits?), no samples, NaN.

    References
    ----------
    Goodfellow et al. (2014), Generative Adversarial Nets, eq. (1).

    >>> round(gan_value([0.5, 0.5], [0.5]), 4), gan_value([0.0], [0.5])
    (-1.3863, -inf)
    """
    d_real, d_fake = _probabilities("d_real", d_real), _probabilities("d_fake", d_fake)
    with np.errstate(divide="ignore"):
        return float(np.log(d_real).mean() + np.log1p(-d_fake).mean())


def optimal_discriminator(p_data: Array, p_g: Array) -> Array:
    """The discriminator that no other beats against a fixed generator, D* = p_data / (p_data + p_g).

    Parameters
    ----------
    p_data, p_g : densities or probabilities of the same points, not negative; shapes broadcast.

    Returns
    -------
    D : in [0, 1]; 1/2 where both are 0, since no sample comes from there and every value is as good.

    Raises
    ------
    ValueError : negative or infinite densities, NaN, shapes that do not fit.

    References
    ----------
    Goodfellow et al. (2014), proposition 1.

    >>> optimal_discriminator([0.5, 0.5, 0.0], [0.5, 0.0, 0.0])
    array([0.5, 1. , 0.5])
    """
    p_data, p_g = _densities("p_data", p_data), _densities("p_g", p_g)
    try:
        total = p_data + p_g
    except ValueError:
        raise ValueError(
            f"p_data and p_g must be densities of the same points, but their shapes are {p_data.shape}, {p_g.shape}."
        ) from None
    return np.divide(p_data, total, out=np.full_like(total, 0.5), where=total > 0)


def jensen_shannon(p: Array, q: Array) -> float | Array:
    """Jensen-Shannon divergence, JSD = KL(p‖m)/2 + KL(q‖m)/2 with m = (p + q)/2.

    0 for equal distributions, log 2 = 0.693 for those that share no outcome. The value of the game against the
    best discriminator is V(D*, G) = 2 JSD(p_data, p_g) - log 4.

    Parameters
    ----------
    p, q : (..., K) probabilities of K outcomes; each row sums to 1. Zeros are allowed, 0 log 0 = 0.

    Returns
    -------
    JSD : float, or (...), in [0, log 2], nats. SciPy's `jensenshannon` is the square root of it.

    Raises
    ------
    ValueError : negative numbers, rows that do not sum to 1, different shapes, NaN.

    References
    ----------
    Lin (1991), Divergence Measures Based on the Shannon Entropy, section III; Goodfellow et al. (2014), theorem 1.

    >>> jensen_shannon([0.5, 0.5], [0.5, 0.5]), round(jensen_shannon([1.0, 0.0], [0.0, 1.0]), 4)
    (0.0, 0.6931)
    """
    p, q = _distribution("p", p), _distribution("q", q)
    if p.shape != q.shape:
        raise ValueError(f"p and q must be over the same outcomes, but their shapes are {p.shape} and {q.shape}.")
    jsd = np.clip((_kl_to_mean(p, q) + _kl_to_mean(q, p)) / 2, 0, np.log(2))
    return float(jsd) if jsd.ndim == 0 else jsd


def _kl_to_mean(p: Array, q: Array) -> Array:
    """KL(p ‖ (p + q)/2) = Σ p log(2p / (p + q)), where 0 log 0 = 0."""
    ratio = np.divide(2 * p, p + q, out=np.ones_like(p), where=p > 0)
    return (p * np.log(ratio)).sum(axis=-1)


def _probabilities(name: str, x) -> Array:
    x = as_float(name, x)
    check_no_nan(name, x)
    if x.size == 0:
        raise ValueError(f"{name} must hold at least one probability, but its shape is {x.shape}.")
    if x.min() < 0 or x.max() > 1:
        raise ValueError(
            f"{name} must hold probabilities in [0, 1], but it holds {x.min():.4g} to {x.max():.4g}: "
            "are these logits? Take sigmoid(logits), or discriminator_loss_forward, which wants logits."
        )
    return x


def _densities(name: str, x) -> Array:
    x = as_float(name, x)
    check_no_nan(name, x)
    if (x < 0).any() or np.isinf(x).any():
        raise ValueError(f"{name} must be a density, finite and not negative, but it holds {x.min()} to {x.max()}.")
    return x


def _distribution(name: str, x) -> Array:
    x = _densities(name, x)
    total = x.sum(axis=-1) if x.ndim else x
    if x.ndim == 0 or not np.allclose(total, 1, rtol=0, atol=1e-5):
        raise ValueError(
            f"{name} must sum to 1 along its last axis, but the sums run from {total.min():.6g} to {total.max():.6g}: "
            f"are these counts, or densities on a grid? {name} / {name}.sum() makes them probabilities."
        )
    return x


def discriminator_loss_forward(real_logits: Array, fake_logits: Array) -> tuple[np.floating, DiscriminatorLossCache]:
    """What D minimises: -V, as two cross-entropies from logits, with label 1 for real and 0 for generated.

    Parameters
    ----------
    real_logits, fake_logits : D's logits, D = sigmoid(logits), any shapes.

    Returns
    -------
    loss : the sum of the two means, nats (no half), cache

    Raises
    ------
    ValueError : no samples, NaN.

    References
    ----------
    Goodfellow et al. (2014), algorithm 1.

    >>> loss, cache = discriminator_loss_forward(np.zeros(3), np.zeros(2)); float(loss.round(4))
    1.3863
    """
    real, real_cache = binary_cross_entropy_forward(real_logits, target=np.ones(np.shape(real_logits)))
    fake, fake_cache = binary_cross_entropy_forward(fake_logits, target=np.zeros(np.shape(fake_logits)))
    return real + fake, DiscriminatorLossCache(real_cache, fake_cache)


def discriminator_loss_backward(dout: float, cache: DiscriminatorLossCache) -> tuple[Array, Array]:
    """Gradients for the real and for the generated logits.

    >>> _, cache = discriminator_loss_forward(np.zeros(2), np.zeros(1)); discriminator_loss_backward(1.0, cache)
    (array([-0.25, -0.25]), array([0.5]))
    """
    return binary_cross_entropy_backward(dout, cache.real), binary_cross_entropy_backward(dout, cache.fake)


def generator_loss_forward(fake_logits: Array, *, saturating: bool = False) -> tuple[np.floating, GeneratorLossCache]:
    """What G minimises: mean -log D(G(z)), or with `saturating` the game's own mean log(1 - D(G(z))).

    Both are best where D is fooled. Where D is sure that a sample is generated, the game's own term is flat and
    teaches nothing; the other is steepest there.

    Parameters
    ----------
    fake_logits : D's logits for generated samples, any shape.
    saturating : take the minimax term itself.

    Returns
    -------
    loss : nats, cache

    Raises
    ------
    ValueError : no samples, NaN.

    References
    ----------
    Goodfellow et al. (2014), section 3.

    >>> loss, cache = generator_loss_forward(np.zeros(2)); float(loss.round(4))
    0.6931
    """
    target = np.full(np.shape(fake_logits), 0.0 if saturating else 1.0)
    sign = -1 if saturating else 1  # log(1 - D) is minus the cross-entropy with label 0
    loss, cache = binary_cross_entropy_forward(fake_logits, target=target)
    return sign * loss, GeneratorLossCache(cache, sign)


def generator_loss_backward(dout: float, cache: GeneratorLossCache) -> Array:
    """Gradient for the generated logits.

    >>> _, cache = generator_loss_forward(np.zeros(2)); generator_loss_backward(1.0, cache)
    array([-0.25, -0.25])
    """
    return cache.sign * binary_cross_entropy_backward(dout, cache.fake)


def ring_centres(modes: int = 8, radius: float = 1.0) -> Array:
    """Centres (modes, 2) of Gaussians that stand evenly on a circle.

    >>> ring_centres(4).round(1) + 0.0
    array([[ 1.,  0.],
           [ 0.,  1.],
           [-1.,  0.],
           [ 0., -1.]])
    """
    angle = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring_of_gaussians(n: int, rng: np.random.Generator, *, modes: int = 8, radius: float = 1.0, std=0.1) -> Array:
    """n points (n, 2) from a ring of Gaussians: data whose modes can be counted.

    >>> ring_of_gaussians(5, np.random.default_rng(0)).shape
    (5, 2)
    """
    return ring_centres(modes, radius)[rng.integers(modes, size=n)] + std * rng.normal(size=(n, 2))


def mode_coverage(samples: Array, centres: Array, *, radius: float, least: float = 0.02) -> ModeCoverage:
    """Count the modes that samples reach: the plainest measure of mode collapse, where the modes are known.

    Parameters
    ----------
    samples : (n, D) float. centres : (K, D) float.
    radius : how near its nearest centre a sample must be; three standard deviations, for example.
    least : the share of all samples that a mode needs to count as covered.

    Returns
    -------
    (covered, quality, counts) : modes covered; share of samples near a centre; samples near each centre, (K,).

    Raises
    ------
    ValueError : shapes that do not fit, no samples, NaN.

    >>> mode_coverage([[0.0, 0.0], [0.1, 0.0]], [[0.0, 0.0], [5.0, 0.0]], radius=0.5).covered
    1
    """
    samples, centres = as_float("samples", samples, ndim=2), as_float("centres", centres, ndim=2)
    if samples.shape[1] != centres.shape[1] or len(samples) == 0:
        raise ValueError(f"samples (n, D) and centres (K, D) came with the shapes {samples.shape} and {centres.shape}.")
    check_no_nan("samples", samples)
    distance = np.linalg.norm(samples[:, None] - centres, axis=-1)  # (n, K)
    near = distance.min(axis=1) <= radius
    counts = np.bincount(distance.argmin(axis=1)[near], minlength=len(centres))
    return ModeCoverage(int((counts >= max(1, least * len(samples))).sum()), float(near.mean()), counts)


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
