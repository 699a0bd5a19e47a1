"""Exercises of lesson 18: scores, attention, masks and heads; 18.6 to 18.9 stand in _more18.py."""

import numpy as np

from course_utils.checks import _answers18 as answers
from course_utils.checks import _cases18 as tried_on
from course_utils.checks._more18 import ATTENTION_ROUTES, ONLINE, PREDICTION, PREVIOUS, REPAIR
from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

SCORES = Exercise(
    id="18.1", title="Every query meets every key", name="attention_scores", points=2, minutes=8, difficulty=2,
    section="4. All queries at once", reference=answers.attention_scores, cases=tried_on.score_cases,
    alternatives=[
        answers.scores_by_loops,
        lambda q, k: np.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5,
        lambda q, k: (q / np.sqrt(k.shape[-1])) @ np.moveaxis(k, -1, -2),
    ],
    misconceptions=[
        Misconception("no-scale", answers.scores_times(lambda q, k: 1.0),
            "These are the plain dot products. They grow with the number of features; what does (18.3) do about it?"),
        Misconception("divided-by-d", answers.scores_times(lambda q, k: 1 / q.shape[-1]),
            "You divide by d itself (or twice by its root). By (18.3) it is the variance that grows like d; and the "
            "spread?"),
        Misconception("times-root", answers.scores_times(lambda q, k: q.shape[-1] ** 0.5),
            "You multiply by the root, which makes large scores larger still."),
        Misconception("root-of-T", answers.scores_times(lambda q, k: k.shape[-2] ** -0.5),
            "You divide by the root of the number of keys. How many products does one score add up?"),
        Misconception("root-of-len-q", answers.scores_times(lambda q, k: len(q) ** -0.5),
            "You divide by the root of len(q). In the lesson q was one query, and its length was d. Here q holds many "
            "queries: which axis has length d?"),
        Misconception("not-turned", lambda q, k: q @ k / q.shape[-1] ** 0.5,
            "q @ k multiplies rows of q with *columns* of k, and only fits where k is square. A key is a row of k."),
        Misconception("T-turns-everything", lambda q, k: q @ k.T / q.shape[-1] ** 0.5,
            "Right for two axes. With a batch, .T turns the batch axis too; only the last two axes should change "
            "places."),
        Misconception("keys-by-queries", lambda q, k: answers.attention_scores(k, q),
            "Your table lies on its side: a row for each key. Asked is a row for each query."),
        Misconception("no-sum", lambda q, k: q * k / q.shape[-1] ** 0.5,
            "q * k multiplies query i with key i, entry by entry. A score is a sum over the features, and every query "
            "meets every key."),
        Misconception("weights", lambda q, k: answers.softmax(answers.attention_scores(q, k)),
            "Your rows sum to 1, so these are weights already. Scores come before the softmax."),
        Misconception("cosine", answers.cosines,
            "You divide by the lengths of the vectors: cosines. Here a long key may win by its length; only d counts."),
    ],
    hints=[
        "For one query and one key it is a dot product. How many of them are there, and where does each one stand?",
        "A matrix product takes rows of the left and columns of the right. Keys are rows of k: exchange its last two "
        "axes, and no others.",
        "product of q and k with its last axes exchanged, divided by the root of q.shape[-1].",
    ],
    takeaway="A row for each query, a column for each key.",
)

