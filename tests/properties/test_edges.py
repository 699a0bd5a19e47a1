"""Every public operation over nothing, over one example, and with faults planted in its laws that must be caught."""

import numpy as np
import pytest

from course_utils import activations, affine, attention, conv, generative, losses, norm, recurrent, transformer
from course_utils._nest import leaves
from tests.laws import assert_laws, same
from tests.test_architecture import OPERATIONS

rng = np.random.default_rng(23)
RUNNING = np.zeros(3), np.ones(3)


def normal(*shape):
    return rng.normal(size=shape)


def heads(D=4, D_kv=4):
    return transformer.init_multi_head(D, rng, D_kv=D_kv)


def weights(gates, D=3, H=2):
    return normal(D, gates * H), normal(H, gates * H)


# name -> (module, function of (N, T) that gives arrays and options); T is the length of what has a length
CASES = {
    **{
        f"{name}_forward": (activations, lambda N, T: ((normal(N, T, 3),), {}))
        for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_exact", "silu", "softmax", "log_softmax")
    },
    "swiglu_forward": (activations, lambda N, T: ((normal(N, T, 3), normal(N, T, 3)), {})),
    "affine_forward": (affine, lambda N, T: ((normal(N, T, 3), normal(3, 2), normal(2)), {})),
    "embedding_forward": (affine, lambda N, T: ((normal(5, 2),), {"ids": rng.integers(5, size=(N, T))})),
    "dropout_forward": (affine, lambda N, T: ((normal(N, T),), {"rate": 0.5, "rng": np.random.default_rng(1)})),
    "layer_norm_forward": (norm, lambda N, T: ((normal(N, T, 3), normal(3), normal(3)), {})),
    "rms_norm_forward": (norm, lambda N, T: ((normal(N, T, 3), normal(3)), {})),
    "batch_norm_forward": (
        norm,
        lambda N, T: ((normal(N, 3, T), normal(3), normal(3)), {"training": False, "running": RUNNING}),
    ),
    "conv1d_forward": (conv, lambda N, T: ((normal(N, 2, T + 2), normal(3, 2, 3), normal(3)), {"pad": 1})),
    "conv2d_forward": (conv, lambda N, T: ((normal(N, 2, 4, T + 1), normal(3, 2, 2, 1), normal(3)), {})),
    "conv_transpose2d_forward": (conv, lambda N, T: ((normal(N, 2, 3, T + 1), normal(2, 3, 2, 2), normal(3)), {})),
    "max_pool2d_forward": (conv, lambda N, T: ((normal(N, 2, 4, T + 1),), {"size": (2, 1)})),
    "avg_pool2d_forward": (conv, lambda N, T: ((normal(N, 2, 4, T + 1),), {"size": (2, 1)})),
    "rnn_forward": (recurrent, lambda N, T: ((normal(N, T, 3), normal(N, 2), *weights(1), normal(2)), {})),
    "lstm_cell_forward": (
        recurrent,
        lambda N, T: ((normal(N, 3), normal(N, 2), normal(N, 2), *weights(4), normal(8)), {}),
    ),
    "lstm_forward": (
        recurrent,
        lambda N, T: ((normal(N, T, 3), normal(N, 2), normal(N, 2), *weights(4), normal(8)), {"mask": ones(N, T)}),
    ),
    "gru_cell_forward": (recurrent, lambda N, T: ((normal(N, 3), normal(N, 2), *weights(3), normal(6), normal(6)), {})),
    "gru_forward": (recurrent, lambda N, T: ((normal(N, T, 3), normal(N, 2), *weights(3), normal(6), normal(6)), {})),
    "scaled_dot_product_attention_forward": (
        attention,
        lambda N, T: ((normal(N, T, 3), normal(N, T, 3), normal(N, T, 2)), {"mask": ones(T, T)}),
    ),
    "rotary_forward": (attention, lambda N, T: ((normal(N, T, 4),), {"positions": np.arange(T)})),
    "multi_head_attention_forward": (
        attention,
        lambda N, T: ((normal(N, T, 4), normal(N, T, 4), heads()), {"heads": 2}),
    ),
    "additive_attention_forward": (
        attention,
        lambda N, T: (
            (normal(N, T, 2), normal(N, 3, 3), {"W_q": normal(2, 4), "W_k": normal(3, 4), "v": normal(4)}), {}
        ),
    ),
    "feed_forward_forward": (
        transformer,
        lambda N, T: (
            (normal(N, T, 3), {"W_1": normal(3, 4), "b_1": normal(4), "W_2": normal(4, 3), "b_2": normal(3)}), {}
        ),
    ),
    "encoder_block_forward": (
        transformer,
        lambda N, T: ((normal(N, T, 4), transformer.init_encoder_block(4, 5, rng)), {"heads": 2}),
    ),
    "decoder_block_forward": (
        transformer,
        lambda N, T: ((normal(N, T, 4), normal(N, 3, 4), transformer.init_decoder_block(4, 5, rng)), {"heads": 2}),
    ),
    **{
        f"{name}_forward": (losses, lambda N, T: ((normal(N, T),), {"target": rng.uniform(size=(N, T))}))
        for name in ("mse", "mae", "huber", "binary_cross_entropy")
    },
    "cross_entropy_forward": (losses, lambda N, T: ((normal(N, T, 3),), {"labels": rng.integers(3, size=(N, T))})),
    "discriminator_loss_forward": (generative, lambda N, T: ((normal(N, T), normal(N, T)), {})),
    "generator_loss_forward": (generative, lambda N, T: ((normal(N, T),), {})),
}  # fmt: skip
MEANS = {name for name in CASES if "loss" in name or "entropy" in name or name[:3] in ("mse", "mae", "hub")}


