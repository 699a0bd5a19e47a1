"""The losses of the game agree with PyTorch's and TensorFlow's, the divergence with SciPy's."""

import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F
from scipy.spatial.distance import jensenshannon

from course_utils.generative import (
    discriminator_loss_backward,
    discriminator_loss_forward,
    generator_loss_backward,
    generator_loss_forward,
    jensen_shannon,
)
from tests.parity.frameworks import DTYPES, assert_parity

pytestmark = pytest.mark.usefixtures("threads")
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
tf_bce = tf.nn.sigmoid_cross_entropy_with_logits


@every_dtype
@pytest.mark.parametrize("scale", [1, 1e4])
@pytest.mark.parametrize("n", [1, 5])
def test_discriminator_loss(n, scale, dtype, rng):
    def torch_op(real, fake):
        bce = F.binary_cross_entropy_with_logits
        return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))

    def tf_op(real, fake):
        return tf.reduce_mean(tf_bce(tf.ones_like(real), real)) + tf.reduce_mean(tf_bce(tf.zeros_like(fake), fake))

    arrays = [scale * rng.normal(size=(n, 1)), scale * rng.normal(size=3)]
    assert_parity(
        discriminator_loss_forward, discriminator_loss_backward, arrays, dtype, torch_op=torch_op, tf_op=tf_op
    )


@every_dtype
@pytest.mark.parametrize("scale", [1, 1e4])
def test_generator_losses(scale, dtype, rng):
    fake = [scale * rng.normal(size=(4, 1))]
    pair = generator_loss_forward, generator_loss_backward
    assert_parity(
        *pair, fake, dtype, torch_op=lambda a: -F.logsigmoid(a).mean(),
        tf_op=lambda a: tf.reduce_mean(tf_bce(tf.ones_like(a), a)),
    )  # fmt: skip
    assert_parity(
        *pair, fake, dtype, saturating=True, torch_op=lambda a: F.logsigmoid(-a).mean(),
        tf_op=lambda a: -tf.reduce_mean(tf_bce(tf.zeros_like(a), a)),
    )  # fmt: skip


def test_divergence_is_the_square_of_scipys_distance(rng):
    p, q = rng.dirichlet(np.full(7, 0.3), size=50), rng.dirichlet(np.ones(7), size=50)
    p[:10, 2:] = 0
    p /= p.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(jensen_shannon(p, q), jensenshannon(p, q, axis=1) ** 2, rtol=1e-10)