ATTENTION = Exercise(
    id="18.2", title="Scaled dot-product attention", name="scaled_dot_product_attention", points=5, minutes=20,
    difficulty=4, section="5. Masks", reference=answers.attention, cases=tried_on.attention_cases, needs=("18.1",),
    forbidden=(*ATTENTION_ROUTES, "course_utils.masks.masked_softmax_", "course_utils.attention.masked_softmax_"),
    alternatives=[answers.attention_by_rows, answers.attention_by_zeros, answers.attention_by_nan],
    misconceptions=[
        Misconception("no-scale", answers.changed(scores=answers.scores_times(lambda q, k: 1.0)),
            "Your weights are too sharp: the scores are not divided by the root of d."),
        Misconception("divided-by-d", answers.changed(scores=answers.scores_times(lambda q, k: 1 / q.shape[-1])),
            "Your weights are too even: the scores are divided by d, or twice by its root. Once is enough."),
        Misconception("root-of-T", answers.changed(scores=answers.scores_times(lambda q, k: k.shape[-2] ** -0.5)),
            "The scores are divided by the root of the number of keys. With one more key, should all scores shrink?"),
        Misconception("over-queries", answers.changed(weigh=lambda s: answers.softmax(s, -2)),
            "Your weights sum to 1 in each column: queries compete for a key. A query divides its attention among the "
            "keys: along which axis?"),
        Misconception("over-everything", answers.changed(weigh=lambda s: answers.softmax(s, (-2, -1))),
            "All weights of a table together sum to 1. Each query has a sum of its own."),
        Misconception("softmax-twice", answers.changed(weigh=lambda s: answers.softmax(answers.softmax(s))),
            "Two softmaxes, one after the other: their input lies between 0 and 1, so all weights come out nearly "
            "equal. The article check shows it."),
        Misconception("no-softmax", answers.changed(weigh=lambda s: s, after=lambda w, m: np.where(m, w, 0)),
            "You mix the values with raw scores, which do not sum to 1. Which step of (18.2) is left out?"),
        Misconception("overflow", answers.changed(weigh=answers.softmax_no_shift),
            "Right for small scores; at ±1000, and where nothing may be seen, NaN comes out. Softmax does not change "
            "when every score of a row loses the same number (lesson 06)."),
        Misconception("overflow-hidden", answers.changed(weigh=answers.softmax_no_shift_guarded),
            "Right for small scores. At 1000 the exponential is infinite; at -1000 all of them are 0, and your row "
            "looks as if nothing might be seen. Take each row's largest score off first (lesson 06)."),
        Misconception("hidden-score-taken-off", answers.largest_of_all_keys,
            "You take off the largest score of the row, hidden keys included. Where a hidden score is 1000 and the "
            "visible ones are -1000, every power becomes 0. The largest of which keys should it be?"),
        Misconception("one-shift-for-all", answers.changed(weigh=answers.softmax_one_shift),
            "You subtract one largest score from the whole array. A row that lies far below it becomes 0/0: every row "
            "needs its own."),
        Misconception("far-row-is-zero", answers.changed(weigh=answers.softmax_one_shift_guarded),
            "A query whose scores are all near -1000 gets zeros, though it may attend everywhere: one largest score "
            "of the whole array was subtracted. Only a row without a visible key gives zeros."),
        Misconception("axis-lost", answers.changed(weigh=answers.softmax_axis_lost),
            "max and sum took an axis away, and the shapes no longer fit, or fit by chance. Which option leaves it, "
            "with length 1?"),
        Misconception("nan-row", answers.changed(weigh=answers.softmax_no_guard),
            "Right, but for a query that may attend nowhere: there -∞ minus -∞ gives NaN. Its output should be "
            "zeros, see (18.5)."),
        Misconception("mean-row", answers.changed(hide=answers.hide_by(lambda s, m: np.where(m, s, -1e9))),
            "A query that may attend nowhere gets the mean of all values: with the same large negative number "
            "everywhere, softmax finds all keys equal. (18.5) asks for zeros."),
        Misconception("row-as-if-unmasked",
            answers.changed(hide=answers.hide_by(lambda s, m: s + np.where(m, 0, -1e9))),
            "A query that may attend nowhere attends as if there were no mask: the same number came off all its "
            "scores, and softmax does not feel that."),
        Misconception("fill-not-low-enough", answers.changed(hide=answers.hide_by(lambda s, m: np.where(m, s, -100.0))),
            "You hide keys with -100. Where the visible scores are -1000, the hidden key wins. Which number is below "
            "every score?"),
        Misconception("mask-added", answers.changed(hide=answers.hide_by(lambda s, m: s + m)),
            "True and False were added to the scores as 1 and 0: a hidden key loses only a little. Its weight must "
            "be 0."),
        Misconception("mask-times-scores", answers.changed(hide=answers.hide_by(lambda s, m: s * m)),
            "Hidden keys get the score 0, and e to the 0 is 1: they are still seen, and may even win."),
        Misconception("mask-inverted", answers.changed(hide=answers.hide_by(lambda s, m: np.where(m, -np.inf, s))),
            "You hide what may be seen, and see what is hidden. True means: may attend."),
        Misconception("mask-after-softmax", answers.changed(hide=lambda s, m: s, after=lambda w, m: w * m),
            "The mask came after the softmax: what the hidden keys had taken is lost, and the rest no longer sums to "
            "1."),
        Misconception("mask-ignored", answers.changed(hide=lambda s, m: s),
            "The mask changes nothing in your answer."),
        Misconception("values-inside", answers.values_inside,
            "The values went into the softmax. Weights first, from scores alone; then the mean of the values."),
        Misconception("weights-returned", answers.changed(mix=lambda w, v: w),
            "These are the weights. Asked is what they make of the values."),
    ],
    hints=[
        "Four steps: scores, mask, softmax, mean of the values. Which axis do scores and values share at the end?",
        "Hide a key before the softmax, with a score that is below every other: -np.inf. np.where takes a mask that "
        "broadcasts.",
        "Subtract each row's own largest score. In a row of nothing but -inf that is -inf itself: put a 0 in its "
        "place, and every exponential becomes 0.",
        "Then such a row sums to 0. Divide by 1 there, by the sum everywhere else.",
    ],
    takeaway="Scores, mask, softmax over the keys, mean of the values: in this order.",
)

