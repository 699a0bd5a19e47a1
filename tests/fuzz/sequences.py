"""Recurrent networks and attention, as our functions and written out with PyTorch's tensors."""

import math

import numpy as np
import torch

from course_utils import attention, recurrent
from tests.fuzz.drawing import Case, Draw


def _rnn(x, h, W, U, b):
    return (torch.tanh(x @ W + h @ U + b),)


def _lstm(x, h, c, W, U, b):
    i, f, g, o = (x @ W + h @ U + b).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def _gru(x, h, W, U, b_W, b_U):
    (r, z, n), (r_h, z_h, n_h) = (x @ W + b_W).chunk(3, dim=-1), (h @ U + b_U).chunk(3, dim=-1)
    r, z = torch.sigmoid(r + r_h), torch.sigmoid(z + z_h)
    return ((1 - z) * torch.tanh(n + r * n_h) + z * h,)


STEPS = {"rnn": (_rnn, 1, 1, 1), "lstm": (_lstm, 4, 2, 1), "gru": (_gru, 3, 1, 2)}  # step, gates, states, biases


def recurrent_cell(draw: Draw) -> Case:
    """One step."""
    name = draw.one_of("lstm", "gru")
    step, gates, states, biases = STEPS[name]
    N, D, H = draw.size(), draw.size(), draw.size()
    arrays = (draw.values(N, D), *(draw.values(N, H) for _ in range(states)), draw.values(D, gates * H),
              draw.values(H, gates * H), *(draw.values(gates * H) for _ in range(biases)))  # fmt: skip
    return Case(
        getattr(recurrent, f"{name}_cell_forward"), getattr(recurrent, f"{name}_cell_backward"), arrays, {},
        lambda *given: step(*given) if name == "lstm" else step(*given)[0],
    )  # fmt: skip


def recurrent_layer(draw: Draw) -> Case:
    """All steps, with and without a mask."""
    name = draw.one_of("rnn", "lstm", "gru")
    step, gates, states, biases = STEPS[name]
    N, T, D, H = draw.size(), draw.size(7), draw.size(), draw.size()
    arrays = (draw.values(N, T, D), *(draw.values(N, H) for _ in range(states)), draw.values(D, gates * H),
              draw.values(H, gates * H), *(draw.values(gates * H) for _ in range(biases)))  # fmt: skip
    mask = draw.laid_out(draw.mask(N, T)) if draw.chance() else None

    def peer(x, *rest):
        state, weights, hs = rest[:states], rest[states:], []
        for t in range(T):
            new = step(x[:, t], *state, *weights)
            if mask is not None:
                keep = torch.tensor(mask[:, t, None].copy())
                new = tuple(torch.where(keep, after, before) for after, before in zip(new, state, strict=True))
            state = new
            hs.append(state[0])
        h = torch.stack(hs, dim=1) if hs else x.new_zeros(N, 0, H) + 0 * x.sum()
        return (h, state[1] * 1) if name == "lstm" else h

    pair = getattr(recurrent, f"{name}_forward"), getattr(recurrent, f"{name}_backward")
    return Case(*pair, arrays, {"mask": mask}, peer)


def _attend(q, k, v, mask, scale=None):
    scores = q @ k.transpose(-1, -2) * (1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else scale)
    if mask is None:
        return torch.softmax(scores, -1) @ v
    mask = torch.tensor(np.array(mask)).expand(scores.shape)
    weights = torch.softmax(scores.masked_fill(~mask, -1e30), -1)
    return torch.where(mask, weights, 0.0) @ v


def dot_attention(draw: Draw) -> Case:
    """Queries, keys and values with leading axes that broadcast, masks, rows that may attend nowhere."""
    lead = draw.shape(draw.rng.integers(3), most=3)
    Tq, Tk, d = draw.size(), draw.size(), draw.size(least=1)
    leads = [tuple(1 if draw.chance(0.15) else n for n in lead)[draw.chance(0.1) * len(lead) :] for _ in range(3)]
    full = torch.broadcast_shapes(*leads)
    q, k, v = draw.values(*leads[0], Tq, d), draw.values(*leads[1], Tk, d), draw.values(*leads[2], Tk, draw.size())
    options = {"mask": draw.mask(*full, Tq, Tk) if draw.chance(0.6) else None}
    if draw.chance(0.3):
        options["scale"] = draw.one_of(1.0, 0.1, 3.0)
    return Case(
        attention.scaled_dot_product_attention_forward, attention.scaled_dot_product_attention_backward, (q, k, v),
        options, lambda q, k, v: _attend(q, k, v, **options),
    )  # fmt: skip


def multi_head(draw: Draw) -> Case:
    """Heads with their projections."""
    N, Tq, Tk, heads, d = draw.size(3), draw.size(), draw.size(), draw.one_of(1, 2, 3), draw.size(3, least=1)
    E, D, D_kv = heads * d, heads * d, draw.size(4, least=1)
    sizes = {"q": (D, E), "k": (D_kv, E), "v": (D_kv, E), "o": (E, D)}
    params = {}
    for name, size in sizes.items():
        params |= {f"W_{name}": draw.values(*size), f"b_{name}": draw.values(size[1])}
    mask = draw.mask(N, Tq, Tk) if draw.chance() else None

    def peer(x_q, x_kv, p):
        q, k, v = (
            (x @ p[f"W_{name}"] + p[f"b_{name}"]).unflatten(-1, (heads, d)).transpose(1, 2)
            for name, x in (("q", x_q), ("k", x_kv), ("v", x_kv))
        )
        out = _attend(q, k, v, None if mask is None else mask[:, None])
        return out.transpose(1, 2).flatten(2) @ p["W_o"] + p["b_o"]

    return Case(
        attention.multi_head_attention_forward, attention.multi_head_attention_backward,
        (draw.values(N, Tq, D), draw.values(N, Tk, D_kv), params), {"heads": heads, "mask": mask}, peer,
    )  # fmt: skip


