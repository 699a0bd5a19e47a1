"""The same operation in PyTorch and in TensorFlow, forward and backward, as NumPy arrays."""

import numpy as np
import tensorflow as tf
import torch

DTYPES = [np.float32, np.float64]
TOLERANCE = {np.float32: {"rtol": 2e-5, "atol": 2e-6}, np.float64: {"rtol": 1e-10, "atol": 1e-12}}


def torch_run(f, arrays, dout):
    """Output, and the gradients of Σ dout · output with respect to each array."""
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    out = f(*tensors)
    gradients = torch.autograd.grad(out, tensors, torch.tensor(dout))
    return out.detach().numpy(), [g.numpy() for g in gradients]


def tf_run(f, arrays, dout):
    """Output, and the gradients of Σ dout · output with respect to each array."""
    tensors = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        out = f(*tensors)
    return out.numpy(), [tf.convert_to_tensor(g).numpy() for g in tape.gradient(out, tensors, tf.constant(dout))]


def assert_parity(forward, backward, arrays, dtype, *, torch_op=None, tf_op=None, tf_single=False, **static):
    """Our forward and backward against one or both frameworks, values and gradients, in one dtype.

    `tf_single` says that TensorFlow holds a constant of this operation in single precision whatever comes.
    """
    arrays = [np.asarray(a, dtype) for a in arrays]
    out, cache = forward(*arrays, **static)
    dout = np.asarray(np.random.default_rng(3).normal(size=np.shape(out)), dtype)
    gradients = backward(dout, cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    compared = 0
    for run, op in ((torch_run, torch_op), (tf_run, tf_op)):
        if op is not None:
            tolerance = TOLERANCE[np.float32 if tf_single and run is tf_run else dtype]
            theirs, their_gradients = run(op, arrays, dout)
            np.testing.assert_allclose(out, theirs, **tolerance)
            for ours, g in zip(gradients, their_gradients, strict=True):
                np.testing.assert_allclose(ours, g, **tolerance)
            compared += 1
    assert compared, "name at least one framework"