CAUSAL = Exercise(
    id="18.3", title="No look ahead", name="causal_mask", points=1, minutes=5, difficulty=1, section="5. Masks",
    reference=answers.causal_mask, cases=tried_on.length_cases,
    forbidden=("course_utils.masks.causal_mask", "course_utils.attention.causal_mask"),
    alternatives=[
        answers.causal_by_loops,
        lambda T: np.arange(T)[:, None] >= np.arange(T),
        lambda T: np.tril(np.ones((T, T), dtype=bool)),
    ],
    misconceptions=[
        Misconception("not-itself", lambda T: np.tri(T, k=-1, dtype=bool),
            "The diagonal is False: no position sees itself, and the first sees nothing at all."),
        Misconception("upper", lambda T: np.tri(T, dtype=bool).T,
            "Your mask lies on its side: the first position sees all of the future. Rows are queries, columns keys."),
        Misconception("inverted", lambda T: ~np.tri(T, dtype=bool),
            "True stands where the future is. Many libraries mark what is forbidden; here True means may attend."),
        Misconception("one-ahead", lambda T: np.tri(T, k=1, dtype=bool),
            "Each position sees one place into the future: the very word it is to predict."),
        Misconception("floats", lambda T: np.tri(T),
            "The right triangle, as numbers 1.0 and 0.0. A mask answers yes or no: which dtype is that?"),
        Misconception("integers", lambda T: np.tri(T, dtype=int),
            "The right triangle, as whole numbers 1 and 0. ~ of them is -2 and -1: which dtype answers yes or no?"),
        Misconception("additive", lambda T: np.where(np.tri(T, dtype=bool), 0.0, -np.inf),
            "This is a mask to be added to scores, 0 and -∞. Here a mask is boolean."),
        Misconception("everything", lambda T: np.ones((T, T), dtype=bool),
            "Everybody sees everything."),
        Misconception("axis-in-front", lambda T: np.tri(T, dtype=bool)[None],
            "There is one axis too many in front. Broadcasting will add what a batch needs."),
    ],
    hints=[
        "Write it down for T = 3: which keys may query 0 see? And query 2?",
        "Entry (t, s) is True when s is not later than t.",
        "Compare np.arange(T) as a column with np.arange(T) as a row; or look up np.tril.",
    ],
    takeaway="Row t is True up to and with column t.",
)

