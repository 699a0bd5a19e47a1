"""Messages at the boundary: what was expected, what came, the likely cause."""

import numpy as np
import pytest

from course_utils._validate import (
    as_dout,
    as_float,
    as_labels,
    check_labels,
    check_no_nan,
    check_params,
    check_shape,
    common_dtype,
)


@pytest.mark.parametrize(
    "x, dtype",
    [([1, 2], "float64"), (True, "float64"), (np.arange(3, dtype=np.uint8), "float64"), ([], "float64")]
    + [(np.ones(2, dtype), dtype) for dtype in ("float16", "float32", "float64")],
)
def test_floats_keep_their_dtype_and_integers_become_double(x, dtype):
    assert as_float("x", x).dtype == dtype


def test_floats_are_not_copied():
    x = np.ones(3, np.float32)
    assert as_float("x", x) is x


@pytest.mark.parametrize("x", ["text", ["a", "b"], [1, None], [1j], np.array(["2026"], "datetime64[Y]"), [{}]])
def test_what_is_no_number_is_refused(x):
    with pytest.raises(TypeError, match="weights must hold numbers, but its dtype is"):
        as_float("weights", x)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="x must be a full table of numbers, but its rows differ in length"):
        as_float("x", [[1, 2], [3]])


def test_the_number_of_axes_is_checked():
    assert as_float("x", np.ones((2, 3)), ndim=2).shape == (2, 3)
    assert as_float("x", np.ones((2, 3)), ndim=(1, 2)).shape == (2, 3)
    with pytest.raises(ValueError, match=r"x must have 2 axes, but its shape is \(3,\). A single example"):
        as_float("x", np.ones(3), ndim=2)
    with pytest.raises(ValueError, match=r"x must have 2 or 4 axes, but its shape is \(1, 1, 1\)\.$"):
        as_float("x", np.ones((1, 1, 1)), ndim=(2, 4))


def test_the_upstream_gradient_has_the_outputs_shape_and_dtype():
    assert as_dout(np.ones(2), (2,), np.float32).dtype == np.float32
    with pytest.raises(ValueError, match=r"dout must have the shape .* output, \(2,\), but .* \(3,\)"):
        as_dout(np.ones(3), (2,), np.float32)
    with pytest.raises(ValueError, match="dh must have"):
        as_dout(1.0, (2,), np.float32, name="dh")


def test_shapes_are_checked_with_any_size_allowed_where_none_stands():
    check_shape("W", np.ones((3, 4)), (3, None))
    with pytest.raises(ValueError, match=r"W must have shape \(3, any\), but its shape is \(4, 3\). Transposed\?"):
        check_shape("W", np.ones((4, 3)), (3, None), "Transposed?")
    with pytest.raises(ValueError, match=r"b must have shape \(4,\), but its shape is \(1, 4\)\.$"):
        check_shape("b", np.ones((1, 4)), (4,))


def test_parameters_are_looked_up_by_name_and_shape():
    params = {"W": np.ones((2, 3), np.float32), "b": [1, 2, 3], "other": None}
    found = check_params(params, {"W": (2, None), "b": (3,)})
    assert list(found) == ["W", "b"] and found["W"] is params["W"] and found["b"].dtype == np.float64
    with pytest.raises(ValueError, match=r"params must hold W, U, but U is missing; its names are W, b, other"):
        check_params(params, {"W": (2, 3), "U": (3, 3)})
    with pytest.raises(ValueError, match="its names are none"):
        check_params({}, {"W": (2, 3)})
    with pytest.raises(ValueError, match=r"params\['W'\] must have shape \(3, any\)"):
        check_params(params, {"W": (3, None)})


def test_nan_is_counted_and_found():
    check_no_nan("x", np.array([np.inf, -np.inf, 1e308, 1e308]))
    check_no_nan("x", np.zeros((0, 3)))
    x = np.ones((2, 3))
    x[1, 1] = x[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"x holds 2 NaN of 6 values, the first at index \(1, 1\)"):
        check_no_nan("x", x)


def test_labels_are_integers_in_range():
    assert check_labels("labels", [0, 2], 3).tolist() == [0, 2]
    assert check_labels("labels", np.array([0, -100, 2]), 3, ignore_index=-100).tolist() == [0, -100, 2]
    for wrong in (3, -1):
        with pytest.raises(ValueError, match=rf"labels must lie in 0 … 2, but {wrong} came"):
            check_labels("labels", [0, wrong], 3)
    for wrong in ([0.0, 1.0], ["a"], [True]):
        with pytest.raises(TypeError, match="labels must be integers in 0 … 2, but the dtype is"):
            check_labels("labels", wrong, 3)


def test_single_precision_only_if_all_are():
    single, double = np.ones(1, np.float32), np.ones(1)
    assert common_dtype(single, single) == np.float32
    assert common_dtype(single, double) == np.float64


MASKED = np.ma.masked_equal([1, 2, 3], 2)


@pytest.mark.parametrize(
    "take",
    [lambda: as_float("x", MASKED), lambda: as_labels("x", MASKED), lambda: check_labels("x", MASKED, 4),
     lambda: as_dout(MASKED, (3,), np.float64, "x"), lambda: as_float("x", np.ma.array([1.0]))],
)  # fmt: skip
def test_masked_arrays_are_refused_rather_than_stripped_of_their_mask(take):
    with pytest.raises(TypeError, match=r"x is a masked array, whose mask would be lost here: fill it first"):
        take()


def test_a_column_called_mask_is_no_masked_array():
    table = np.array([(1.0, True)], dtype=[("value", float), ("mask", bool)]).view(np.recarray)
    assert as_float("x", table.value).tolist() == [1.0]
    with pytest.raises(TypeError, match="must hold numbers"):
        as_float("x", table)


@pytest.mark.parametrize(
    "labels, dtype",
    [([0, 1], "int64"), ([True], "bool"), (["a", "bc"], "<U2"), (np.array([1.0, 2], object), "float64"),
     (np.array(["a", "bc"], object), "<U2"), (np.array([1, np.int32(2)], object), "int64")],
)  # fmt: skip
def test_labels_become_numbers_or_text(labels, dtype):
    assert as_labels("y", labels).dtype == dtype
