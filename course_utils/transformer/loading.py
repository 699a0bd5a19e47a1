"""Weights of others: a state dict (name -> array) with the names that Hugging Face uses, as parameters of ours.

A state may hold NumPy arrays or anything that `numpy.asarray` takes. PyTorch's Linear keeps its matrix transposed,
GPT-2's Conv1D as we do. Each function tells which names it misses; what a model has no use for is left where it is.
"""

import re

import numpy as np

from course_utils._types import Array, Params
from course_utils.transformer.bert import BERT
from course_utils.transformer.configuration import BERTConfig, GPTConfig
from course_utils.transformer.gpt import GPT


class _State:
    """A state dict whose names may have a prefix in front, in common to all or to none."""

    def __init__(self, state, *prefixes: str):
        self.arrays = {name: state[name] for name in state}
        for prefix in prefixes:
            self.arrays = {name.removeprefix(prefix): a for name, a in self.arrays.items()}

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def __getitem__(self, name: str) -> Array:
        if name not in self.arrays:
            raise ValueError(f"the state has no {name}; its names begin {', '.join(list(self.arrays)[:4])}.")
        return np.asarray(self.arrays[name])

    def linear(self, name: str, W: str, b: str | None = None) -> Params:
        """PyTorch's Linear under our two names; without a bias where b is None."""
        return {W: self[f"{name}.weight"].T} | ({} if b is None else {b: self[f"{name}.bias"]})

    def norm(self, name: str, ours: str = "") -> Params:
        """A layer norm; old states call its parameters gamma and beta."""
        weight, bias = ("gamma", "beta") if f"{name}.gamma" in self else ("weight", "bias")
        return {f"gamma{ours}": self[f"{name}.{weight}"], f"beta{ours}": self[f"{name}.{bias}"]}

    def count(self, pattern: str) -> int:
        """One more than the largest number that a name has at the brackets of a pattern."""
        found = [int(m[1]) for m in (re.match(pattern, name) for name in self.arrays) if m]
        if not found:
            raise ValueError(f"the state has no layers {pattern}; its names begin {', '.join(list(self.arrays)[:4])}.")
        return 1 + max(found)


def _below(path: str, params: Params) -> Params:
    return {f"{path}.{name}": np.array(p) for name, p in params.items()}


def gpt2_params(state) -> Params:
    """The parameters of a `GPT` from a state of GPT-2 (GPT2Model or GPT2LMHeadModel).

    >>> sorted(gpt2_params({"wte.weight": np.ones((5, 4))}))
    Traceback (most recent call last):
    ValueError: the state has no layers h\\.(\\d+)\\.; its names begin wte.weight.
    """
    state = _State(state, "transformer.")
    layers = state.count(r"h\.(\d+)\.")
    params = {
        "input.tokens.table": np.array(state["wte.weight"]),
        "input.positions.table": np.array(state["wpe.weight"]),
    }
    for i in range(layers):
        at, block = f"h.{i}", {}
        for kind, part in (("W", "weight"), ("b", "bias")):
            thirds = np.split(state[f"{at}.attn.c_attn.{part}"], 3, axis=-1)  # queries, keys, values side by side
            block |= {f"{kind}_{name}": a for name, a in zip("qkv", thirds, strict=True)}
            places = {"o": "attn.c_proj", "1": "mlp.c_fc", "2": "mlp.c_proj"}
            block |= {f"{kind}_{name}": state[f"{at}.{place}.{part}"] for name, place in places.items()}
        block |= state.norm(f"{at}.ln_1", "_1") | state.norm(f"{at}.ln_2", "_2")
        params |= _below(f"block_{i}", block)
    return params | _below("norm", state.norm("ln_f"))


def llama_params(state) -> Params:
    """The parameters of a `GPT` from a state of Llama (LlamaForCausalLM; without lm_head.weight it is tied).

    The rows of its query and key matrices are in the order that the pairing "halves" of rotary positions needs.

    >>> sorted(llama_params({"model.embed_tokens.weight": np.ones((5, 4))}))
    Traceback (most recent call last):
    ValueError: the state has no layers layers\\.(\\d+)\\.; its names begin embed_tokens.weight.
    """
    state = _State(state, "model.")
    layers = state.count(r"layers\.(\d+)\.")
    params = {"input.tokens.table": np.array(state["embed_tokens.weight"])}
    for i in range(layers):
        at, block = f"layers.{i}", {}
        places = {name: f"self_attn.{name}_proj" for name in "qkvo"}
        places |= {"1": "mlp.gate_proj", "3": "mlp.up_proj", "2": "mlp.down_proj"}
        for name, place in places.items():
            block |= state.linear(f"{at}.{place}", f"W_{name}")
        block |= {"gamma_1": state[f"{at}.input_layernorm.weight"]}
        block |= {"gamma_2": state[f"{at}.post_attention_layernorm.weight"]}
        params |= _below(f"block_{i}", block)
    params["norm.gamma"] = np.array(state["norm.weight"])
    return params | ({"head.W": np.array(state["lm_head.weight"].T)} if "lm_head.weight" in state else {})


