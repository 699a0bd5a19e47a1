"""Exercise 18.5: Multi-head attention."""

import numpy as np

from course_utils.checks.exercise import Case, Exercise, Misconception
from course_utils.checks.lessons.l18_attention.shared import (
    attention,
    attention_scores,
    changed,
    hidden,
    softmax,
    split_by_reshape,
    split_heads,
    split_interleaved,
    steps,
)


def merge_heads(x):
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(N, T, heads * d)


def project(x, params, name):
    return x @ params[f"W_{name}"] + params[f"b_{name}"]


def multi_head_attention(x, params, heads, mask=None):
    q, k, v = (split_heads(project(x, params, name), heads) for name in "qkv")
    return project(merge_heads(attention(q, k, v, mask)), params, "o")


def heads_one_by_one(x, params, heads, mask=None):
    """A loop over the heads; each adds its own rows of W_o."""
    d = x.shape[-1] // heads
    out = np.zeros(x.shape) + params["b_o"]
    for h in range(heads):
        own = slice(h * d, (h + 1) * d)
        q, k, v = (x @ params[f"W_{name}"][:, own] + params[f"b_{name}"][own] for name in "qkv")
        out += attention(q, k, v, mask) @ params["W_o"][own]
    return out


def heads_by_einsum(x, params, heads, mask=None):
    D = x.shape[-1]
    cut = {name: params[f"W_{name}"].reshape(D, heads, -1) for name in "qkv"}
    q, k, v = (np.einsum("ntD,Dhd->nhtd", x, W) for W in cut.values())
    q, k, v = (a + params[f"b_{name}"].reshape(heads, 1, -1) for a, name in zip((q, k, v), "qkv", strict=True))
    mixed = np.einsum("nhij,nhjd->nihd", softmax(hidden(attention_scores(q, k), mask)), v)
    return np.einsum("nihd,hdD->niD", mixed, params["W_o"].reshape(heads, -1, D)) + params["b_o"]


def changed_heads(attend=attention, split=split_heads, merge=merge_heads, params=lambda p: p, last=project):
    """A right multi-head attention with one step spoilt."""

    def answer(x, given, heads, mask=None):
        p = params(given)
        q, k, v = (split(project(x, p, name), heads) for name in "qkv")
        return last(merge(attend(q, k, v, mask)), p, "o")

    return answer


def without_biases(names):
    return lambda params: {n: 0 * a if n in [f"b_{name}" for name in names] else a for n, a in params.items()}


def merge_by_reshape(x):
    return x.reshape(len(x), x.shape[2], -1)


def merge_interleaved(x):
    return x.transpose(0, 2, 3, 1).reshape(len(x), x.shape[2], -1)


def without_projections(x, params, heads, mask=None):
    q = split_heads(x, heads)
    return project(merge_heads(attention(q, q, q, mask)), params, "o")


def transposed_weights(params):
    return {n: a.T for n, a in params.items()}


def scale_of_all_features(q, k, v, mask=None):
    return attention(q / np.sqrt(q.shape[1]), k, v, mask)


def softmax_over_heads_too(q, k, v, mask=None):
    """All keys of all heads compete for one weight of 1."""
    N, heads, T, _ = q.shape
    scores = np.broadcast_to(hidden(attention_scores(q, k), mask), (N, heads, T, T))
    row = scores.transpose(0, 2, 1, 3).reshape(N, T, heads * T)
    return softmax(row).reshape(N, T, heads, T).transpose(0, 2, 1, 3) @ v


def softmax_across_heads(q, k, v, mask=None):
    return changed(weigh=lambda scores: softmax(scores, axis=1))(q, k, v, mask)


def weights_of_the_mean_head(q, k, v, mask=None):
    """One table of weights for all heads, from the mean of their scores."""
    scores = attention_scores(q, k).mean(axis=1, keepdims=True)
    return softmax(hidden(scores, mask)) @ v


def parameters(rng, D):
    weights = {f"W_{name}": rng.normal(size=(D, D)) / D**0.5 for name in "qkvo"}
    return weights | {f"b_{name}": rng.normal(size=D) for name in "qkvo"}


