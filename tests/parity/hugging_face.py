"""GPT-2, Llama and BERT as PyTorch modules with the names and layouts of Hugging Face, small and plain."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def attend(q, k, v, may=None):
    """Attention of (N, h, T, d) by the formula."""
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if may is not None:
        scores = scores.masked_fill(~may, float("-inf"))
    return scores.softmax(-1) @ v


def split(x, heads):
    N, T, D = x.shape
    return x.view(N, T, heads, D // heads).transpose(1, 2)


def merged(x):
    N, h, T, d = x.shape
    return x.transpose(1, 2).reshape(N, T, h * d)


class Conv1D(nn.Module):
    """x W + b with W (D_in, D_out), as GPT-2 keeps it."""

    def __init__(self, D_out, D_in):
        super().__init__()
        self.weight, self.bias = nn.Parameter(0.3 * torch.randn(D_in, D_out)), nn.Parameter(0.1 * torch.randn(D_out))

    def forward(self, x):
        return x @ self.weight + self.bias


def named(**children):
    """A module that holds others under their names."""
    return nn.ModuleDict(children)


class GPT2(nn.Module):
    def __init__(self, V, context, D, layers, heads):
        super().__init__()
        self.heads = heads
        blocks = [
            named(
                ln_1=nn.LayerNorm(D), attn=named(c_attn=Conv1D(3 * D, D), c_proj=Conv1D(D, D)),
                ln_2=nn.LayerNorm(D), mlp=named(c_fc=Conv1D(4 * D, D), c_proj=Conv1D(D, 4 * D)),
            )
            for _ in range(layers)
        ]  # fmt: skip
        self.transformer = named(
            wte=nn.Embedding(V, D), wpe=nn.Embedding(context, D), h=nn.ModuleList(blocks), ln_f=nn.LayerNorm(D)
        )
        self.lm_head = nn.Linear(D, V, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, ids):
        t, T = self.transformer, ids.shape[1]
        x = t["wte"](ids) + t["wpe"](torch.arange(T))
        may = torch.ones(T, T, dtype=torch.bool).tril()
        for block in t["h"]:
            q, k, v = (split(a, self.heads) for a in block["attn"]["c_attn"](block["ln_1"](x)).chunk(3, -1))
            x = x + block["attn"]["c_proj"](merged(attend(q, k, v, may)))
            inside = F.gelu(block["mlp"]["c_fc"](block["ln_2"](x)), approximate="tanh")
            x = x + block["mlp"]["c_proj"](inside)
        return self.lm_head(t["ln_f"](x))


class RMSNorm(nn.Module):
    def __init__(self, D, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(1 + 0.1 * torch.randn(D)), eps

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


def rotated(x, base=10000.0):
    """Llama's: halves of a head's features are paired."""
    T, d = x.shape[-2:]
    angles = torch.arange(T, dtype=x.dtype)[:, None] / base ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = (torch.cat((f(angles), f(angles)), -1) for f in (torch.cos, torch.sin))
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin


class Llama(nn.Module):
    def __init__(self, V, D, F_, layers, heads, kv_heads, tied=False):
        super().__init__()
        self.heads, self.kv_heads, narrow = heads, kv_heads, D // heads * kv_heads

        def linear(a, b):
            return nn.Linear(a, b, bias=False)

        blocks = [
            named(
                self_attn=named(
                    q_proj=linear(D, D), k_proj=linear(D, narrow), v_proj=linear(D, narrow), o_proj=linear(D, D)
                ),
                mlp=named(gate_proj=linear(D, F_), up_proj=linear(D, F_), down_proj=linear(F_, D)),
                input_layernorm=RMSNorm(D), post_attention_layernorm=RMSNorm(D),
            )
            for _ in range(layers)
        ]  # fmt: skip
        self.model = named(embed_tokens=nn.Embedding(V, D), layers=nn.ModuleList(blocks), norm=RMSNorm(D))
        if not tied:
            self.lm_head = linear(D, V)

    def forward(self, ids):
        x, T = self.model["embed_tokens"](ids), ids.shape[1]
        may = torch.ones(T, T, dtype=torch.bool).tril()
        for block in self.model["layers"]:
            z, a = block["input_layernorm"](x), block["self_attn"]
            q, k = (rotated(split(a[f"{n}_proj"](z), h)) for n, h in (("q", self.heads), ("k", self.kv_heads)))
            v = split(a["v_proj"](z), self.kv_heads)
            k, v = (b.repeat_interleave(self.heads // self.kv_heads, dim=1) for b in (k, v))
            x = x + a["o_proj"](merged(attend(q, k, v, may)))
            z, m = block["post_attention_layernorm"](x), block["mlp"]
            x = x + m["down_proj"](F.silu(m["gate_proj"](z)) * m["up_proj"](z))
        x = self.model["norm"](x)
        return self.lm_head(x) if hasattr(self, "lm_head") else x @ self.model["embed_tokens"].weight.T


class BERT(nn.Module):
    """Hidden states, the pooled vector, and logits of masked words."""

    def __init__(self, V, context, D, layers, heads, eps=1e-12):
        super().__init__()
        self.heads = heads

        def norm():
            return nn.LayerNorm(D, eps=eps)

        blocks = [
            nn.ModuleDict({
                "attention": nn.ModuleDict({
                    "self": named(query=nn.Linear(D, D), key=nn.Linear(D, D), value=nn.Linear(D, D)),
                    "output": named(dense=nn.Linear(D, D), LayerNorm=norm()),
                }),
                "intermediate": named(dense=nn.Linear(D, 4 * D)),
                "output": named(dense=nn.Linear(4 * D, D), LayerNorm=norm()),
            })
            for _ in range(layers)
        ]  # fmt: skip
        tables = {"word": V, "position": context, "token_type": 2}
        embeddings = nn.ModuleDict({f"{name}_embeddings": nn.Embedding(n, D) for name, n in tables.items()})
        embeddings["LayerNorm"] = norm()
        self.bert = named(
            embeddings=embeddings, encoder=named(layer=nn.ModuleList(blocks)), pooler=named(dense=nn.Linear(D, D))
        )
        transform = named(dense=nn.Linear(D, D), LayerNorm=norm())
        self.cls = named(predictions=named(transform=transform))
        self.cls["predictions"].bias = nn.Parameter(torch.randn(V))

    def forward(self, ids, types, real):
        e = self.bert["embeddings"]
        x = e["word_embeddings"](ids) + e["position_embeddings"](torch.arange(ids.shape[1]))
        x = e["LayerNorm"](x + e["token_type_embeddings"](types))
        for block in self.bert["encoder"]["layer"]:
            own, out = block["attention"]["self"], block["attention"]["output"]
            q, k, v = (split(own[name](x), self.heads) for name in ("query", "key", "value"))
            x = out["LayerNorm"](x + out["dense"](merged(attend(q, k, v, real[:, None, None]))))
            inside = F.gelu(block["intermediate"]["dense"](x))
            x = block["output"]["LayerNorm"](x + block["output"]["dense"](inside))
        pooled = torch.tanh(self.bert["pooler"]["dense"](x[:, 0]))
        head = self.cls["predictions"]
        z = head["transform"]["LayerNorm"](F.gelu(head["transform"]["dense"](x)))
        return {"hidden": x, "pooled": pooled, "tokens": z @ e["word_embeddings"].weight.T + head.bias}
