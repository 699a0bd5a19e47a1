"""The game of a generative adversarial network: its value, its best discriminator, its losses.

A generator G turns noise z into samples, a discriminator D gives each sample the probability of being real.
    V(D, G) = E_data[log D(x)] + E_z[log(1 - D(G(z)))],
which D maximises and G minimises (Goodfellow et al., 2014, eq. (1)). All logarithms are natural: values are in nats.
"""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan
from course_utils.losses import (
    BinaryCrossEntropyCache,
    binary_cross_entropy_backward,
    binary_cross_entropy_forward,
)


class DiscriminatorLossCache(NamedTuple):
    """The caches of the two cross-entropies."""

    real: BinaryCrossEntropyCache
    fake: BinaryCrossEntropyCache


class GeneratorLossCache(NamedTuple):
    """The cache of the cross-entropy, and the sign it enters the loss with."""

    fake: BinaryCrossEntropyCache
    sign: int


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
