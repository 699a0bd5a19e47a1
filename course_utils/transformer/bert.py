"""BERT: a model that sees the whole text at every position."""

from typing import NamedTuple

import numpy as np

from course_utils._types import Array, Params
from course_utils.layers import GELU, Caches, Container, Dense, Layer, LayerNorm, Tanh, Unembedding
from course_utils.layers.base import ShapeCache, options_of
from course_utils.transformer.configuration import BERTConfig
from course_utils.transformer.embedded import Embedded
from course_utils.transformer.gpt import final_norm
from course_utils.transformer.layers import EncoderBlock


class BiasCache(NamedTuple):
    """Nothing is needed beyond dout."""


class Bias(Layer):
    """x + b on the last axis.

    >>> Bias(2).forward(np.ones((1, 2)))[0]
    array([[1., 1.]])
    """

    def __init__(self, D: int, dtype=np.float64):
        super().__init__()
        self.params = {"b": np.zeros(D, dtype)}

    def forward(self, x, training=True):
        """The sum."""
        return x + self.params["b"], BiasCache()

    def backward(self, dout, cache):
        """The gradient passes; b's is its sum."""
        dout = np.array(dout)
        return dout, {"b": dout.sum(axis=tuple(range(dout.ndim - 1)))}


class FirstStep(Layer):
    """The first position of a sequence, (N, T, D) -> (N, D): where BERT has its mark for the whole text.

    >>> FirstStep().forward(np.arange(4.0).reshape(1, 2, 2))[0]
    array([[0., 1.]])
    """

    def forward(self, x, training=True):
        """The first of the T rows."""
        return x[:, 0].copy(), ShapeCache(x.shape)

    def backward(self, dout, cache):
        """All of the gradient goes to the first position."""
        dx = np.zeros(cache.shape, np.asarray(dout).dtype)
        dx[:, 0] = dout
        return dx, {}


class BERT(Container):
    """Encoder-only Transformer (Devlin et al., 2019): ids (N, T) -> what `config.output` says.

    Parameters
    ----------
    config : sizes, style and output; see `BERTConfig`, and `load_bert` for weights of others.
    rng : draws the parameters, and in training what is dropped.

    Notes
    -----
    `forward(ids, training, mask=, types=)`: mask (N, T), True where a token is real; types (N, T), zeros if not given.
    Masked language modelling is `fit` on output="tokens" with a cross-entropy that ignores the labels -100.

    >>> config = BERTConfig(vocabulary=5, D=4, heads=2, layers=1, context=8, output="pooled")
    >>> BERT(config, np.random.default_rng(0)).forward(np.array([[1, 2, 3]]))[0].shape
    (1, 4)
    """

    def __init__(self, config: BERTConfig, rng: "np.random.Generator"):
        self.config = config
        sizes, style = (config.D, config.width, config.heads, rng), config.block
        embedded = Embedded(config, config.vocabulary, rng, types=config.types, norm=True)
        layers = {"input": embedded} | {f"block_{i}": EncoderBlock(*sizes, **style) for i in range(config.layers)}
        if config.norm_first:
            layers["norm"] = final_norm(config)
        dense = {"dtype": config.dtype}
        if config.output == "pooled":
            layers |= {"first": FirstStep(), "pooler": Dense(config.D, config.D, rng, **dense), "tanh": Tanh()}
        if config.output == "tokens":
            layers |= {"transform": Dense(config.D, config.D, rng, **dense), "gelu": GELU(exact=True)}
            layers["transform_norm"] = LayerNorm(config.D, eps=config.eps, **dense)
            layers |= {"head": Unembedding(embedded.children["tokens"]), "bias": Bias(config.vocabulary, **dense)}
        super().__init__(layers)

    @property
    def options(self) -> set[str]:
        """What `forward` takes beside x."""
        return options_of(self)

    def forward(
        self, x: Array, training: bool = True, *, mask: Array | None = None, types: Array | None = None
    ) -> tuple:
        """Vectors, one vector or logits."""
        caches = {}
        for name in self.children:
            x, caches[name] = self._forward(name, x, training, {"mask": mask, "types": types})
        return x, Caches(caches)

    def backward(self, dout: Array, cache: Caches) -> tuple[None, Params]:
        """No gradient of the ids; those of the parameters."""
        grads = {}
        for name, layer in reversed(self.children.items()):
            dout, grads[name] = layer.backward(dout, cache.caches[name])
        return None, self._named(grads)
