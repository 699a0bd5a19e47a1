"""What holds for every operation of the package: the laws of its interface, and faults that a check must find."""

import copy

import numpy as np

from course_utils._nest import leaves, mapped
from course_utils.gradcheck import check_gradients


def same(a, b) -> bool:
    """Two nests of arrays are equal, NaN included, dtypes too."""
    pairs = list(zip(leaves(a), leaves(b), strict=True))
    return all(np.array_equal(x, y, equal_nan=True) and np.asarray(x).dtype == np.asarray(y).dtype for x, y in pairs)


def fortran(x):
    """The same values column by column."""
    return np.array(x, order="F")


def strided(x):
    """The same values in an array that is not contiguous."""
    wide = np.zeros((*x.shape, 2), x.dtype)
    wide[..., 0] = x
    return wide[..., 0]


def backwards(x):
    """The same values in an array that runs backwards through memory."""
    turn = (slice(None, None, -1),) * x.ndim
    return np.array(x[turn], order="C")[turn]


def read_only(x):
    """The same values where nobody may write."""
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS = {"Fortran": fortran, "strided": strided, "backwards": backwards, "read-only": read_only}


def arrays_in(tree) -> list:
    """Every array that hangs in a cache, however deep."""
    if isinstance(tree, np.ndarray):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, tuple | list) else ()
    return [array for part in parts for array in arrays_in(part)]


def assert_laws(forward, backward, *arrays, **static):
    """dtype in = dtype out, nothing given is changed, what is returned is the caller's, any layout is welcome."""
    for dtype in (np.float32, np.float64):
        given = mapped(lambda a, d=dtype: np.asarray(a).astype(d), arrays)
        kept, kept_static = copy.deepcopy(given), copy.deepcopy(static)
        out, cache = forward(*given, **copy.deepcopy(static))
        assert isinstance(cache, tuple) and hasattr(cache, "_fields"), "cache must be a NamedTuple"
        assert all(np.asarray(y).dtype == dtype for y in leaves(out)), "out must have the dtype of the input"
        rng = np.random.default_rng(1)
        dout = mapped(lambda y, d=dtype: np.asarray(rng.normal(size=np.shape(y)), dtype=d), out)  # noqa: B023
        kept_dout, kept_out = copy.deepcopy(dout), copy.deepcopy(out)
        gradients = backward(dout, cache)
        assert all(np.asarray(g).dtype == dtype for g in leaves(gradients)), "gradients must have the input's dtype"
        assert [np.shape(g) for g in leaves(gradients)] == [a.shape for a in leaves(given)]
        assert same(given, kept) and same(dout, kept_dout) and same(out, kept_out), "nothing given may change"
        assert same(backward(dout, cache), gradients), "backward must leave its cache as it was"
        assert_belongs_to_the_caller(backward, given, out, cache, dout)
        for layout, lay_out in LAYOUTS.items():
            again, cache = forward(*mapped(lay_out, given), **copy.deepcopy(kept_static))
            found = leaves((again, backward(mapped(lay_out, dout), cache)))
            tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-10, "atol": 1e-12}
            for a, b in zip(found, leaves((kept_out, gradients)), strict=True):
                np.testing.assert_allclose(a, b, **tolerance, err_msg=f"results must not depend on layout: {layout}")


def assert_belongs_to_the_caller(backward, given, out, cache, dout):
    """Whoever writes into what was returned changes no gradient, and no gradient is another one's memory."""
    gradients = backward(dout, cache)
    kept = copy.deepcopy(gradients)
    others = [a for a in (*arrays_in(cache), *leaves(given), *leaves(dout)) if isinstance(a, np.ndarray)]
    each = [g for g in leaves(gradients) if isinstance(g, np.ndarray)]
    for i, gradient in enumerate(each):
        mine = others + each[:i]
        assert not any(np.shares_memory(gradient, a) for a in mine), "a gradient must be memory of its own"
    for y in leaves(out):
        if isinstance(y, np.ndarray) and not any(np.shares_memory(y, a) for a in leaves(given)):
            y += 1
    assert same(backward(dout, cache), kept), "what a forward pass returns must share no memory with its cache"


def planted_faults(backward):
    """(name, wrong backward): in each gradient of each argument a sign, a factor, a lost term, a swap of elements."""

    def spoil(change, position):
        def wrong(dout, cache):
            gradients = backward(dout, cache)
            found = leaves(gradients)
            found[position] = change(np.array(found[position]))
            remaining = iter(found)
            return mapped(lambda _: next(remaining), gradients)

        return wrong

    def lost_term(g):
        g.flat[np.abs(g).argmax()] = 0
        return g

    changes = {
        "sign": lambda g: -g,
        "factor": lambda g: 1.01 * g,
        "lost term": lost_term,
        "swapped elements": lambda g: g[..., ::-1] if g.shape[-1] > 1 else np.roll(g, 1, axis=0),
    }
    for name, change in changes.items():
        yield name, lambda position, change=change: spoil(change, position)


def assert_checked(forward, backward, *arrays, **static):
    """The right backward passes the gradient check; each planted fault in each gradient is caught."""
    assert check_gradients((forward, backward), *arrays, **static) < 1e-6
    for name, plant in planted_faults(backward):
        for position in range(len(leaves(arrays))):
            try:
                check_gradients((forward, plant(position)), *arrays, **static)
            except AssertionError:
                continue
            raise AssertionError(f"a planted fault was not caught: {name} in gradient {position} of {forward.__name__}")
