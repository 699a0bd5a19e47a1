"""What the recurrent operations share: the checks of their arrays, and arrays with time as the first axis."""

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan, check_shape, common_dtype


def checked(gates: int, x, states: dict, W, U, biases: dict, sequence: bool) -> list[Array]:
    """All arrays in their common dtype, in the order given, after a check of every shape.

    The names and numbers of states and biases differ between the networks, hence the dicts.
    """
    x = as_float("x", x, ndim=3 if sequence else 2)
    check_no_nan("x", x)
    W, U = as_float("W", W, ndim=2), as_float("U", U, ndim=2)
    H = U.shape[0]
    blocks = f"{gates} blocks of H columns" if gates > 1 else "H columns"
    check_shape("U", U, (H, gates * H), f"It has H rows and {blocks}; PyTorch's weight_hh is the transpose.")
    check_shape("W", W, (x.shape[-1], gates * H), f"D rows (x's last axis) and {blocks}, with H = {H} from U.")
    arrays = {"x": x}
    for name, state in states.items():
        arrays[name] = as_float(name, state)
        check_shape(name, arrays[name], (len(x), H), f"One row for each of the {len(x)} examples, H = {H} from U.")
        check_no_nan(name, arrays[name])
    arrays |= {"W": W, "U": U}
    for name, b in biases.items():
        arrays[name] = as_float(name, b)
        check_shape(name, arrays[name], (gates * H,), f"One number for each column of U ({blocks}).")
    dtype = common_dtype(*arrays.values())
    return [a.astype(dtype, copy=False) for a in arrays.values()]


def time_first(x: Array) -> Array:
    """(N, T, D) -> (T, N, D), so that what belongs to one step lies together in memory."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def batch_first(h: Array) -> Array:
    """(T, N, H) -> (N, T, H), always a copy: the caller may write into it, the cache must not feel it."""
    return h.swapaxes(0, 1).copy()


def time_mask(mask, N: int, T: int) -> Array | None:
    """A mask (N, T) as (T, N, 1), True where a step counts; None where all do.

    Raises
    ------
    TypeError : a mask that is not boolean. ValueError : another shape.
    """
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(
            f"mask must be boolean, True where a step counts, but its dtype is {mask.dtype}: from lengths, "
            "padding_mask(lengths, T)."
        )
    check_shape("mask", mask, (N, T), "One True or False for each step of each example.")
    return np.ascontiguousarray(mask.T)[..., None]


def parted(d: Array, keep: Array) -> tuple[Array, Array]:
    """A gradient of a state in two: what goes through the step, and what passes it by where the step does not count."""
    return d * keep, d * ~keep


def rows(x: Array) -> Array:
    """(T, N, D) -> (T·N, D): all steps as the rows of one matrix product."""
    return x.reshape(x.shape[0] * x.shape[1], x.shape[2])  # not -1, which NumPy cannot tell of an empty array


def input_part(x: Array, W: Array, b: Array) -> Array:
    """x_t W + b for all steps in one product: (T, N, D) -> (T, N, columns of W)."""
    a = rows(x) @ W
    a += b
    return a.reshape(*x.shape[:2], len(b))


def weight_gradient(x: Array, da: Array) -> Array:
    """Σ x_tᵀ da_t over all steps and examples: (T, N, D) and (T, N, H) -> (D, H).

    In pieces, because some matrix libraries are several times slower where the sum is long and the result small.
    """
    x, da = rows(x), rows(da)
    dW = np.zeros((x.shape[1], da.shape[1]), x.dtype)
    for i in range(0, len(x), 128):
        dW += x[i : i + 128].T @ da[i : i + 128]
    return dW


def blocks(a: Array, gates: int) -> Array:
    """(N, gates·H) -> (gates, N, H), a view; copied, each block lies together in memory, which is twice as fast."""
    return a.reshape(len(a), gates, a.shape[1] // gates).swapaxes(0, 1)


# As in `sigmoid_into`, e⁻²ᵃ may be inf below, and 2 / (1 + inf) = 0 is the right answer:
# callers set np.errstate(over="ignore") around the whole loop over time.


def tanh_into(out: Array, a: Array) -> None:
    """out <- tanh(a), in float64 as 2 / (1 + e⁻²ᵃ) - 1.

    NumPy's own tanh is fast in float32, but on processors without AVX-512 takes three times as long in float64.
    The absolute error is at most two roundings of 1; only the relative one grows, where a is tiny.
    """
    if a.dtype != np.float64:
        np.tanh(a, out=out)
        return
    np.multiply(a, -2, out=out)
    np.exp(out, out=out)
    out += 1
    np.divide(2, out, out=out)
    out -= 1
