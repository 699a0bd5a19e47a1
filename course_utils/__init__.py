"""The course's own deep-learning library: NumPy, forward and backward, small enough to read.

Import what you need from its module, for example ``from course_utils.losses import mse_forward``.
This file imports nothing, so that ``import course_utils`` costs nothing.

Whose memory is whose, everywhere:
- What a forward or backward pass returns is yours: change it, and no cache and no other gradient changes with it.
- What you hand over is never changed; you get it back itself, or a view of it, only where nothing is computed.
- How an array lies in memory (C, Fortran, strided, read-only, of size 0) makes no difference to any result.
"""

__version__ = "0.1.0"
