"""Data whose modes can be counted, and the count: how mode collapse is measured."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan


class ModeCoverage(NamedTuple):
    """How many modes have samples, what share of the samples lies in some mode, and how many in each, (K,)."""

    covered: int
    quality: float
    counts: Array


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


def ring_of_gaussians(n: int, rng: "np.random.Generator", *, modes: int = 8, radius: float = 1.0, std=0.1) -> Array:
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
