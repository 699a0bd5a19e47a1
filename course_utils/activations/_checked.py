"""What every function here asks of its input."""

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan


def checked(x) -> Array:
    """The input as floats; no NaN.

    >>> checked([1, 2])
    array([1., 2.])
    """
    x = as_float("x", x)
    check_no_nan("x", x)
    return x
