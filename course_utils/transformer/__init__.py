"""The Transformer's blocks: attention and a small network at each position, each inside a residual connection.

Letters: N batch, T time, D features, F features inside the feed-forward network, h heads.
Each sublayer f stands in x + f(norm(x)) where `norm_first` (Xiong et al., 2020; GPT-2), else in norm(x + f(x))
(Vaswani et al., 2017; BERT).

Parameters are flat dicts. An encoder block has those of multi-head attention (W_q b_q W_k b_k W_v b_v W_o b_o),
of the feed-forward network (W_1 b_1 W_2 b_2) and two norms (gamma_1 beta_1 gamma_2 beta_2); a decoder block
also those of its second attention (cross_W_q … cross_b_o) and of a third norm, in the order of its sublayers.
SwiGLU adds W_3 b_3; RMS norm has no beta, and without biases there is no b_.
"""

from course_utils.transformer._residual import ResidualCache
from course_utils.transformer.bert import BERT
from course_utils.transformer.blocks import (
    DecoderBlockCache,
    EncoderBlockCache,
    decoder_block_backward,
    decoder_block_forward,
    encoder_block_backward,
    encoder_block_forward,
)
from course_utils.transformer.configuration import BERTConfig, EncoderDecoderConfig, GPTConfig
from course_utils.transformer.encoder_decoder import EncoderDecoder
from course_utils.transformer.feed_forward import FeedForwardCache, feed_forward_backward, feed_forward_forward
from course_utils.transformer.generation import draw, generate, top_k, top_p
from course_utils.transformer.gpt import GPT
from course_utils.transformer.layers import DecoderBlock, EncoderBlock, MultiHeadAttention, PositionalEmbedding
from course_utils.transformer.loading import bert_params, gpt2_params, llama_params, load_bert, load_gpt2, load_llama
from course_utils.transformer.positions import sinusoidal_positions
from course_utils.transformer.starting import init_decoder_block, init_encoder_block, init_multi_head

__all__ = [
    "BERT",
    "GPT",
    "BERTConfig",
    "DecoderBlock",
    "DecoderBlockCache",
    "EncoderBlock",
    "EncoderBlockCache",
    "EncoderDecoder",
    "EncoderDecoderConfig",
    "FeedForwardCache",
    "GPTConfig",
    "MultiHeadAttention",
    "PositionalEmbedding",
    "ResidualCache",
    "bert_params",
    "decoder_block_backward",
    "decoder_block_forward",
    "draw",
    "encoder_block_backward",
    "encoder_block_forward",
    "feed_forward_backward",
    "feed_forward_forward",
    "generate",
    "gpt2_params",
    "init_decoder_block",
    "init_encoder_block",
    "init_multi_head",
    "llama_params",
    "load_bert",
    "load_gpt2",
    "load_llama",
    "sinusoidal_positions",
    "top_k",
    "top_p",
]  # fmt: skip
