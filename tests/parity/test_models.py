"""Weights of GPT-2's, Llama's and BERT's kinds give the same numbers here, and fit the same steps as PyTorch."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_utils.optim import SGD, Adam
from course_utils.train import fit
from course_utils.transformer import (
    EncoderDecoder,
    EncoderDecoderConfig,
    bert_params,
    gpt2_params,
    llama_params,
    load_bert,
    load_gpt2,
    load_llama,
    sinusoidal_positions,
)
from tests.parity import hugging_face
from tests.parity.test_transformer import torch_names

IDS = np.array([[1, 4, 2, 7, 7, 0], [3, 3, 8, 5, 1, 6]])
KINDS = {
    "gpt2": (lambda: hugging_face.GPT2(9, 8, 12, 2, 3), lambda s: load_gpt2(s, heads=3), gpt2_params),
    "llama": (
        lambda: hugging_face.Llama(9, 16, 20, 2, 4, 2), lambda s: load_llama(s, heads=4, kv_heads=2), llama_params,
    ),
    "llama, tied": (
        lambda: hugging_face.Llama(9, 16, 20, 2, 4, 4, tied=True), lambda s: load_llama(s, heads=4), llama_params,
    ),
}  # fmt: skip


def started(make, dtype=torch.float64):
    torch.manual_seed(5)
    return make().to(dtype)


def state_of(module):
    """Its state dict as arrays."""
    return {name: p.detach().numpy().copy() for name, p in module.state_dict().items()}


def gradients_of(module):
    return {name: p.grad.numpy() for name, p in module.named_parameters() if p.grad is not None}


def assert_same(ours, theirs, atol):
    assert set(ours) == set(theirs)
    for name, p in theirs.items():
        np.testing.assert_allclose(ours[name], p, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("dtype, atol", [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_loaded_weights_give_the_same_logits_and_gradients(kind, dtype, atol):
    make, load, names = KINDS[kind]
    theirs = started(make, dtype)
    ours = load(state_of(theirs))
    logits = theirs(torch.tensor(IDS))
    dout = np.random.default_rng(2).normal(size=logits.shape).astype(logits.detach().numpy().dtype)
    logits.backward(torch.tensor(dout))
    out, cache = ours.forward(IDS)
    assert out.dtype == dout.dtype
    np.testing.assert_allclose(out, logits.detach().numpy(), rtol=0, atol=atol)
    grads = ours.backward(dout, cache)[1]
    assert list(grads) == list(ours.params)
    assert_same(grads, names(gradients_of(theirs)), atol * 20)


@pytest.mark.parametrize("old", [False, True], ids=["weight and bias", "gamma and beta"])
@pytest.mark.parametrize("dtype, atol", [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("output", ["hidden", "pooled", "tokens"])
def test_bert_gives_the_same_in_each_of_its_outputs(output, dtype, atol, old):
    theirs = started(lambda: hugging_face.BERT(9, 8, 12, 2, 3), dtype)
    state, types = state_of(theirs), np.array([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0]])
    real = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]], bool)
    if old:
        turned = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        state = {next((n.replace(a, b) for a, b in turned.items() if a in n), n): p for n, p in state.items()}
    ours = load_bert(state, heads=3, output=output)
    wanted = theirs(torch.tensor(IDS), torch.tensor(types), torch.tensor(real))[output]
    dout = np.random.default_rng(2).normal(size=wanted.shape).astype(wanted.detach().numpy().dtype)
    wanted.backward(torch.tensor(dout))
    out, cache = ours.forward(IDS, mask=real, types=types)
    np.testing.assert_allclose(out, wanted.detach().numpy(), rtol=0, atol=atol)
    assert_same(ours.backward(dout, cache)[1], bert_params(gradients_of(theirs), output=output), atol * 20)


@pytest.mark.parametrize(
    "load, left", [(load_gpt2, "h.1.mlp.c_fc.weight"), (load_llama, "layers.1.mlp.up_proj.weight")]
)
def test_what_is_missing_is_named(load, left):
    make = KINDS["gpt2" if load is load_gpt2 else "llama"][0]
    state = {name: p for name, p in state_of(started(make)).items() if left not in name}
    with pytest.raises(ValueError, match=left):
        load(state, heads=4)


def torch_steps(module, loss, optimizer, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


@pytest.mark.parametrize("kind", KINDS)
def test_three_steps_of_fit_are_pytorchs(kind):
    make, load, names = KINDS[kind]
    theirs = started(make)
    ours = load(state_of(theirs))
    x, y = IDS[:, :-1], IDS[:, 1:]
    history = fit(
        ours, (x, y), "cross_entropy", Adam(1e-2), epochs=3, rng=np.random.default_rng(0), batch_size=2, progress=False
    )

    def loss():
        return F.cross_entropy(theirs(torch.tensor(x)).flatten(0, 1), torch.tensor(y).flatten())

    torch_steps(theirs, loss, torch.optim.Adam(theirs.parameters(), lr=1e-2))
    assert_same(ours.params, names(state_of(theirs)), 1e-8)
    assert len(history.records["loss"]) == 3 and history.records["loss"][2] < history.records["loss"][0]


class TorchEncoderDecoder(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        D = config.D
        self.source, self.target = torch.nn.Embedding(7, D), torch.nn.Embedding(9, D)
        options = {"dropout": 0.0, "batch_first": True, "norm_first": True}
        sizes = D, config.heads, config.width
        self.encoders = torch.nn.ModuleList(torch.nn.TransformerEncoderLayer(*sizes, **options) for _ in range(2))
        self.decoders = torch.nn.ModuleList(torch.nn.TransformerDecoderLayer(*sizes, **options) for _ in range(2))
        self.encoder_norm, self.decoder_norm = torch.nn.LayerNorm(D), torch.nn.LayerNorm(D)
        self.codes = torch.tensor(sinusoidal_positions(20, D))

    def forward(self, source, target, real):
        D, T = self.source.weight.shape[1], target.shape[1]
        x = self.source(source) * D**0.5 + self.codes[: source.shape[1]]
        for layer in self.encoders:
            x = layer(x, src_key_padding_mask=~real)
        memory = self.encoder_norm(x)
        x, later = self.target(target) * D**0.5 + self.codes[:T], ~torch.ones(T, T, dtype=torch.bool).tril()
        for layer in self.decoders:
            x = layer(x, memory, tgt_mask=later, memory_key_padding_mask=~real)
        return self.decoder_norm(x) @ self.target.weight.T


def names_of(params):
    """Our encoder-decoder's parameters under the names of the module above."""
    state = {f"{side}.weight": params[f"{side}.tokens.table"] for side in ("source", "target")}
    for side in ("encoder", "decoder"):
        norm = {"weight": params[f"{side}_norm.gamma"], "bias": params[f"{side}_norm.beta"]}
        state |= {f"{side}_norm.{name}": p for name, p in norm.items()}
        for i in range(2):
            at = f"{side}_{i}."
            block = {name.removeprefix(at): p for name, p in params.items() if name.startswith(at)}
            state |= {f"{side}s.{i}.{name}": p for name, p in torch_names(block).items()}
    return state


