"""What the numbered formulas of lessons 11 to 23 should give: see `formula_cases`."""

import math
from types import SimpleNamespace

import numpy as np

from course_utils import attention, conv, recurrent
from course_utils import generative as gen
from course_utils.activations import sigmoid
from tests.notebooks.formula_cases import case, from_0, lesson

# ---- 11: convolution


@case("11.1")
def correlation(rng):
    x, K = rng.normal(size=(5, 6)), rng.normal(size=(2, 3))
    names = {"x_": from_0(x), "K_": from_0(K), "b": 0.5, "k_h": 2, "k_w": 3, "p": 3, "q": 1}
    return names, [lesson("11").correlate(x, K, 0.5)[3, 1]]


@case("11.2")
def flipped(rng):
    x, K = rng.normal(size=(5, 6)), rng.normal(size=(3, 3))
    whole = lesson("11").correlate(np.pad(x, 2), K[::-1, ::-1])
    names = {"x_": from_0(x), "K_": from_0(K), "p": 3, "q": 1, "ranges": {"i": range(3), "j": range(3)}}
    return names, [whole[3, 1]]


@case("11.3")
def output_size(rng):
    n, k, stride, pad = rng.integers((20, 2, 1, 1), (40, 6, 4, 4)).tolist()
    return {"n": n, "P": pad, "k": k, "s": stride}, [conv.conv_output_size(n, k, stride=stride, pad=pad)]


@case("11.4")
def strides(rng):
    x, K = rng.normal(size=(1, 1, 7, 7)), rng.normal(size=(1, 1, 3, 3))
    names = {r"\tilde x_": from_0(np.pad(x[0, 0], 1)), "K_": from_0(K[0, 0]), "b": 0.5, "p": 1, "q": 2, "s": 2}
    out = conv.conv2d_forward(x, K, np.full(1, 0.5), stride=2, pad=1)[0]
    return names | {"ranges": {"i": range(3), "j": range(3)}}, [out[0, 0, 1, 2]]


@case("11.5")
def receptive_field(rng):
    before, after = (lesson("11").pixels_that_matter(strides) for strides in [(2, 2), (2, 2, 1)])
    return {r"r_{\ell-1}": before, r"k_\ell": 3, r"\prod_{m<\ell} s_m": 4}, [after, 1]