SPLIT = Exercise(
    id="18.4", title="Cut the features into heads", name="split_heads", points=2, minutes=7, difficulty=2,
    section="7. Several heads", reference=answers.split_heads, cases=tried_on.head_cases,
    forbidden=("course_utils.attention._split_heads",),
    alternatives=[
        answers.split_by_slices,
        lambda x, heads: np.stack(np.split(x, heads, axis=-1), axis=1),
        lambda x, heads: np.moveaxis(x.reshape(*x.shape[:2], heads, -1), 2, 1),
    ],
    misconceptions=[
        Misconception("reshape-only", answers.split_by_reshape,
            "The shape is right and the contents are mixed up: reshape moves no number, so your head 0 holds all "
            "features of the first positions. Cut the features first, then exchange two axes."),
        Misconception("interleaved", answers.split_interleaved,
            "Your head h has every heads-th feature. It should have features that stand side by side."),
        Misconception("not-moved", lambda x, heads: x.reshape(*x.shape[:2], heads, -1),
            "The features are cut rightly, but heads stands after T. Attention works on the last two axes: they should "
            "be T and d."),
        Misconception("heads-in-front", lambda x, heads: answers.split_heads(x, heads).swapaxes(0, 1),
            "The heads stand before the batch. Asked is (N, heads, T, D / heads)."),
        Misconception("features-before-time", lambda x, heads: answers.split_heads(x, heads).swapaxes(2, 3),
            "Inside a head your features come before the positions. That is how keys stand in q kᵀ; here T comes "
            "first."),
        Misconception("size-for-number", lambda x, heads: answers.split_heads(x, x.shape[-1] // heads),
            "You made D / heads heads of `heads` features each. It is the other way round."),
        Misconception("every-head-gets-all", lambda x, heads: np.repeat(x[:, None], heads, axis=1),
            "Every head got all D features. They should share them."),
        Misconception("time-cut", answers.split_time,
            "The positions were dealt out to the heads. Every head sees all positions, and a part of the features."),
    ],
    hints=[
        "D numbers become heads groups of D / heads. How can one axis become two?",
        "reshape may cut the last axis into (heads, D / heads): that keeps the order of the numbers.",
        "Then the axes are (N, T, heads, d), and two of them must change places: transpose or swapaxes.",
    ],
    takeaway="reshape cuts an axis, transpose moves it; each does what the other cannot.",
)

MULTI_HEAD = Exercise(
    id="18.5", title="Multi-head attention", name="multi_head_attention", points=4, minutes=20, difficulty=4,
    section="7. Several heads", reference=answers.multi_head_attention, cases=tried_on.multi_head_cases,
    needs=("18.1", "18.2", "18.4"),
    forbidden=(*ATTENTION_ROUTES, "course_utils.attention.multi_head_attention_forward",
               "torch.nn.MultiheadAttention", "torch.nn.functional.multi_head_attention_forward"),
    alternatives=[answers.heads_one_by_one, answers.heads_by_einsum],
    misconceptions=[
        Misconception("merged-by-reshape", answers.changed_heads(merge=answers.merge_by_reshape),
            "The heads were put together by reshape alone, while the head axis stood before T: positions and heads "
            "are mixed up. Bring T back to its place first."),
        Misconception("split-by-reshape", answers.changed_heads(split=answers.split_by_reshape),
            "Your heads hold all features of a few positions: they were cut by reshape alone. 18.4 does it rightly."),
        Misconception("reshape-both-ways",
            answers.changed_heads(split=answers.split_by_reshape, merge=answers.merge_by_reshape),
            "Cut by reshape and merged by reshape: the two undo each other, but in between each head saw a few "
            "positions instead of a few features."),
        Misconception("interleaved", answers.changed_heads(split=answers.split_interleaved,
            merge=answers.merge_interleaved),
            "Your head h owns every heads-th column of the projections. It should own columns side by side."),
        Misconception("no-output-projection", answers.changed_heads(last=lambda mixed, p, name: mixed),
            "The heads stand side by side, and that is all. (18.7) lets them talk to each other once more: W_o, b_o."),
        Misconception("no-biases", answers.changed_heads(params=answers.without_biases("qkvo")),
            "No bias counts in your answer. There are four of them."),
        Misconception("no-output-bias", answers.changed_heads(params=answers.without_biases("o")),
            "Your output is off by the same vector everywhere: one bias of (18.7) is missing."),
        Misconception("only-output-bias", answers.changed_heads(params=answers.without_biases("qkv")),
            "Your output has its bias, the projections before it have none. Every projection is x @ W + b."),
        Misconception("scale-of-all-features", answers.changed_heads(attend=answers.scale_of_all_features),
            "The scores are divided by the root of D. Over how many features does a score of *one head* add up?"),
        Misconception("one-head", lambda x, params, heads, mask=None:
            answers.multi_head_attention(x, params, 1, mask),
            "`heads` changes nothing in your answer: all features went into one attention."),
        Misconception("one-softmax-for-all-heads", answers.changed_heads(attend=answers.softmax_over_heads_too),
            "The keys of all heads compete in one softmax. Each head has weights of its own that sum to 1."),
        Misconception("heads-compete", answers.changed_heads(attend=answers.softmax_across_heads),
            "Your weights sum to 1 over the heads. Within a head they should sum to 1 over the keys."),
        Misconception("one-table-for-all-heads", answers.changed_heads(attend=answers.weights_of_the_mean_head),
            "All heads use the same table of weights. Then why several heads? Each has its own scores."),
        Misconception("not-projected", answers.without_projections,
            "q, k and v are x itself. Three projections come first, (18.1)."),
        Misconception("values-are-keys", answers.changed_heads(
            params=lambda p: {**p, "W_v": p["W_k"], "b_v": p["b_k"]}),
            "The keys are handed over as values. The values have a projection of their own."),
        Misconception("queries-and-keys-exchanged", answers.changed_heads(
            params=lambda p: {**p, "W_q": p["W_k"], "b_q": p["b_k"], "W_k": p["W_q"], "b_k": p["b_q"]}),
            "Queries and keys have changed places: your scores are the right table, turned on its side."),
        Misconception("weights-turned", answers.changed_heads(params=answers.transposed_weights),
            "You multiply by the transposed weights, as PyTorch stores them. Here it is x @ W + b."),
        Misconception("mask-ignored", lambda x, params, heads, mask=None:
            answers.multi_head_attention(x, params, heads),
            "Without a mask you are right; the mask never reaches the attention."),
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

EXERCISES = [SCORES, ATTENTION, CAUSAL, SPLIT, MULTI_HEAD, ONLINE, REPAIR, PREDICTION, PREVIOUS]