def ones(*shape):
    return np.ones(shape, bool)


def pair(name):
    module = CASES[name][0]
    return getattr(module, name), getattr(module, f"{name.removesuffix('_forward')}_backward")


def test_every_public_operation_is_tried():
    assert {name for _, name in OPERATIONS} == set(CASES)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("sizes", [(1, 1), (1, 3), (0, 2), (2, 0)], ids="{0[0]}x{0[1]}".format)
def test_sizes(name, sizes):
    arrays, options = CASES[name][1](*sizes)
    forward, backward = pair(name)
    if name in MEANS and 0 in sizes:  # the mean of nothing is no number
        with pytest.raises(ValueError, match=r"must h(old|ave)"):
            forward(*arrays, **options)
        return
    assert_laws(forward, backward, *arrays, **options)
    out, cache = forward(*arrays, **options)
    assert all(np.isfinite(a).all() for a in leaves((out, backward(out, cache))))


def aliased(name):
    """An operation whose cache holds what it returns."""
    forward, backward = pair(name)

    def plant(*arrays, **options):
        out, cache = forward(*arrays, **options)
        return out, Alias(cache, leaves(out)[0], float(np.sum(leaves(out)[0])))

    def back(dout, cache):
        changed = float(np.sum(cache.out)) != cache.total
        gradients = backward(dout, cache.cache)
        return with_first(gradients, lambda g: g + 1 if changed else g)

    return plant, back


def in_place(name):
    """An operation that writes into its first argument."""
    forward, backward = pair(name)

    def plant(*arrays, **options):
        out, cache = forward(*arrays, **options)
        first = leaves(arrays)[0]
        if first.flags.writeable:
            first += 1
        return out, cache

    return plant, backward


def slips(name):
    """An operation that takes its first argument as it lies in memory."""
    forward, backward = pair(name)

    def plant(*arrays, **options):
        first = np.asarray(arrays[0])
        if first.flags.f_contiguous and not first.flags.c_contiguous:
            first = first.ravel("K").reshape(first.shape)
        return forward(first, *arrays[1:], **options)

    return plant, backward


def with_first(gradients, change):
    return (change(gradients[0]), *gradients[1:]) if isinstance(gradients, tuple) else change(gradients)


class Alias(tuple):
    """A cache that looks like a NamedTuple and remembers the output itself."""

    _fields = ("cache", "out", "total")

    def __new__(cls, *parts):
        return super().__new__(cls, parts)

    cache, out, total = (property(lambda self, i=i: self[i]) for i in range(3))


FAMILIES = [
    "sigmoid_forward", "affine_forward", "layer_norm_forward", "conv2d_forward", "max_pool2d_forward", "gru_forward",
    "scaled_dot_product_attention_forward", "encoder_block_forward", "cross_entropy_forward",
]  # fmt: skip


PLANTED = [
    (name, plant, told)
    for name in FAMILIES
    for plant, told in (
        (aliased, "share no memory with its cache"),
        (in_place, "nothing given may change"),
        (slips, "layout: Fortran"),
    )
    if not (plant is aliased and name in MEANS)  # a loss is a number and no memory
]


@pytest.mark.parametrize("name, plant, told", PLANTED)
def test_planted_faults_are_caught(name, plant, told):
    arrays, options = CASES[name][1](2, 3)
    with pytest.raises(AssertionError, match=told):
        assert_laws(*plant(name), *arrays, **options)


def test_layouts_that_only_arguments_have():
    """A broadcast array, which NumPy lets nobody write, and one of another byte order."""
    x, W, b = np.broadcast_to(normal(1, 3), (4, 3)), normal(3, 2).astype(">f8"), normal(2)
    (out, cache), (want, kept) = affine.affine_forward(x, W, b), affine.affine_forward(x.copy(), W.astype(float), b)
    assert same(np.asarray(out, float), np.asarray(want, float))
    for ours, theirs in zip(affine.affine_backward(out, cache), affine.affine_backward(want, kept), strict=True):
        np.testing.assert_array_equal(ours, theirs)