@case("11.6")
def channels(rng):
    x, K, b = rng.normal(size=(1, 2, 7, 7)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
    names = {r"\tilde x_": from_0(np.pad(x[0], ((0, 0), (1, 1), (1, 1)))), "K_": from_0(K), "b_": from_0(b), "C": 2}
    names |= {"f": 1, "p": 1, "q": 2, "s": 2, "ranges": {"i": range(3), "j": range(3)}}
    return names, [conv.conv2d_forward(x, K, b, stride=2, pad=1)[0][0, 1, 1, 2]]


@case("11.7")
def pooling(rng):
    row = rng.normal(size=8)
    pooled = [lesson("11").pool_row(row, 3, reduce)[1] for reduce in (np.max, np.mean)]
    return {"y_": from_0(row), "k": 3, "s": 3, "p": 1}, pooled


@case("11.8")
def way_back_of_a_row(rng):
    x, K, dy = rng.normal(size=8), rng.normal(size=3), rng.normal(size=6)
    dx, dK = lesson("11").row_backward(dy, x, K)
    names = {"x_": from_0(x), "K_": from_0(K), "dy_": from_0(dy), "i": 2, "m": 4}
    return names | {"ranges": {"p": range(6), "i": range(3)}}, [dK[2], dx[4], dy.sum()]


# ---- 16: recurrent units, of one number each


def unit(rng):
    """One step of an LSTM unit: its slots by gate, and what `unit_step` remembers, by name."""
    weights = {gate: (rng.normal(size=1), *rng.normal(size=2)) for gate in "ifgo"}
    x, h, c = rng.normal(size=1), *rng.normal(size=2)
    new_h, new_c, (*_, i, f, g, o, _) = lesson("16").unit_step(x, h, c, weights)
    return weights, SimpleNamespace(x=x, h=h, c=c, i=i, f=f, g=g, o=o, new_h=new_h, new_c=new_c)


def way_back(rng):
    """One step back of an LSTM unit: names, slopes of its sums, and its gradients by `lstm_cell_backward`."""
    weights, u = unit(rng)
    W, U, b = (np.array([[np.squeeze(weights[gate][k]) for gate in "ifgo"]]) for k in range(3))
    arrays = [np.reshape(a, (1, 1)) for a in (u.x, u.h, u.c)]
    _, cell = recurrent.lstm_cell_forward(*arrays, W, U, b[0])
    dh, dc = rng.normal(size=2)
    grads = recurrent.lstm_cell_backward((np.full((1, 1), dh), np.full((1, 1), dc)), cell)
    names = {"i": u.i, "f": u.f, "g": u.g, "o": u.o, "c_t": u.new_c, "c_{t-1}": u.c, "dh": dh, "dc": dc}
    total = grads[2].item() / u.f
    return names | {r"dc_{\text{total}}": total}, SimpleNamespace(
        W=W[0], U=U[0], total=total, da=grads[5], grads=grads, unit=u
    )


@case("16.1")
def plain_step(rng):
    x, h, W, U, b = rng.normal(size=5)
    out = recurrent.rnn_forward(*(np.reshape(a, s) for a, s in zip((x, h, W, U, b), SHAPES, strict=True)))[0]
    return {"x_t": x, "h_{t-1}": h, "W": W, "U": U, "b": b}, [out.item()]


SHAPES = ((1, 1, 1), (1, 1), (1, 1), (1, 1), (1,))


@case("16.2")
def plain_step_back(rng):
    x, h, W, U, b = (np.reshape(rng.normal(), shape) for shape in SHAPES)
    out, seen = recurrent.rnn_forward(x, h, W, U, b)
    dh0 = recurrent.rnn_backward(np.full((1, 1, 1), 0.7), seen)[1]
    return {"u": U.item(), "h_t": out.item(), "dh_t": 0.7}, [dh0.item()]


@case("16.3")
def cell_state(rng):
    _, u = unit(rng)
    return {"f_t": u.f, "c_{t-1}": u.c, "i_t": u.i, "g_t": u.g}, [u.new_c]


@case("16.4")
def hidden_state(rng):
    _, u = unit(rng)
    return {"o_t": u.o, "c_t": u.new_c}, [u.new_h]


@case("16.5")
def gates(rng):
    weights, u = unit(rng)
    names = {"x_t": u.x, "h_{t-1}": u.h}
    for letter in "ifgo":
        names |= {f"{name}_{letter}": value for name, value in zip("WUb", weights[letter], strict=True)}
    return names, [u.i, u.f, u.g, u.o]


@case("16.6")
def lstm_size(rng):
    D, H = 3, 2
    return {"H": H, "D": D}, [D * 4 * H + H * 4 * H + 4 * H]


@case("16.7")
def slope_of_cell(rng):
    names, back = way_back(rng)
    return names, [back.total]


@case("16.8")
def slopes_of_gates(rng):
    names, back = way_back(rng)
    i, f, g, o = back.da
    return names, [i, f, g, o]


@case("16.9")
def slopes_before(rng):
    names, back = way_back(rng)
    dx, dh, dc = (gradient.item() for gradient in back.grads[:3])
    places = {"u_": from_0(back.U), "w_": from_0(back.W), "da_": from_0(back.da), "ranges": {"k": range(4)}}
    return names | places, [dc, dh, dx]


@case("16.12")
def gru_gates(rng):
    (W, b, U, d, x, h) = rng.normal(size=6)
    names = {"x_t": x, "W_k": W, "b_{W_k}": b, "h_{t-1}": h, "U_k": U, "b_{U_k}": d}
    opened = [np.array([W]), U, b, d]
    closed = [np.zeros(1), 0.0, 50.0, 0.0]
    state = lesson("16").gru_unit(np.array([x]), h, [closed, opened, [np.zeros(1), 0.0, 0.0, 0.0]])
    return names, [state / h]  # the candidate is 0, so what is left of h is z


@case("16.13")
def gru_candidate(rng):
    (W, b, U, d, x, h) = rng.normal(size=6)
    names = {"x_t": x, "W_n": W, "b_{W_n}": b, "h_{t-1}": h, "U_n": U, "b_{U_n}": d, "r": 0.5}
    half, shut = [np.zeros(1), 0.0, 0.0, 0.0], [np.zeros(1), 0.0, -50.0, 0.0]
    return names, [lesson("16").gru_unit(np.array([x]), h, [half, shut, [np.array([W]), U, b, d]])]


@case("16.14")
def gru_state(rng):
    h, z = 0.3, float(sigmoid(np.array(1.0)))
    rows = [[np.zeros(1), 0.0, value, 0.0] for value in (0.0, 1.0, 2.0)]
    return {"z": z, "n": math.tanh(2.0), "h_{t-1}": h}, [lesson("16").gru_unit(np.zeros(1), h, rows)]


@case("16.15")
def bits(rng):
    return {r"\text{cross-entropy in nats}": -math.log(1 / 8)}, [3.0]


@case("16.16")
def counting(rng):
    k = int(rng.integers(2, 9))
    _, mean_bits = lesson("16").ngram_bits("abacabad", "ab", 2, k)
    p_a, p_b = (4 + k / 4) / (8 + k), (2 + k / 4) / (8 + k)
    return {"s_n": 2, "k": k, "p_{n-1}": p_b, "b_n": 4, "V": 4}, [2 ** (-2 * mean_bits) / p_a, 1 / 4]


# ---- 18: attention


def asked(rng):
    """A query, five keys and values, and a slope at the output."""
    return rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=(5, 3)), rng.normal(size=3)


