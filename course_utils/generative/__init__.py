"""Models that make new samples: so far generative adversarial networks.

`game` holds their mathematics and losses, `gan` a small network that plays it, `modes` data to see whether it
reaches every mode.
"""

from course_utils.generative.game import (
    DiscriminatorLossCache,
    GeneratorLossCache,
    discriminator_loss_backward,
    discriminator_loss_forward,
    gan_value,
    generator_loss_backward,
    generator_loss_forward,
    jensen_shannon,
    optimal_discriminator,
)
from course_utils.generative.gan import GAN
from course_utils.generative.modes import ModeCoverage, mode_coverage, ring_centres, ring_of_gaussians

__all__ = [
    "GAN",
    "DiscriminatorLossCache",
    "GeneratorLossCache",
    "ModeCoverage",
    "discriminator_loss_backward",
    "discriminator_loss_forward",
    "gan_value",
    "generator_loss_backward",
    "generator_loss_forward",
    "jensen_shannon",
    "mode_coverage",
    "optimal_discriminator",
    "ring_centres",
    "ring_of_gaussians",
]
