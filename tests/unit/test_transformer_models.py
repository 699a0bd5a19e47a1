"""Layers and models of the Transformer: gradients, masks, dropout, and writing with and without a cache."""

import functools

import numpy as np
import pytest

from course_utils.gradcheck import check_gradients
from course_utils.layers import Dense, Embedding, MeanOverTime, Sequential
from course_utils.losses import cross_entropy_forward
from course_utils.optim import Adam
from course_utils.train import fit
from course_utils.transformer import (
    BERT,
    GPT,
    BERTConfig,
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    EncoderDecoderConfig,
    GPTConfig,
    MultiHeadAttention,
    PositionalEmbedding,
    draw,
    generate,
    top_k,
    top_p,
)

IDS, SOURCE = np.array([[1, 4, 2, 0, 3], [3, 3, 0, 2, 1]]), np.array([[2, 5, 1], [4, 4, 3]])
REAL = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)
SOURCE_REAL = np.array([[1, 1, 1], [1, 0, 0]], bool)
SMALL = {"D": 4, "heads": 2, "layers": 2, "F": 5, "context": 8}
LLAMA = {
    "norm": "rms", "activation": "swiglu", "biases": False, "positions": "rotary", "kv_heads": 1, "tied": False,
    "rotary_base": 50.0, "eps": 1e-6,
}  # fmt: skip


def rng():
    return np.random.default_rng(11)


def shaken(layer):
    """Parameters moved off their start, where zeros and ones hide mistakes."""
    draws = rng()
    layer.params = {name: p + 0.1 * draws.normal(size=p.shape) for name, p in layer.params.items()}
    return layer


def gpt(**style):
    return shaken(GPT(GPTConfig(vocabulary=5, **SMALL | style), rng()))


def bert(**style):
    return shaken(BERT(BERTConfig(vocabulary=5, **SMALL | style), rng()))


def encoder_decoder(**style):
    sizes = {"source_vocabulary": 6, "target_vocabulary": 5}
    return shaken(EncoderDecoder(EncoderDecoderConfig(**SMALL | sizes | style), rng()))


ONE = {"layers": 1}  # finite differences of every parameter cost much time
MODELS = {
    "GPT": (gpt(**ONE), (IDS,), {}),
    "GPT of Llama's kind, padded": (gpt(**ONE | LLAMA), (IDS,), {"mask": REAL}),
    "GPT, sinusoidal, norms last, own head": (
        gpt(**ONE, positions="sinusoidal", norm_first=False, tied=False), (IDS,), {},
    ),
    "BERT": (bert(**ONE), (IDS,), {"mask": REAL, "types": np.array([[0, 0, 1, 1, 1], [0, 1, 1, 0, 0]])}),
    "BERT, pooled, norms first": (bert(**ONE, output="pooled", norm_first=True), (IDS,), {}),
    "BERT, tokens, one kind": (bert(**ONE, output="tokens", types=0), (IDS,), {"mask": REAL}),
    "encoder and decoder": (encoder_decoder(**ONE), (SOURCE, IDS), {"source_mask": SOURCE_REAL, "target_mask": REAL}),
    "one table for all": (
        encoder_decoder(**ONE, source_vocabulary=6, target_vocabulary=6, shared=True, norm_first=False),
        (SOURCE, IDS),
        {},
    ),
    "nothing shared, rotary": (encoder_decoder(**ONE, positions="rotary", tied=False, kv_heads=1), (SOURCE, IDS), {}),
}  # fmt: skip


def assert_model_gradients(model, *ids, **options):
    """The gradients of all parameters of a model of ids."""

    def forward(params):
        model.params = params
        return model.forward(*ids, **options)

    kept = model.params
    assert check_gradients((forward, lambda dout, cache: model.backward(dout, cache)[1]), kept) < 1e-6
    model.params = kept


def assert_layer_gradients(layer, x, **options):
    """The gradients of a layer's input, an array or a pair, and of its parameters."""

    def forward(x, params):
        layer.params = params
        return layer.forward(x, **options)

    assert check_gradients((forward, layer.backward), x, layer.params) < 1e-6


