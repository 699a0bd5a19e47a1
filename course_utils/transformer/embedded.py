"""From ids to what the first block reads."""

import math

import numpy as np

from course_utils.layers import Caches, Container, Dropout, Embedding, LayerNorm
from course_utils.layers.base import options_of
from course_utils.transformer.configuration import Configuration
from course_utils.transformer.layers import PositionalEmbedding


class Embedded(Container):
    """Embeddings of tokens, positions and kinds of segments, their norm and dropout: ids (N, T) -> (N, T, D).

    Parameters
    ----------
    config : of the model. vocabulary : number of symbols. rng : draws the tables, and in training what is dropped.
    types : kinds of segments. norm : a layer norm after the sum (BERT).
    scale : embeddings times √D (Vaswani et al., 2017, section 3.4).

    >>> layer = Embedded(Configuration(D=4, context=6), 5, np.random.default_rng(0)); list(layer.params)
    ['tokens.table', 'positions.table']
    """

    def __init__(
        self, config: Configuration, vocabulary: int, rng: "np.random.Generator", *, types=0, norm=False, scale=False
    ):
        options = {"dtype": config.dtype}
        parts = {"tokens": Embedding(vocabulary, config.D, rng, **options)}
        if config.positions in ("learned", "sinusoidal"):
            parts["positions"] = PositionalEmbedding(config.context, config.D, rng, kind=config.positions, **options)
        if types:
            parts["types"] = Embedding(types, config.D, rng, **options)
        if norm:
            parts["norm"] = LayerNorm(config.D, eps=config.eps, **options)
        if config.dropout:
            parts["dropout"] = Dropout(config.dropout, rng)
        self.factor = math.sqrt(config.D) if scale else 1.0
        super().__init__(parts)

    @property
    def options(self) -> set[str]:
        """What `forward` takes beside x."""
        return options_of(self)

    def forward(self, x, training=True, *, types=None, start: int = 0):
        """Vectors of ids; `types` (N, T), zeros where it is not given; the first position is `start`."""
        ids, caches = np.asarray(x), {}
        x, caches["tokens"] = self._forward("tokens", ids, training, {})
        x *= self.factor
        for name in [*self.children][1:]:
            if name == "types":
                kinds = np.zeros(ids.shape, int) if types is None else types
                more, caches[name] = self._forward(name, kinds, training, {})
                x = x + more
            else:
                x, caches[name] = self._forward(name, x, training, {"start": start})
        return x, Caches(caches)

    def backward(self, dout, cache):
        """No gradient of the ids; those of the tables."""
        grads = {}
        for name in reversed([*self.children][1:]):
            dx, grads[name] = self.children[name].backward(dout, cache.caches[name])
            dout = dout if name == "types" else dx
        _, grads["tokens"] = self.children["tokens"].backward(np.asarray(dout) * self.factor, cache.caches["tokens"])
        return None, self._named(grads)
