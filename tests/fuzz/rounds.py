"""One round of the fuzz: draw a call, let both sides compute it, compare outputs and gradients."""

import copy
from typing import NamedTuple

import numpy as np
import torch

from course_utils._nest import leaves, mapped
from tests.fuzz import images, losses, plain, sequences
from tests.fuzz.drawing import DOUBLE, HALF, SINGLE, Case, Draw

OPERATIONS = (*plain.OPERATIONS, *images.OPERATIONS, *sequences.OPERATIONS, *losses.OPERATIONS)
TOLERANCE = {HALF: 4e-3, SINGLE: 3e-5, DOUBLE: 1e-9}  # of each number, and of the largest number of its array
REFUSALS = (RuntimeError, ValueError, IndexError)  # of PyTorch


class Outcome(NamedTuple):
    """What became of a round: a sentence that says what was tried, and whether numbers were compared."""

    told: str
    compared: bool


class Fault(AssertionError):
    """The two sides differ."""


def one_round(seed: int, operations=OPERATIONS) -> Outcome:
    """Draw and compare; the same seed draws the same.

    PyTorch computes in double precision whatever we compute in. Where it refuses a call, or has no number to give (the
    mean of nothing), we may refuse too; where it has one, we must.

    Raises
    ------
    Fault : outputs or gradients differ, or one side refuses.
    """
    draw = Draw(seed)
    make = draw.one_of(*operations)
    case = make(draw)
    dtype = draw.one_of(*case.dtypes)
    arrays = mapped(lambda a: draw.laid_out(a.astype(dtype)), case.arrays)
    told = _sentence(make.__name__, case, arrays, dtype)
    try:
        return Outcome(told, _compared(case, arrays, dtype, draw))
    except Exception as error:
        raise Fault(f"{told}\n  {type(error).__name__}: {error}") from error


def _compared(case: Case, arrays, dtype, draw: Draw) -> bool:
    tensors = mapped(lambda a: torch.tensor(np.array(a, DOUBLE, order="C"), requires_grad=True), arrays)
    with np.errstate(all="raise", under="ignore"):
        try:
            out, cache = case.forward(*arrays, **copy.deepcopy(case.options))
        except (ValueError, FloatingPointError) as refusal:
            if isinstance(refusal, ValueError) and _refused(case, tensors):
                return False
            raise AssertionError(f"only we refuse: {refusal}") from refusal
        try:
            peer = case.peer(*tensors, **case.backward_needs(cache))
        except REFUSALS:
            return False
        _agree("output", out, _as_arrays(peer), dtype, case.slack)
        dout = mapped(lambda y: draw.laid_out(np.asarray(draw.rng.normal(size=y.shape), y.dtype)), out)
        gradients = case.backward(dout, cache)
    flat = _tensors(tensors)
    upstream = [torch.tensor(np.array(d, DOUBLE, order="C")) for d in leaves(dout)]
    theirs = torch.autograd.grad(_tensors(peer), flat, upstream, allow_unused=True)
    theirs = [torch.zeros_like(t) if g is None else g for g, t in zip(theirs, flat, strict=True)]
    remaining = iter(theirs)
    wanted = _as_arrays(_rebuilt(arrays, remaining))
    _agree("gradient", gradients if isinstance(gradients, tuple) else (gradients,), wanted, dtype, case.slack)
    return True


def _refused(case: Case, tensors) -> bool:
    """PyTorch raises too, or gives no number; or nothing came where something must."""
    if not case.empty and any(t.numel() == 0 for t in _tensors(tensors)):
        return True
    try:
        out = case.peer(*tensors, **({"kept": None} if case.forward.__name__ == "dropout_forward" else {}))
    except REFUSALS:
        return True
    return any(bool(torch.isnan(t).any()) for t in _tensors(out))


def _tensors(nest) -> list:
    """The tensors of a nest, in order."""
    parts = nest.values() if isinstance(nest, dict) else nest if isinstance(nest, tuple) else None
    return [nest] if parts is None else [t for part in parts for t in _tensors(part)]


def _rebuilt(arrays, tensors):
    """The nest of the arrays with a tensor in each place."""
    if isinstance(arrays, dict):
        return {name: _rebuilt(part, tensors) for name, part in arrays.items()}
    return tuple(_rebuilt(part, tensors) for part in arrays) if isinstance(arrays, tuple) else next(tensors)


def _as_arrays(nest):
    if isinstance(nest, dict):
        return {name: _as_arrays(part) for name, part in nest.items()}
    return tuple(map(_as_arrays, nest)) if isinstance(nest, tuple) else nest.detach().numpy()


def _agree(place: str, ours, theirs, dtype, slack: float) -> None:
    """Equal shapes, the right dtype, equal infinities, and numbers as near as the dtype allows."""
    if isinstance(theirs, tuple | dict):
        names = theirs if isinstance(theirs, dict) else range(len(theirs))
        assert len(ours) == len(theirs), f"{place}: {len(ours)} parts, PyTorch has {len(theirs)}"
        for name in names:
            _agree(f"{place} {name}", ours[name], theirs[name], dtype, slack)
        return
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{place}: shape {ours.shape}, PyTorch has {theirs.shape}"
    assert ours.dtype == dtype or (ours.dtype == SINGLE and dtype == HALF), f"{place}: dtype {ours.dtype}"
    finite = np.isfinite(theirs)
    assert np.array_equal(ours[~finite].astype(DOUBLE), theirs[~finite], equal_nan=True), f"{place}: infinities differ"
    ours, theirs = ours[finite].astype(DOUBLE), theirs[finite]
    allowed = slack * TOLERANCE[dtype] * (1 + np.abs(theirs).max(initial=0))
    error = np.abs(ours - theirs).max(initial=0)
    assert error <= allowed, f"{place}: differs by {error:.3g}, allowed are {allowed:.3g}"


def _sentence(name: str, case: Case, arrays, dtype) -> str:
    """The call in words: operation, dtype, shapes, options."""
    shapes = [np.shape(a) for a in leaves(arrays)]
    options = {k: f"array{v.shape}" if isinstance(v, np.ndarray) else v for k, v in case.options.items()}
    return f"{name}: {case.forward.__name__} {np.dtype(dtype).name} {shapes} {options}"
