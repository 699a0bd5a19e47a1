"""A tape that remembers: reverse-mode differentiation of NumPy programs, small enough to read in one sitting.

Every operation makes a new Tensor that knows its parents and one function that turns the gradient of the result
into the gradients of the parents. `backward` walks from the result to the inputs, so that a gradient is complete
before it is passed on (Linnainmaa, 1970; Rumelhart, Hinton and Williams, 1986). The class grows in four steps, one
module each: `tape` (a Node and its backward walk), `arithmetic`, `functions` (of each element), `shapes` (sums,
indices, axes). `drawing` shows what was recorded. Nothing else of the package uses these modules: they are here to
be read, changed and compared with PyTorch.

>>> x = Tensor([1.0, 2.0, 3.0])
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.])
"""

from course_utils.autograd.drawing import draw_graph
from course_utils.autograd.functions import maximum, minimum, where
from course_utils.autograd.shapes import Tensor, concatenate, stack

__all__ = ["Tensor", "concatenate", "draw_graph", "maximum", "minimum", "stack", "where"]
