"""Encoder and decoder: a model that reads one sequence and writes another."""

import numpy as np

from course_utils._types import Array, Params
from course_utils.layers import Caches, Container, Unembedding
from course_utils.layers.base import options_of
from course_utils.transformer.configuration import EncoderDecoderConfig
from course_utils.transformer.embedded import Embedded
from course_utils.transformer.generation import generate
from course_utils.transformer.gpt import Unbiased, final_norm
from course_utils.transformer.layers import DecoderBlock, EncoderBlock


class EncoderDecoder(Container):
    """The Transformer (Vaswani et al., 2017): source (N, S) and target (N, T) ids -> logits (N, T, V) of the next one.

    Parameters
    ----------
    config : sizes and style; see `EncoderDecoderConfig`.
    rng : draws the parameters, and in training what is dropped.

    Notes
    -----
    `fit` takes x={"source": …, "target": …, "source_mask": …} and y the target one place to the left.

    >>> config = EncoderDecoderConfig(source_vocabulary=5, target_vocabulary=6, D=4, heads=2, layers=1)
    >>> model = EncoderDecoder(config, np.random.default_rng(0))
    >>> model.forward(np.array([[1, 2, 3]]), np.array([[0, 4]]))[0].shape
    (1, 2, 6)
    """

    def __init__(self, config: EncoderDecoderConfig, rng: "np.random.Generator"):
        self.config = config
        sizes, style = (config.D, config.width, config.heads, rng), config.block
        source = Embedded(config, config.source_vocabulary, rng, scale=True)
        target = source if config.shared else Embedded(config, config.target_vocabulary, rng, scale=True)
        self.encoders = [f"encoder_{i}" for i in range(config.layers)]
        self.decoders = [f"decoder_{i}" for i in range(config.layers)]
        layers = {"source": source, "target": target}
        layers |= {name: EncoderBlock(*sizes, **style) for name in self.encoders}
        layers |= {"encoder_norm": final_norm(config)} if config.norm_first else {}
        layers |= {name: DecoderBlock(*sizes, **style) for name in self.decoders}
        layers |= {"decoder_norm": final_norm(config)} if config.norm_first else {}
        head = Unbiased(config.D, config.target_vocabulary, rng, config.dtype) if not config.tied else None
        super().__init__(layers | {"head": head or Unembedding(target.children["tokens"])})

    @property
    def options(self) -> set[str]:
        """What `forward` takes beside source and training."""
        return options_of(self)

    def forward(
        self, source: Array, target: Array, training: bool = True, *,
        source_mask: Array | None = None, target_mask: Array | None = None,
    ) -> tuple[Array, Caches]:  # fmt: skip
        """Logits at each position of the target; masks (N, S) and (N, T), True where a token is real."""
        memory, caches = self.encode(source, training, source_mask=source_mask)
        masks = {"mask": target_mask, "memory_mask": source_mask}
        x, more = self._decode(target, memory, training, masks, None)
        out, head = self._forward("head", x, training, {})
        return out, Caches(caches.caches | more | {"head": head})

    def encode(
        self, source: Array, training: bool = False, *, source_mask: Array | None = None
    ) -> tuple[Array, Caches]:
        """The memory (N, S, D) that the decoder looks into."""
        caches = {}
        x, caches["source"] = self._forward("source", source, training, {})
        for name in self.encoders:
            x, caches[name] = self._forward(name, x, training, {"mask": source_mask})
        if "encoder_norm" in self.children:
            x, caches["encoder_norm"] = self._forward("encoder_norm", x, training, {})
        return x, Caches(caches)

    def _decode(self, target, memory: Array, training: bool, masks: dict, past: list | None) -> tuple[Array, dict]:
        """What the head reads, and the caches so far."""
        start, caches = (past[0][0].keys.shape[2] if past else 0), {}
        x, caches["target"] = self._forward("target", target, training, {"start": start})
        for name, before in zip(self.decoders, past or [None] * len(self.decoders), strict=True):
            x, caches[name] = self._forward(name, (x, memory), training, masks | {"past": before})
        if "decoder_norm" in self.children:
            x, caches["decoder_norm"] = self._forward("decoder_norm", x, training, {})
        return x, caches

    def backward(self, dout: Array, cache: Caches) -> tuple[None, Params]:
        """No gradients of the ids; those of the parameters."""
        grads, dmemory = {}, 0

        def back(name, dout):
            dx, grads[name] = self.children[name].backward(dout, cache.caches[name])
            return dx

        dx = back("head", dout)
        dx = back("decoder_norm", dx) if "decoder_norm" in self.children else dx
        for name in reversed(self.decoders):
            dx, more = back(name, dx)
            dmemory = dmemory + more
        back("target", dx)
        dx = back("encoder_norm", dmemory) if "encoder_norm" in self.children else dmemory
        for name in reversed(self.encoders):
            dx = back(name, dx)
        back("source", dx)
        return None, self._named(grads)

    def generate(self, source, n: int, *, start: int, source_mask: Array | None = None, **options) -> Array:
        """What the decoder writes about source (N, S): `start` and up to n ids, (N, 1 + n); options as in `generate` of
        the module `generation`.

        >>> config = EncoderDecoderConfig(source_vocabulary=5, target_vocabulary=6, D=4, heads=2, layers=1)
        >>> model = EncoderDecoder(config, np.random.default_rng(0))
        >>> model.generate(np.array([[1, 2, 3]]), 4, start=0, temperature=0).shape
        (1, 5)
        """
        memory, _ = self.encode(source, source_mask=source_mask)

        def step(ids, past):
            rest = memory if past is None else memory[:, :0]  # what it had to give is among what was seen
            x, caches = self._decode(ids, rest, False, {"memory_mask": source_mask}, past)
            logits, _ = self._forward("head", x[:, -1], False, {})
            return logits, [caches[name].key_values for name in self.decoders]

        return generate(step, np.full((len(memory), 1), start), n, context=self.config.context, **options)
