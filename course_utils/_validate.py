"""What a learner gets wrong, caught where it enters: what was expected, what came, the likely cause."""

from collections.abc import Sequence

import numpy as np

from course_utils._types import Array, Params


def as_float(name: str, x, ndim: int | tuple[int, ...] | None = None) -> Array:
    """Return `x` as a floating-point array, without a copy where it is one already.

    Floats keep their dtype (float32 stays float32); integers and booleans become float64.

    Parameters
    ----------
    name : what the message calls the argument.
    x : array, list of numbers, or number.
    ndim : the number of axes, or a tuple of the numbers allowed; None allows any.

    Raises
    ------
    TypeError : text, objects, complex numbers or dates; a masked array, whose mask would be lost.
    ValueError : lists of unequal lengths, or the wrong number of axes.

    >>> as_float("x", [1, 2])
    array([1., 2.])
    """
    check_not_masked(name, x)
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name} must be a full table of numbers, but its rows differ in length: {error}") from None
    if x.dtype.kind in "iub":
        x = x.astype(np.float64)
    elif x.dtype.kind != "f":
        raise TypeError(
            f"{name} must hold numbers, but its dtype is {x.dtype}: "
            "text, missing entries or a mixed table? Pick the numeric columns first."
        )
    if ndim is not None and x.ndim not in (ndim if isinstance(ndim, tuple) else (ndim,)):
        wanted = " or ".join(map(str, ndim)) if isinstance(ndim, tuple) else ndim
        hint = " A single example needs a batch axis: x[None]." if x.ndim == np.min(ndim) - 1 else ""
        raise ValueError(f"{name} must have {wanted} axes, but its shape is {x.shape}.{hint}")
    return x


def check_not_masked(name: str, x) -> None:
    """Raise TypeError for an array of numpy.ma: an ordinary array of it would hold what the mask hides.

    >>> check_not_masked("x", np.zeros(3))
    """
    if isinstance(x, np.ndarray) and hasattr(type(x), "mask"):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost here: fill it first (x.filled(np.nan), then "
            "`Imputer`), or leave the masked rows out; x.data where nothing is masked."
        )


def as_labels(name: str, y) -> Array:
    """Return class labels as an array of numbers or of text; objects, as from a table, become what they all are.

    Raises
    ------
    TypeError : numbers and text mixed, a missing entry, other objects, or a masked array.

    >>> as_labels("y", np.array(["cat", "dog"], dtype=object))
    array(['cat', 'dog'], dtype='<U3')
    """
    check_not_masked(name, y)
    y = np.asarray(y)
    if y.dtype.kind in "fiubUS":
        return y
    kinds = {str if isinstance(label, str) else type(label) for label in y.flat}
    plain = y if kinds - {str} else y.astype(str)
    if plain is y and str not in kinds:
        plain = np.array(y.tolist())
    if plain.dtype.kind not in "fiubU":
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise TypeError(f"{name} must hold labels that are all numbers or all text, but it holds {found}.")
    return plain


def as_dout(dout, shape: tuple[int, ...], dtype, name: str = "dout") -> Array:
    """Return the upstream gradient as an array of the output's dtype, after a check of its shape.

    >>> as_dout(1, (), np.float32)
    array(1., dtype=float32)
    """
    dout = as_float(name, dout)
    if dout.shape != shape:
        raise ValueError(
            f"{name} must have the shape of the forward pass's output, {shape}, but its shape is {dout.shape}: "
            "is this the gradient of another layer, or the cache of another call?"
        )
    return dout.astype(dtype, copy=False)


def check_shape(name: str, x: Array, expected: Sequence[int | None], hint: str = "") -> None:
    """Raise ValueError unless `x.shape` is `expected`; None in `expected` allows any size there.

    >>> check_shape("W", np.zeros((3, 4)), (3, None))
    """
    if len(x.shape) == len(expected) and all(e is None or n == e for n, e in zip(x.shape, expected, strict=True)):
        return
    sizes = ["any" if e is None else str(e) for e in expected]
    wanted = "(" + ", ".join(sizes) + (",)" if len(sizes) == 1 else ")")
    raise ValueError(f"{name} must have shape {wanted}, but its shape is {x.shape}." + (f" {hint}" if hint else ""))


def check_params(params: Params, shapes: dict[str, Sequence[int | None]]) -> Params:
    """Return those of `params` that `shapes` names, as floats, after a check that they are there and fit.

    Raises
    ------
    ValueError : a parameter that is missing, or of another shape.

    >>> list(check_params({"W": np.zeros((2, 3)), "other": np.zeros(1)}, {"W": (2, None)}))
    ['W']
    """
    missing = [name for name in shapes if name not in params]
    if missing:
        raise ValueError(
            f"params must hold {', '.join(shapes)}, but {', '.join(missing)} is missing; "
            f"its names are {', '.join(params) or 'none'}."
        )
    found = {name: as_float(f"params[{name!r}]", params[name]) for name in shapes}
    for name, shape in shapes.items():
        check_shape(f"params[{name!r}]", found[name], shape)
    return found


def check_no_nan(name: str, x: Array) -> None:
    """Raise ValueError if `x` holds a NaN; infinities pass.

    One NaN makes the sum of squares NaN, which is one quick product, and no infinity does: the exact look is
    only taken where the cheap one fails.

    >>> check_no_nan("x", np.array([1.0, np.inf, -np.inf]))
    """
    with np.errstate(all="ignore"):
        suspicious = np.isnan(np.vdot(x, x))
    if suspicious:
        first = tuple(int(i) for i in np.argwhere(np.isnan(x))[0])
        raise ValueError(
            f"{name} holds {int(np.isnan(x).sum())} NaN of {x.size} values, the first at index {first}: "
            "a missing value in the data, or a training run that has diverged (try a smaller learning rate)?"
        )


def check_labels(name: str, labels, classes: int, ignore_index: int | None = None) -> Array:
    """Return class numbers as an integer array, each in 0 … classes-1 (or equal to `ignore_index`).

    Raises
    ------
    TypeError : labels that are not integers.
    ValueError : a label out of range.

    >>> check_labels("labels", [2, 0, 1], classes=3)
    array([2, 0, 1])
    """
    check_not_masked(name, labels)
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be integers in 0 … {classes - 1}, but the dtype is {labels.dtype}: "
            "class numbers, please (one-hot rows: argmax(-1); numbers stored as floats: astype(int))."
        )
    wrong = (labels < 0) | (labels >= classes)
    if ignore_index is not None:
        wrong &= labels != ignore_index
    if wrong.any():
        raise ValueError(
            f"{name} must lie in 0 … {classes - 1}, but {labels[wrong].flat[0]} came: "
            "do your labels begin at 1, or has the model fewer outputs than the data has classes?"
        )
    return labels


def common_dtype(*arrays: Array) -> np.dtype:
    """Return the dtype that an operation on these arrays computes in (float32 only if all are).

    >>> common_dtype(np.zeros(2, np.float32), np.zeros(3))
    dtype('float64')
    """
    return np.result_type(*(a.dtype for a in arrays))