def test_three_steps_of_an_encoder_decoder_are_pytorchs():
    rng = np.random.default_rng(3)
    config = EncoderDecoderConfig(source_vocabulary=7, target_vocabulary=9, D=8, heads=2, layers=2, F=12, context=20)
    ours, theirs = EncoderDecoder(config, rng), TorchEncoderDecoder(config).double()
    ours.params = {name: p + 0.1 * rng.normal(size=p.shape) for name, p in ours.params.items()}
    theirs.load_state_dict({name: torch.tensor(p.copy()) for name, p in names_of(ours.params).items()})
    source, target, y = rng.integers(7, size=(4, 6)), rng.integers(9, size=(4, 5)), rng.integers(1, 9, size=(4, 5))
    real = np.arange(6) < np.array([6, 4, 1, 6])[:, None]
    weights = (np.arange(5) < np.array([5, 2, 5, 3])[:, None]).astype(float)
    fit(
        ours, ({"source": source, "target": target, "source_mask": real}, y, weights), "cross_entropy",
        SGD(0.05, momentum=0.9), epochs=3, rng=rng, batch_size=4, progress=False,
    )  # fmt: skip

    def loss():
        out = theirs(*(torch.tensor(a) for a in (source, target, real)))
        each = F.cross_entropy(out.flatten(0, 1), torch.tensor(y).flatten(), reduction="none")
        return (each * torch.tensor(weights).flatten()).sum() / weights.sum()

    torch_steps(theirs, loss, torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9))
    assert_same(names_of(ours.params), state_of(theirs), 1e-10)
