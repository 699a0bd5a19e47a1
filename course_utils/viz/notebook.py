"""The first cell of each lesson: style, printing, and the TensorFlow cell."""

import numpy as np
from IPython import get_ipython

from course_utils.viz import keras_cell, style


def begin(tensorflow=False):
    """Prepare a lesson; prints nothing.

    Sets the style of figures, prints arrays with four digits, and registers the cell magic `%%tensorflow`.

    Parameters
    ----------
    tensorflow : bool
        Start the second Python process and import TensorFlow there now, in the background, so that the lesson's
        first `%%tensorflow` cell need not wait for it.
    """
    style.use()
    np.set_printoptions(precision=4, suppress=True)
    shell = get_ipython()
    if shell is not None:
        shell.register_magic_function(keras_cell.tensorflow_cell, "cell", "tensorflow")
    if tensorflow:
        keras_cell.start_worker()