def bert_params(state, *, output: str = "hidden") -> Params:
    """The parameters of a `BERT` from a state of BERT; "pooled" needs its pooler, "tokens" its head for masked words.

    >>> sorted(bert_params({"embeddings.word_embeddings.weight": np.ones((5, 4))}))
    Traceback (most recent call last):
    ValueError: the state has no layers encoder\\.layer\\.(\\d+)\\.; its names begin embeddings.word_embeddings.weight.
    """
    state = _State(state, "bert.")
    layers = state.count(r"encoder\.layer\.(\d+)\.")
    tables = {"tokens": "word", "positions": "position", "types": "token_type"}
    params = {f"input.{ours}.table": state[f"embeddings.{name}_embeddings.weight"] for ours, name in tables.items()}
    params |= _below("input.norm", state.norm("embeddings.LayerNorm"))
    for i in range(layers):
        at, block = f"encoder.layer.{i}", {}
        places = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
        places |= {"o": "attention.output.dense", "1": "intermediate.dense", "2": "output.dense"}
        for name, place in places.items():
            block |= state.linear(f"{at}.{place}", f"W_{name}", f"b_{name}")
        block |= state.norm(f"{at}.attention.output.LayerNorm", "_1") | state.norm(f"{at}.output.LayerNorm", "_2")
        params |= _below(f"block_{i}", block)
    if output == "pooled":
        params |= state.linear("pooler.dense", "pooler.W", "pooler.b")
    if output == "tokens":
        params |= state.linear("cls.predictions.transform.dense", "transform.W", "transform.b")
        params |= _below("transform_norm", state.norm("cls.predictions.transform.LayerNorm"))
        params["bias.b"] = state["cls.predictions.bias"]
    return {name: np.array(p) for name, p in params.items()}


def _sizes(params: Params) -> dict:
    """What the parameters' shapes say of a configuration."""
    vocabulary, D = params["input.tokens.table"].shape
    layers = len({name.partition(".")[0] for name in params if name.startswith("block_")})
    F = params["block_0.W_1"].shape[1]
    return {"vocabulary": vocabulary, "D": D, "layers": layers, "F": F, "dtype": params["block_0.W_1"].dtype.type}


def load_gpt2(state, *, heads: int, eps: float = 1e-5) -> GPT:
    """A `GPT` with the weights of a GPT-2; `heads` is n_head of its configuration.

    >>> load_gpt2({}, heads=12)
    Traceback (most recent call last):
    ValueError: the state has no layers h\\.(\\d+)\\.; its names begin .
    """
    params = gpt2_params(state)
    context = len(params["input.positions.table"])
    return _filled(GPT, GPTConfig(heads=heads, context=context, eps=eps, **_sizes(params)), params)


def load_llama(
    state, *, heads: int, kv_heads: int | None = None, context: int = 2048, base: float = 10000.0, eps: float = 1e-6
) -> GPT:
    """A `GPT` with the weights of a Llama; the options are num_attention_heads, num_key_value_heads,
    max_position_embeddings, rope_theta and rms_norm_eps of its configuration. Scaled rotary positions (rope_scaling of
    Llama 3.1 and later) are not done.

    >>> load_llama({}, heads=32)
    Traceback (most recent call last):
    ValueError: the state has no layers layers\\.(\\d+)\\.; its names begin .
    """
    params = llama_params(state)
    style = {
        "norm": "rms",
        "activation": "swiglu",
        "biases": False,
        "positions": "rotary",
        "tied": "head.W" not in params,
    }
    config = GPTConfig(
        heads=heads, kv_heads=kv_heads, context=context, eps=eps, rotary_base=base, **style, **_sizes(params)
    )
    return _filled(GPT, config, params)


def load_bert(state, *, heads: int, eps: float = 1e-12, output: str = "hidden") -> BERT:
    """A `BERT` with the weights of a BERT; `heads` is num_attention_heads of its configuration.

    >>> load_bert({}, heads=12)
    Traceback (most recent call last):
    ValueError: the state has no layers encoder\\.layer\\.(\\d+)\\.; its names begin .
    """
    params = bert_params(state, output=output)
    context, types = len(params["input.positions.table"]), len(params["input.types.table"])
    config = BERTConfig(heads=heads, context=context, eps=eps, types=types, output=output, **_sizes(params))
    return _filled(BERT, config, params)


def _filled(kind, config, params: Params):
    model = kind(config, np.random.default_rng(0))
    model.params = params
    return model
