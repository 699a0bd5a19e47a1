"""Two names that every signature of the package uses.

Generators are annotated in quotes, ``rng: "np.random.Generator"``: NumPy loads its random module only when it is
named, and an import that draws nothing need not pay for it.
"""

from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
"""A NumPy array; its shape and dtype stand in the docstring that uses it."""

Params: TypeAlias = dict[str, Array]
"""The parameters of a composite operation by name; gradients come back under the same names."""
