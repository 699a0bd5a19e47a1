"""The course's own deep-learning library: NumPy, forward and backward, small enough to read.

Import what you need from its module, for example ``from course_utils.losses import mse_forward``.
This file imports nothing, so that ``import course_utils`` costs nothing.
"""

__version__ = "0.1.0"