@pytest.mark.parametrize("name", MODELS)
def test_the_models_gradients_are_right(name):
    model, given, options = MODELS[name]
    assert_model_gradients(model, *given, **options)
    out, cache = model.forward(*given, **options)
    assert list(model.backward(np.ones_like(out), cache)[1]) == list(model.params)


X, MEMORY = rng().normal(size=(2, 5, 4)), rng().normal(size=(2, 3, 6))
LAYERS = {
    "attention": (MultiHeadAttention(4, 2, rng(), causal=True), X, {"mask": REAL}),
    "attention to another": (MultiHeadAttention(4, 2, rng(), D_kv=6), (X, MEMORY), {"mask": SOURCE_REAL}),
    "encoder block": (EncoderBlock(4, 5, 2, rng(), activation="gelu"), X, {"mask": REAL}),
    "decoder block": (
        DecoderBlock(4, 5, 2, rng(), D_memory=6), (X, MEMORY), {"mask": REAL, "memory_mask": SOURCE_REAL},
    ),
    "positions": (PositionalEmbedding(6, 4, rng()), X, {"start": 1}),
    "fixed positions": (PositionalEmbedding(6, 4, kind="sinusoidal"), X, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_the_layers_gradients_are_right(name):
    layer, x, options = LAYERS[name]
    assert_layer_gradients(layer, x, **options)


@pytest.mark.parametrize("name", ["GPT of Llama's kind, padded", "BERT", "encoder and decoder"])
def test_what_is_no_token_changes_nothing(name):
    model, given, options = MODELS[name]
    out, _ = model.forward(*given, **options)
    masks = [o for o in options.values() if o.dtype == bool]
    changed = [np.where(mask, ids, (ids + 1) % 5) for ids, mask in zip(given, masks, strict=True)]
    again, _ = model.forward(*changed, **options)
    np.testing.assert_array_equal(out[REAL], again[REAL])
    np.testing.assert_array_equal(out[0], again[0])


def test_a_gpt_looks_back_only():
    model = gpt()
    later = IDS.copy()
    later[:, 3:] = 4 - later[:, 3:]
    np.testing.assert_array_equal(model.forward(IDS)[0][:, :3], model.forward(later)[0][:, :3])


def test_dropout_works_in_training_alone_and_is_the_generators():
    drops = {"dropout": 0.2, "attention_dropout": 0.2}
    for make, given in ((gpt, (IDS,)), (bert, (IDS,)), (encoder_decoder, (SOURCE, IDS))):
        model, plain = make(**drops), make()
        still = model.forward(*given, training=False)[0]
        np.testing.assert_array_equal(still, plain.forward(*given)[0])
        assert not np.allclose(model.forward(*given)[0], still)
        model.generators[0].bit_generator.state = np.random.default_rng(1).bit_generator.state
        first = model.forward(*given)[0]
        model.generators[0].bit_generator.state = np.random.default_rng(1).bit_generator.state
        np.testing.assert_array_equal(first, model.forward(*given)[0])


def test_a_tied_model_has_one_table():
    model = gpt()
    assert not any(name.startswith("head") for name in model.params)
    _, grads = model.loss_and_gradients(IDS)
    assert list(grads) == list(model.params)
    _, read_only = gpt(tied=False).loss_and_gradients(
        IDS[:, :2]
    )  # the ids 1 and 3 are read, all stand among the answers
    _, both = model.loss_and_gradients(IDS[:, :2])
    rows = [np.flatnonzero(g["input.tokens.table"].any(axis=1)).tolist() for g in (read_only, both)]
    assert rows == [[1, 3], [0, 1, 2, 3, 4]]
    assert {name.split(".")[0] for name in gpt(tied=False).params} >= {"head", "norm", "input", "block_1"}


def test_the_loss_is_that_of_the_next_id():
    model, ids = gpt(), np.where(REAL, IDS, -100)
    loss, _ = model.loss_and_gradients(ids, ignore_index=-100)
    logits, _ = model.forward(IDS[:, :-1])
    assert loss == pytest.approx(float(cross_entropy_forward(logits, labels=ids[:, 1:], ignore_index=-100)[0]))


def test_blocks_stand_in_a_sequential_and_share_its_mask():
    layers = Embedding(5, 4, rng()), PositionalEmbedding(8, 4, rng()), EncoderBlock(4, 8, 2, rng()), MeanOverTime()
    model = Sequential(*layers, Dense(4, 2, rng()))
    out, _ = model.forward(IDS, mask=REAL)
    changed = np.where(REAL, IDS, 4)
    np.testing.assert_array_equal(out, model.forward(changed, mask=REAL)[0])
    on_bert = Sequential(bert(), MeanOverTime(), Dense(4, 2, rng()))
    assert on_bert.forward(IDS, mask=REAL)[0].shape == (2, 2)


def test_masked_words_are_learned_by_fit():
    """Ids that alternate: the neighbour says what the mark 4 hides."""
    ids = np.array([[0, 1] * 4, [1, 0] * 4, [2, 3] * 4, [3, 2] * 4] * 4)
    hidden = rng().random(ids.shape) < 0.2
    labels = np.where(hidden, ids, -100)
    model = BERT(BERTConfig(vocabulary=5, **SMALL | {"D": 16, "F": 32}, output="tokens"), rng())

    loss = functools.partial(cross_entropy_forward, ignore_index=-100)
    x = np.where(hidden, 4, ids)
    history = fit(model, (x, labels), loss, Adam(1e-2), epochs=40, rng=rng(), batch_size=16, progress=False)
    assert history.records["loss"][-1] < 0.2 * history.records["loss"][0]


# --- writing ---------------------------------------------------------------------------------------------------------

STYLES = {"GPT-2": {}, "Llama": LLAMA, "sinusoidal": {"positions": "sinusoidal"}, "none": {"positions": "none"}}


@pytest.mark.parametrize("style", STYLES)
def test_a_step_with_what_was_seen_gives_the_same_logits(style):
    model = gpt(**STYLES[style])
    full, _ = model.forward(IDS, training=False)
    past, seen = None, 0
    for part in (IDS[:, :2], IDS[:, 2:3], IDS[:, 3:]):
        out, cache = model.forward(part, training=False, past=past)
        np.testing.assert_allclose(out, full[:, seen : seen + part.shape[1]], atol=1e-12)
        past, seen = model.key_values(cache), seen + part.shape[1]


@pytest.mark.parametrize("how", [{"temperature": 0}, {}, {"temperature": 0.7, "top_k": 3}, {"top_p": 0.8}])
@pytest.mark.parametrize("style", STYLES)
def test_the_cache_changes_no_id_also_beyond_the_context(style, how):
    model = gpt(**STYLES[style])
    with_cache = model.generate(IDS, 12, rng=rng(), **how)
    np.testing.assert_array_equal(with_cache, model.generate(IDS, 12, rng=rng(), cache=False, **how))
    np.testing.assert_array_equal(with_cache[:, :5], IDS)
    assert with_cache.shape == (2, 17)
    one = model.generate(IDS[0], 12, rng=rng(), **how)
    assert one.shape == (17,)


def test_an_encoder_decoder_writes_the_same_with_a_cache():
    for style in ({}, {"positions": "rotary", "kv_heads": 1}, {"positions": "learned"}):
        model = encoder_decoder(**style)
        for how in ({"temperature": 0}, {}):
            options = {"start": 1, "source_mask": SOURCE_REAL, **how}
            ours = model.generate(SOURCE, 12, rng=rng(), **options)
            np.testing.assert_array_equal(ours, model.generate(SOURCE, 12, rng=rng(), cache=False, **options))
        greedy = model.generate(SOURCE, 3, start=1, source_mask=SOURCE_REAL, temperature=0)
        logits, _ = model.forward(SOURCE, greedy[:, :-1], training=False, source_mask=SOURCE_REAL)
        np.testing.assert_array_equal(logits.argmax(-1), greedy[:, 1:])


def counting(ids, past):
    """The next id is one more; nothing is remembered."""
    return 50.0 * np.eye(9)[(ids[:, -1] + 1) % 9], None


def test_a_row_that_has_ended_is_filled_up_and_all_ended_stop():
    out = generate(counting, np.array([[0], [2]]), 20, context=8, temperature=0, stop=4)
    assert out.tolist() == [[0, 1, 2, 3, 4], [2, 3, 4, 4, 4]]


def test_no_new_ids_are_the_prompt():
    assert generate(counting, [3], 0, context=8).tolist() == [3]


def test_the_largest_and_the_nucleus():
    logits = np.array([2.0, 1.0, 2.0, 0.0])
    assert np.isfinite(top_k(logits, 1)).tolist() == [True, False, True, False]  # ties at the edge are kept
    np.testing.assert_array_equal(top_k(logits, 9), logits)
    p = np.array([[0.5, 0.2, 0.25, 0.05]])
    for share, kept in ((0.5, 1), (0.51, 2), (0.75, 2), (0.76, 3), (1.0, 4), (1e-9, 1)):
        assert np.isfinite(top_p(np.log(p), share)).sum() == kept, share
    assert top_p(np.log(p).astype(np.float32), 0.5).dtype == np.float32


def test_draws_follow_the_distribution():
    logits = np.log(np.tile([0.5, 0.3, 0.2, 0.0 + 1e-30], (20_000, 1)))
    for temperature in (0.5, 1.0, 2.0):
        wanted = np.exp(logits[0] / temperature) / np.exp(logits[0] / temperature).sum()
        shares = np.bincount(draw(logits, temperature=temperature, rng=rng()), minlength=4) / len(logits)
        np.testing.assert_allclose(shares, wanted, atol=0.015)
    assert set(draw(logits, k=2, rng=rng())) == {0, 1} and set(draw(logits, p=0.4, rng=rng())) == {0}
    assert draw(1e4 * np.eye(3), temperature=1e-3, rng=rng()).tolist() == [0, 1, 2]


MISTAKES = {
    "too long": (lambda: gpt().forward(np.zeros((1, 9), int)), ValueError, "codes for 8"),
    "heads": (lambda: GPTConfig(vocabulary=5, D=5, heads=2), ValueError, "heads divide D"),
    "positions": (lambda: GPTConfig(vocabulary=5, positions="rope"), ValueError, "'rope'"),
    "norm": (lambda: EncoderBlock(4, 8, 2, rng(), norm="batch").forward(X), ValueError, "'batch'"),
    "activation": (lambda: EncoderBlock(4, 8, 2, rng(), activation="elu").forward(X), ValueError, "'elu'"),
    "option": (lambda: EncoderBlock(4, 8, 2, rng(), drop=0.1).forward(X), TypeError, "drop"),
    "output": (lambda: BERTConfig(vocabulary=5, output="cls"), ValueError, "'cls'"),
    "shared": (lambda: encoder_decoder(shared=True), ValueError, "one vocabulary"),
    "kind": (lambda: PositionalEmbedding(4, 4, rng(), kind="fixed"), ValueError, "'fixed'"),
    "no ids": (lambda: gpt().generate(np.zeros((1, 0), int), 2), ValueError, "at least one"),
    "ids that are none": (lambda: gpt().generate([0.5], 2), ValueError, "integers"),
    "no generator": (lambda: gpt().generate([1], 2), TypeError, "temperature=0"),
    "temperature": (lambda: draw(np.zeros((1, 2)), temperature=-1), ValueError, "at least 0"),
    "k": (lambda: top_k(np.zeros(3), 0), ValueError, "at least 1"),
    "p": (lambda: top_p(np.zeros(3), 0), ValueError, r"\(0, 1\]"),
    "mask": (lambda: EncoderBlock(4, 8, 2, rng()).forward(X, mask=np.ones((2, 5))), TypeError, "boolean"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_get_a_clear_message(mistake):
    call, error, message = MISTAKES[mistake]
    with pytest.raises(error, match=message):
        call()