def multi_head_cases(rng):
    for N, T, heads, d in [(1, 2, 2, 1), (2, 3, 2, 4), (1, 5, 3, 2), (2, 2, 1, 3), (2, 3, 4, 1)]:
        yield rng.normal(size=(N, T, heads * d)), parameters(rng, heads * d), heads
    yield Case(rng.normal(size=(2, 4, 6)), parameters(rng, 6), 2, mask=np.tri(4, dtype=bool))
    yield Case(rng.normal(size=(3, 3, 4)), parameters(rng, 4), 2, mask=steps(rng, 3, 3))
    yield Case(100 * rng.normal(size=(1, 3, 6)), parameters(rng, 6), 3, mask=np.tri(3, dtype=bool))


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.5", title="Multi-head attention", name="multi_head_attention", points=4, minutes=20, difficulty=4,
    section="7. Several heads", reference=multi_head_attention, cases=multi_head_cases,
    needs=("18.1", "18.2", "18.4"),
    forbidden=("family:attention",),
    alternatives=[heads_one_by_one, heads_by_einsum],
    misconceptions=[
        Misconception("merged-by-reshape", changed_heads(merge=merge_by_reshape),
            "The heads were put together by reshape alone, while the head axis stood before T: positions and heads "
            "are mixed up. Bring T back to its place first.", family="reshaped where axes are to be moved"),
        Misconception("split-by-reshape", changed_heads(split=split_by_reshape),
            "Your heads hold all features of a few positions: they were cut by reshape alone. 18.4 does it rightly.",
            family="reshaped where axes are to be moved"),
        Misconception("reshape-both-ways",
            changed_heads(split=split_by_reshape, merge=merge_by_reshape),
            "Cut by reshape and merged by reshape: the two undo each other, but in between each head saw a few "
            "positions instead of a few features.", family="reshaped where axes are to be moved"),
        Misconception("interleaved", changed_heads(split=split_interleaved,
            merge=merge_interleaved),
            "Your head h owns every heads-th column of the projections. It should own columns side by side.",
            family="reshaped where axes are to be moved"),
        Misconception("no-output-projection", changed_heads(last=lambda mixed, p, name: mixed),
            "The heads stand side by side, and that is all. (18.7) lets them talk to each other once more: W_o, b_o."),
        Misconception("no-biases", changed_heads(params=without_biases("qkvo")),
            "No bias counts in your answer. There are four of them.", family="bias forgotten"),
        Misconception("no-output-bias", changed_heads(params=without_biases("o")),
            "Your output is off by the same vector everywhere: one bias of (18.7) is missing.",
            family="bias forgotten"),
        Misconception("only-output-bias", changed_heads(params=without_biases("qkv")),
            "Your output has its bias, the projections before it have none. Every projection is x @ W + b."),
        Misconception("scale-of-all-features", changed_heads(attend=scale_of_all_features),
            "The scores are divided by the root of D. Over how many features does a score of *one head* add up?",
            family="wrong scale of attention scores"),
        Misconception("one-head", lambda x, params, heads, mask=None:
            multi_head_attention(x, params, 1, mask),
            "`heads` changes nothing in your answer: all features went into one attention."),
        Misconception("one-softmax-for-all-heads", changed_heads(attend=softmax_over_heads_too),
            "The keys of all heads compete in one softmax. Each head has weights of its own that sum to 1."),
        Misconception("heads-compete", changed_heads(attend=softmax_across_heads),
            "Your weights sum to 1 over the heads. Within a head they should sum to 1 over the keys.",
            family="wrong axis"),
        Misconception("one-table-for-all-heads", changed_heads(attend=weights_of_the_mean_head),
            "All heads use the same table of weights. Then why several heads? Each has its own scores."),
        Misconception("not-projected", without_projections,
            "q, k and v are x itself. Three projections come first, (18.1)."),
        Misconception("values-are-keys", changed_heads(
            params=lambda p: {**p, "W_v": p["W_k"], "b_v": p["b_k"]}),
            "The keys are handed over as values. The values have a projection of their own."),
        Misconception("queries-and-keys-exchanged", changed_heads(
            params=lambda p: {**p, "W_q": p["W_k"], "b_q": p["b_k"], "W_k": p["W_q"], "b_k": p["b_q"]}),
            "Queries and keys have changed places: your scores are the right table, turned on its side."),
        Misconception("keys-and-values-exchanged", changed_heads(
            params=lambda p: {**p, "W_v": p["W_k"], "b_v": p["b_k"], "W_k": p["W_v"], "b_k": p["b_v"]}),
            "Keys and values have changed places. Which of the two projections meets the queries, and which is mixed?"),
        Misconception("one-bias-for-three", changed_heads(
            params=lambda p: {**p, "b_k": p["b_q"], "b_v": p["b_q"]}),
            "The same bias, b_q, stands in three projections. Did you copy a line and change only its W?",
            family="bias forgotten"),
        Misconception("residual", lambda x, params, heads, mask=None:
            x + multi_head_attention(x, params, heads, mask),
            "You added x to the result. A Transformer block does so around this layer; the layer itself does not."),
        Misconception("heads-averaged", changed_heads(
            merge=lambda mixed: np.tile(mixed.mean(axis=1), mixed.shape[1])),
            "You took the mean of the heads, so D / heads different numbers are left. (18.7) sets them side by side."),
        Misconception("always-causal", lambda x, params, heads, mask=None:
            multi_head_attention(x, params, heads, np.tri(x.shape[1], dtype=bool)),
            "Your words never look ahead, whatever `mask` is. Here the caller decides, and None means: see all.",
            family="mask ignored or turned round"),
        Misconception("mask-inverted", lambda x, params, heads, mask=None:
            multi_head_attention(x, params, heads, None if mask is None else ~mask),
            "Without a mask you are right; with one, you hide what may be seen. True means: may attend. PyTorch's own "
            "layer takes the opposite.", family="mask ignored or turned round"),
        Misconception("weights-turned", changed_heads(params=transposed_weights),
            "You multiply by the transposed weights, as PyTorch stores them. Here it is x @ W + b.",
            family="transposed"),
        Misconception("mask-ignored", lambda x, params, heads, mask=None:
            multi_head_attention(x, params, heads),
            "Without a mask you are right; the mask never reaches the attention.",
            family="mask ignored or turned round"),
    ],
    hints=[
        "Five steps: three projections; split; attention; heads side by side again; output projection.",
        "scaled_dot_product_attention and split_heads of your own are there, and they work on any leading axes: all "
        "heads at once.",
        "To put the heads side by side, undo the two moves of split_heads in the opposite order.",
        "The mask has two axes and broadcasts over all heads and examples: hand it on as it is.",
    ],
    takeaway="Heads are one more leading axis, and no loop.",
)