def additive(draw: Draw) -> Case:
    """Scores v · tanh(W_q q + W_k k), of one query an example or of many."""
    N, Tq, T, D_q, D_k, A = draw.size(3), draw.size(), draw.size(), draw.size(3), draw.size(3), draw.size(4)
    many = draw.chance()
    params = {"W_q": draw.values(D_q, A), "W_k": draw.values(D_k, A), "v": draw.values(A)}
    mask = draw.mask(N, T) if draw.chance() else None

    def peer(query, keys, p):
        queries = query if many else query[:, None]
        features = torch.tanh((queries @ p["W_q"])[:, :, None] + (keys @ p["W_k"])[:, None])
        scores = features @ p["v"]
        allowed = torch.tensor(np.ones((N, T), bool) if mask is None else mask)[:, None].expand(scores.shape)
        weights = torch.where(allowed, torch.softmax(scores.masked_fill(~allowed, -1e30), -1), 0.0)
        return weights @ keys if many else (weights @ keys)[:, 0]

    query = draw.values(N, Tq, D_q) if many else draw.values(N, D_q)
    given = None if mask is None else mask[:, None] if many else mask
    return Case(
        attention.additive_attention_forward, attention.additive_attention_backward,
        (query, draw.values(N, T, D_k), params), {"mask": given}, peer,
    )  # fmt: skip


def _turned(x, start, base, pairs):
    """Rotary positions by complex numbers."""
    half = x.shape[-1] // 2
    if pairs == "halves":
        x = x.unflatten(-1, (2, half)).transpose(-1, -2).flatten(-2)
    angles = (start + torch.arange(x.shape[-2], dtype=torch.float64))[:, None]
    angles = angles / base ** (torch.arange(half, dtype=torch.float64) / max(half, 1))
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.stack((a * cos - b * sin, b * cos + a * sin), -1)
    return out.transpose(-1, -2).flatten(-2) if pairs == "halves" else out.flatten(-2)


def rotary(draw: Draw) -> Case:
    """Features turned by their positions."""
    base, pairs, start = draw.one_of(10.0, 10000.0), draw.one_of("halves", "neighbours"), draw.size()
    x = draw.values(*draw.shape(draw.rng.integers(3)), draw.size(), 2 * draw.size(3))
    options = {"positions": start + np.arange(x.shape[-2]), "base": base, "pairs": pairs}
    return Case(
        attention.rotary_forward, attention.rotary_backward, (x,), options, lambda x: _turned(x, start, base, pairs)
    )


def shared_keys(draw: Draw) -> Case:
    """Self-attention as of Llama: heads share keys and values, positions are rotary, some were seen before."""
    N, T, seen, groups, each = draw.size(3), draw.size(), draw.size(3), draw.one_of(1, 2), draw.one_of(1, 2, 3)
    heads, d = groups * each, 2 * draw.size(2, least=1)
    D = heads * d
    params = {f"W_{n}": draw.values(D, D if n in "qo" else groups * d) for n in "qkvo"}
    past = attention.KeyValues(*(draw.rng.normal(size=(N, groups, seen, d)) for _ in range(2))) if seen else None
    turn = attention.Rotary(100.0, draw.one_of("halves", "neighbours")) if draw.chance() else None
    mask = draw.mask(N, T, seen + T) if draw.chance() else None

    def peer(x_q, x_kv, p):
        q, k, v = (
            (x @ p[f"W_{n}"]).unflatten(-1, (h, d)).transpose(1, 2)
            for n, x, h in (("q", x_q, heads), ("k", x_kv, groups), ("v", x_kv, groups))
        )
        if turn is not None:
            q, k = (_turned(a, seen, *turn) for a in (q, k))
        if past is not None:
            k, v = (torch.cat((torch.tensor(old).to(x_q.dtype), a), 2) for old, a in zip(past, (k, v), strict=True))
        k, v = (a.repeat_interleave(each, dim=1) for a in (k, v))
        out = _attend(q, k, v, None if mask is None else mask[:, None])
        return out.transpose(1, 2).flatten(2) @ p["W_o"]

    options = {"heads": heads, "kv_heads": groups, "biases": False, "rotary": turn, "past": past, "mask": mask}
    return Case(
        attention.multi_head_attention_forward, attention.multi_head_attention_backward,
        (draw.values(N, T, D), draw.values(N, T, D), params), options, peer,
        slack=3.0,  # up to 24 unscaled features make large scores
    )  # fmt: skip


OPERATIONS = (
    recurrent_cell,
    recurrent_layer,
    recurrent_layer,
    dot_attention,
    multi_head,
    additive,
    rotary,
    shared_keys,
)