@case("18.2")
def attend(rng):
    q, keys, values, _ = asked(rng)
    weights, out = lesson("18").attend_one(q, keys, values)
    scores = keys @ q
    names = {"q": q, "k_": lambda j: keys[j], "v_": lambda j: values[j], "s_": from_0(scores), "j": 3}
    names |= {"a_": from_0(weights), "ranges": {"j": range(5), "l": range(5)}}
    return names, [scores[3], weights[3], out]


@case("18.5")
def masked(rng):
    q, keys, values, _ = asked(rng)
    mask, j = np.array([[True, False, True, True, False]]), int(rng.integers(5))
    _, seen = attention.scaled_dot_product_attention_forward(q[None], keys, values, mask=mask)
    names = {"m_": from_0(mask), "s_": from_0((q @ keys.T / 2)[None]), "i": 0, "j": j, "ranges": {"l": range(5)}}
    return names | {r"\text{ where the sum is } 0": 1}, [seen.weights[0, j], 0.0]


def attended_back(rng):
    """Names of the way back through attention, and its gradients; `d_k` is 4."""
    q, keys, values, do = asked(rng)
    _, seen = attention.scaled_dot_product_attention_forward(q[None], keys, values)
    dq, dkeys, dvalues = attention.scaled_dot_product_attention_backward(do[None], seen)
    a, da = seen.weights[0], values @ do
    ds = 2 * np.linalg.lstsq(np.outer(q, np.ones(1)), dkeys.T, rcond=None)[0][0]
    names = {"a_": from_0(a), "do": do, "v_": lambda j: values[j], "da_": from_0(da), "ds_": from_0(ds), "j": 3}
    names |= {"k_": lambda j: keys[j], "q": q, "d_k": 4, "ranges": {"l": range(5), "j": range(5)}}
    return names, SimpleNamespace(dq=dq[0], dk=dkeys[3], dv=dvalues[3], ds=ds[3], da=da[3])


@case("18.8")
def slopes_of_values(rng):
    names, back = attended_back(rng)
    return names, [back.dv, back.da]


@case("18.9")
def slopes_of_scores(rng):
    names, back = attended_back(rng)
    return names, [back.ds]


@case("18.10")
def slopes_of_query_and_key(rng):
    names, back = attended_back(rng)
    return names, [back.dq, back.dk]


@case("18.11")
def online(rng):
    (m, s, log_l), (u, v) = rng.normal(size=3), rng.normal(size=(2, 3))
    most, total = max(m, s), math.exp(log_l + m) + math.exp(s)  # the sums themselves, without a shift
    names = {"m": m, "s_j": s, "l": math.exp(log_l), "u": u, "v_j": v, "m'": most, r"\max(m, s_j)": most}
    return names, [most, total / math.exp(most), (u * math.exp(m) + v * math.exp(s)) / math.exp(most)]


# ---- 23: the game of two networks


@case("23.2")
def judged(rng):
    said = rng.uniform(0.1, 0.9, size=1)
    return {"a": 1.0, "b": 1.0, "y": said}, [gen.gan_value(said, said)]


@case("23.3")
def best_judge(rng):
    p, q = rng.uniform(size=(2, 5))
    return {r"p_{\text{data}}(x)": p, "p_g(x)": q}, [gen.optimal_discriminator(p, q)]


@case("23.4")
def jensen_shannon(rng):
    p, q = rng.dirichlet(np.ones(5), size=2)
    m = (p + q) / 2
    names = {r"\mathrm{KL}(p\|m)": p @ np.log(p / m), r"\mathrm{KL}(q\|m)": q @ np.log(q / m)}
    return names, [gen.jensen_shannon(p, q)]


@case("23.5")
def value_at_the_best(rng):
    p, q = rng.dirichlet(np.ones(5), size=2)
    best = gen.optimal_discriminator(p, q)
    value = p @ np.log(best) + q @ np.log(1 - best)
    return {r"\mathrm{JS}(p_{\text{data}}, p_g)": gen.jensen_shannon(p, q)}, [value]


@case("23.6")
def loss_of_the_judge(rng):
    real, fake = rng.normal(size=(2, 6))
    names = {r"a_{\text{real}}": real, r"a_{\text{fake}}": fake, "V": gen.gan_value(sigmoid(real), sigmoid(fake))}
    return names, [gen.discriminator_loss_forward(real, fake)[0]] * 2


def maker(rng, saturating):
    """A logit, the generator's loss and its slope."""
    a = rng.normal(size=1)
    loss, seen = gen.generator_loss_forward(a, saturating=saturating)
    return {"a": a, r"\sigma": sigmoid(a), r"\sigma(a)": sigmoid(a)}, loss, gen.generator_loss_backward(1.0, seen)


@case("23.7")
def own_term(rng):
    names, loss, slope = maker(rng, saturating=True)
    return names, [loss, slope, slope]


@case("23.8")
def in_other_words(rng):
    names, loss, slope = maker(rng, saturating=False)
    return names, [loss, slope]
