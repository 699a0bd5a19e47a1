"""What a Transformer is built of: its sizes and its style, in one frozen record a model."""

from dataclasses import dataclass

import numpy as np

from course_utils.attention import Rotary


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What the models have in common; the options of the blocks are those of `encoder_block_forward`.

    Parameters
    ----------
    D, layers, heads : width, number of blocks (of each side), heads of each attention.
    F : features inside the feed-forward network; None is 4 D.
    context : the most positions a sequence may have.
    positions : "learned" or "sinusoidal", added to the embeddings; "rotary", turned in each attention; "none".
    rotary_base, rotary_pairs : of rotary positions, see `rotary_forward`.
    dropout : of embeddings and of each sublayer's output. attention_dropout : of attention weights.
    dtype : of all parameters.

    >>> Configuration(D=8, heads=2).width
    32
    """

    D: int = 128
    layers: int = 4
    heads: int = 4
    F: int | None = None
    context: int = 128
    positions: str = "learned"
    rotary_base: float = 10000.0
    rotary_pairs: str = "halves"
    norm_first: bool = True
    norm: str = "layer"
    eps: float = 1e-5
    activation: str = "gelu"
    biases: bool = True
    kv_heads: int | None = None
    dropout: float = 0.0
    attention_dropout: float = 0.0
    dtype: type = np.float64

    def __post_init__(self):
        if self.positions not in ("learned", "sinusoidal", "rotary", "none"):
            raise ValueError(f"positions must be learned, sinusoidal, rotary or none, but {self.positions!r} came.")
        if min(self.D, self.layers, self.heads, self.context) < 1 or self.D % self.heads:
            raise ValueError(
                f"D, layers, heads and context must be at least 1 and heads divide D, but {self.D}, {self.layers}, "
                f"{self.heads}, {self.context} came."
            )

    @property
    def width(self) -> int:
        """F, or 4 D where it is not given."""
        return 4 * self.D if self.F is None else self.F

    @property
    def block(self) -> dict:
        """The options of a block's layer."""
        names = ("norm_first", "norm", "eps", "activation", "biases", "kv_heads", "dropout", "attention_dropout")
        rotary = Rotary(self.rotary_base, self.rotary_pairs) if self.positions == "rotary" else None
        return {name: getattr(self, name) for name in names} | {"rotary": rotary, "dtype": self.dtype}


@dataclass(frozen=True, kw_only=True)
class GPTConfig(Configuration):
    """A model that reads from left to right; the standard style is GPT-2's.

    Parameters
    ----------
    vocabulary : number of symbols. tied : the logits use the table of the embeddings.
    Others : see `Configuration`.

    >>> GPTConfig(vocabulary=50).activation
    'gelu'
    """

    vocabulary: int
    tied: bool = True


@dataclass(frozen=True, kw_only=True)
class BERTConfig(Configuration):
    """A model that sees all of a text; the standard style is BERT's.

    Parameters
    ----------
    vocabulary : number of symbols. types : kinds of segments; 0 for none.
    output : "hidden", a vector a position (N, T, D); "pooled", one a text (N, D); "tokens", logits (N, T, V) of what
        stands at each position.
    Others : see `Configuration`.

    >>> BERTConfig(vocabulary=50).norm_first
    False
    """

    vocabulary: int
    types: int = 2
    output: str = "hidden"
    norm_first: bool = False
    eps: float = 1e-12
    activation: str = "gelu_exact"

    def __post_init__(self):
        super().__post_init__()
        if self.output not in ("hidden", "pooled", "tokens"):
            raise ValueError(f"output must be 'hidden', 'pooled' or 'tokens', but {self.output!r} came.")


@dataclass(frozen=True, kw_only=True)
class EncoderDecoderConfig(Configuration):
    """A model that reads one sequence and writes another; the standard style is that of Vaswani et al. (2017), with the
    norms before the sublayers.

    Parameters
    ----------
    source_vocabulary, target_vocabulary : numbers of symbols.
    shared : one table for both sides, whose vocabulary is then one. tied : the logits use the target's table.
    Others : see `Configuration`.

    >>> EncoderDecoderConfig(source_vocabulary=50, target_vocabulary=60).positions
    'sinusoidal'
    """

    source_vocabulary: int
    target_vocabulary: int
    shared: bool = False
    tied: bool = True
    positions: str = "sinusoidal"
    activation: str = "relu"

    def __post_init__(self):
        super().__post_init__()
        if self.shared and self.source_vocabulary != self.target_vocabulary:
            raise ValueError("shared=True needs one vocabulary for both sides.")
