"""Two names that every signature of the package uses."""

from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
"""A NumPy array; its shape and dtype stand in the docstring that uses it."""

Params: TypeAlias = dict[str, Array]
"""The parameters of a composite operation by name; gradients come back under the same names."""
