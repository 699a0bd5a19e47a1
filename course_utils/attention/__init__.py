"""Attention: each query takes a mean of the values, weighted by how well its key matches.

Letters: N batch, T time, D features of the input, E features of all heads together, h heads, d = E / h.
A mask is boolean, True = may attend, and broadcasts to the scores (..., Tq, Tk); one of three axes
(N, Tq, Tk) counts for every head. A query that may attend nowhere gets zeros, and so do its gradients.
"""

from course_utils.attention.additive import AdditiveCache, additive_attention_backward, additive_attention_forward
from course_utils.attention.chunked import chunked_attention
from course_utils.attention.dot_product import (
    AttentionCache,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)
from course_utils.attention.multi_head import (
    KeyValues,
    MultiHeadCache,
    Rotary,
    multi_head_attention_backward,
    multi_head_attention_forward,
)
from course_utils.attention.rotary import RotaryCache, rotary_backward, rotary_forward
from course_utils.masks import causal_mask, padding_mask

__all__ = [
    "AdditiveCache", "AttentionCache", "KeyValues", "MultiHeadCache", "Rotary", "RotaryCache",
    "additive_attention_backward", "additive_attention_forward", "causal_mask", "chunked_attention",
    "multi_head_attention_backward", "multi_head_attention_forward", "padding_mask", "rotary_backward",
    "rotary_forward", "scaled_dot_product_attention_backward", "scaled_dot_product_attention_forward",
]  # fmt: skip
