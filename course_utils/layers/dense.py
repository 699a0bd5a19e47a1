"""The layer that multiplies, and the one that looks up; a table may be used both ways."""

import math
from collections.abc import Callable

import numpy as np

from course_utils.affine import affine_backward, affine_forward, embedding_backward, embedding_forward
from course_utils.init import he_normal
from course_utils.layers.base import Layer


class Dense(Layer):
    """Fully connected layer x W + b on the last axis: (..., D_in) -> (..., D_out).

    Parameters
    ----------
    D_in, D_out : features that come and go. rng : draws W; b begins at 0.
    init : how W is drawn; he_normal suits relu, xavier_uniform tanh and the output. dtype : of W and b.

    >>> layer = Dense(3, 2, np.random.default_rng(0)); layer.forward(np.ones((4, 3)))[0].shape
    (4, 2)
    """

    def __init__(self, D_in: int, D_out: int, rng: "np.random.Generator", init: Callable = he_normal, dtype=np.float64):
        super().__init__()
        self.params = {"W": init((D_in, D_out), rng, dtype=dtype), "b": np.zeros(D_out, dtype)}

    def forward(self, x, training=True):
        return affine_forward(x, self.params["W"], self.params["b"])

    def backward(self, dout, cache):
        dx, dW, db = affine_backward(dout, cache)
        return dx, {"W": dW, "b": db}


class Embedding(Layer):
    """A row of a table for each id: (...) integers -> (..., D); see `embedding_forward`.

    Parameters
    ----------
    V : size of the vocabulary. D : length of a row. rng : draws the table, standard normal / √D.

    >>> Embedding(5, 3, np.random.default_rng(0)).forward(np.array([[4, 0]]))[0].shape
    (1, 2, 3)
    """

    def __init__(self, V: int, D: int, rng: "np.random.Generator", dtype=np.float64):
        super().__init__()
        self.params = {"table": (rng.normal(size=(V, D)) / math.sqrt(D)).astype(dtype)}

    def forward(self, x, training=True):
        return embedding_forward(self.params["table"], ids=x)

    def backward(self, dout, cache):
        return None, {"table": embedding_backward(dout, cache)}


class Unembedding(Layer):
    """Logits over a vocabulary from the rows of an embedding's table, x tableᵀ: (..., D) -> (..., V).

    The table is the embedding's own ("tied"): in a model that holds both it is one parameter, and the gradients of its
    two uses add up (Press and Wolf, 2017, section 2).

    Parameters
    ----------
    embedding : the `Embedding` layer whose table is used.

    >>> embedding = Embedding(5, 3, np.random.default_rng(0)); Unembedding(embedding).forward(np.ones((2, 3)))[0].shape
    (2, 5)
    """

    def __init__(self, embedding: Embedding):
        self.embedding = embedding
        super().__init__()

    @property
    def params(self):
        """The embedding's table."""
        return {"table": self.embedding.params["table"]}

    @params.setter
    def params(self, values):
        if values:  # none at the start: the table stands already
            self.embedding.params = self.embedding.params | values

    @property
    def shared(self):
        """The table is the embedding's."""
        return {"table": (self.embedding, "table")}

    def forward(self, x, training=True):
        """Each place's similarity to every row."""
        table = self.params["table"]
        return affine_forward(x, table.T, np.zeros(len(table), table.dtype))

    def backward(self, dout, cache):
        """Gradient of x, and of the table."""
        dx, dW, _ = affine_backward(dout, cache)
        return dx, {"table": dW.T}
