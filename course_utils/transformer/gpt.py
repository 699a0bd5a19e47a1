"""GPT: a model that reads from left to right and says what comes next."""

import numpy as np

from course_utils._types import Array, Params
from course_utils.affine import affine_backward, affine_forward
from course_utils.init import xavier_uniform
from course_utils.layers import Caches, Container, Layer, LayerNorm, RMSNorm, Unembedding
from course_utils.layers.base import options_of
from course_utils.losses import cross_entropy_backward, cross_entropy_forward
from course_utils.transformer.configuration import Configuration, GPTConfig
from course_utils.transformer.embedded import Embedded
from course_utils.transformer.generation import generate
from course_utils.transformer.layers import EncoderBlock


def final_norm(config: Configuration):
    """The norm after the last of the blocks that have theirs first.

    >>> final_norm(Configuration(D=4, norm="rms")).params
    {'gamma': array([1., 1., 1., 1.])}
    """
    kind = RMSNorm if config.norm == "rms" else LayerNorm
    return kind(config.D, eps=config.eps, dtype=config.dtype)


class Unbiased(Layer):
    """A matrix without a bias, x W.

    >>> list(Unbiased(2, 3, np.random.default_rng(0)).params)
    ['W']
    """

    def __init__(self, D_in: int, D_out: int, rng: "np.random.Generator", dtype=np.float64):
        super().__init__()
        self.params = {"W": xavier_uniform((D_in, D_out), rng, dtype)}

    def forward(self, x, training=True):
        """The product."""
        W = self.params["W"]
        return affine_forward(x, W, np.zeros(W.shape[1], W.dtype))

    def backward(self, dout, cache):
        """Gradients of x and W."""
        dx, dW, _ = affine_backward(dout, cache)
        return dx, {"W": dW}


class GPT(Container):
    """Decoder-only Transformer (Radford et al., 2019): ids (N, T) -> logits (N, T, V) of the next id at each position.

    Parameters
    ----------
    config : sizes and style; GPT-2's and Llama's kinds are both a matter of it (`load_gpt2`, `load_llama`).
    rng : draws the parameters, and in training what is dropped.

    Notes
    -----
    `forward(ids, training, mask=, past=)`: mask (N, T) marks padding; past is a list of each block's keys and values,
    `key_values(cache)` of the pass before, whose positions these ids continue.

    >>> model = GPT(GPTConfig(vocabulary=5, D=4, heads=2, layers=1, context=8), np.random.default_rng(0))
    >>> model.forward(np.array([[1, 2, 3]]))[0].shape, list(model.params)[:3]
    ((1, 3, 5), ['input.tokens.table', 'input.positions.table', 'block_0.W_q'])
    """

    def __init__(self, config: GPTConfig, rng: "np.random.Generator"):
        self.config = config
        sizes, style = (config.D, config.width, config.heads, rng), config.block | {"causal": True}
        embedded = Embedded(config, config.vocabulary, rng)
        self.blocks = [f"block_{i}" for i in range(config.layers)]
        layers = {"input": embedded} | {name: EncoderBlock(*sizes, **style) for name in self.blocks}
        if config.norm_first:
            layers["norm"] = final_norm(config)
        tokens = embedded.children["tokens"]
        layers["head"] = (
            Unembedding(tokens) if config.tied else Unbiased(config.D, config.vocabulary, rng, config.dtype)
        )
        super().__init__(layers)

    @property
    def options(self) -> set[str]:
        """What `forward` takes beside x."""
        return options_of(self)

    def forward(self, x: Array, training: bool = True, *, mask: Array | None = None, past: list | None = None) -> tuple:
        """Logits at each position."""
        x, caches = self._hidden(x, training, mask, past)
        out, caches["head"] = self._forward("head", x, training, {})
        return out, Caches(caches)

    def _hidden(self, ids, training: bool, mask, past: list | None) -> tuple[Array, dict]:
        """What the head reads, and the caches so far."""
        start, caches = (past[0].keys.shape[2] if past else 0), {}
        x, caches["input"] = self._forward("input", ids, training, {"start": start})
        for name, before in zip(self.blocks, past or [None] * len(self.blocks), strict=True):
            x, caches[name] = self._forward(name, x, training, {"mask": mask, "past": before})
        if "norm" in self.children:
            x, caches["norm"] = self._forward("norm", x, training, {})
        return x, caches

    def backward(self, dout: Array, cache: Caches) -> tuple[None, Params]:
        """No gradient of the ids; those of the parameters."""
        grads = {}
        for name, layer in reversed(self.children.items()):
            dout, grads[name] = layer.backward(dout, cache.caches[name])
        return None, self._named(grads)

    def key_values(self, cache: Caches) -> list:
        """What the next pass takes as `past`."""
        return [cache.caches[name].key_values for name in self.blocks]

    def loss_and_gradients(self, ids: Array, *, ignore_index: int | None = None) -> tuple[float, Params]:
        """Mean cross-entropy, in nats, of each id of (N, T + 1) given those before it, and its gradients.

        >>> model = GPT(GPTConfig(vocabulary=5, D=4, heads=2, layers=1, context=8), np.random.default_rng(0))
        >>> loss, grads = model.loss_and_gradients(np.array([[1, 2, 3]])); list(grads) == list(model.params)
        True
        """
        ids = np.asarray(ids)
        inputs, labels = ids[:, :-1], ids[:, 1:]
        if ignore_index is not None:
            inputs = np.where(inputs == ignore_index, 0, inputs)
        logits, cache = self.forward(inputs)
        loss, seen = cross_entropy_forward(logits, labels=labels, ignore_index=ignore_index)
        return float(loss), self.backward(cross_entropy_backward(1.0, seen), cache)[1]

    def generate(self, ids, n: int, temperature: float = 1.0, top_k=None, top_p=None, rng=None, **options) -> Array:
        """The ids and up to n new ones; arguments as in `generation.generate`.

        >>> model = GPT(GPTConfig(vocabulary=5, D=4, heads=2, layers=1, context=8), np.random.default_rng(0))
        >>> model.generate([1, 2], 3, temperature=0).shape
        (5,)
        """
        options |= {"temperature": temperature, "top_k": top_k, "top_p": top_p, "rng": rng}
        return generate(self._step, ids, n, context=self.config.context, **options)

    def _step(self, ids: Array, past: list | None) -> tuple[Array, list]:
        """Logits after the last id, and what was seen."""
        x, caches = self._hidden(ids, False, None, past)
        logits, _ = self._forward("head", x[:, -1], False, {})
        return logits, self.key_values(Caches(caches))
