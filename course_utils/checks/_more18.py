"""Exercises 18.6 to 18.9: an online softmax, a repair, a prediction, and a head made by hand."""

import numpy as np

from course_utils.checks import _cases18 as tried_on
from course_utils.checks import _more_answers18 as answers
from course_utils.checks.exercise import Exercise, Memory, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off

ATTENTION_ROUTES = (
    "course_utils.attention.scaled_dot_product_attention_forward", "course_utils.attention.chunked_attention",
    "torch.nn.functional.scaled_dot_product_attention",
)

ONLINE = Exercise(
    id="18.6", title="Attention without the big table", name="online_attention", points=5, minutes=30, difficulty=5,
    section="12. Online softmax", reference=answers.online_attention, cases=tried_on.online_cases,
    forbidden=ATTENTION_ROUTES,  # no needs: memory is measured, and what is supplied may be held elsewhere
    alternatives=[answers.online_by_merging, answers.online_in_tiles, answers.attention_in_rows],
    memory=Memory(case=tried_on.long_case, greedy=answers.all_at_once, limit=tried_on.half_a_table,
        message="Right on every case, but for 2048 positions in chunks of 64 you hold at one moment more than half a "
        "T by T table, or need more than 5 seconds. Is there an array whose two sides are both T? Or a loop over "
        "single keys inside another loop?"),
    misconceptions=[
        Misconception("no-scale", answers.changed_online(scores=answers.plain_products),
            "Your scores are plain dot products: the root of d is missing, in every chunk."),
        Misconception("root-of-len-q", answers.changed_online(scores=answers.products_over_root_of_T),
            "Your scores are divided by the root of len(q), which is T here. In the lesson q was one query, of "
            "length d."),
        Misconception("no-maximum", answers.changed_online(first=0.0, largest=lambda top, s: top),
            "Right for small scores; at ±1000 the exponentials leave the range of floats. (18.11) subtracts a running "
            "maximum."),
        Misconception("maximum-may-fall", answers.changed_online(largest=lambda top, s: s.max(axis=1, keepdims=True)),
            "Your maximum is that of the latest chunk and may fall again: then the factor for the old sums is e to "
            "something large. Which of two maxima is kept in (18.11)?"),
        Misconception("starts-at-zero", answers.changed_online(first=0.0),
            "Your running maximum starts at 0. A row whose scores are all near -1000 never gets above it, and its sum "
            "is 0. What is below every number?"),
        Misconception("one-maximum-for-all", answers.changed_online(largest=answers.shared_maximum),
            "All queries share one maximum. A query whose scores lie far below it loses everything: keep a maximum "
            "for each."),
        Misconception("output-not-rescaled", answers.changed_online(mixed=False),
            "The sum of the weights is brought to the new maximum, the sum of the values is not. Both were made under "
            "the old one."),
        Misconception("sum-not-rescaled", answers.changed_online(total=False),
            "The sum of the values is brought to the new maximum, the sum of the weights is not: see (18.11)."),
        Misconception("nothing-rescaled", answers.changed_online(total=False, mixed=False),
            "Each chunk's exponentials belong to another maximum, and you add them as if it were the same. What are "
            "the old sums worth under the new maximum?"),
        Misconception("factor-upside-down", answers.changed_online(factor=answers.inverse_factor),
            "Your old sums grow when a larger maximum comes. It should be the other way round: new minus old, or old "
            "minus new?"),
        Misconception("not-divided", answers.changed_online(end=lambda mixed, total: mixed),
            "You return the sum of the values before it is divided by the sum of the weights."),
        Misconception("divided-in-each-chunk", answers.divided_each_time,
            "You divide by the sum in every chunk and go on with the quotient. Divide once, after the last key."),
        Misconception("last-chunk-dropped", answers.last_chunk_dropped,
            "Where T is no multiple of chunk, the last keys are not seen. How long may the last chunk be?"),
        Misconception("average-of-chunks", answers.chunks_joined(np.mean),
            "Each chunk has a softmax of its own, and you average the results. A chunk with poor keys then counts as "
            "much as one with good keys."),
        Misconception("sum-of-chunks", answers.chunks_joined(np.sum),
            "You add up an attention of each chunk. Weights of all keys together must sum to 1, not those of each "
            "chunk."),
        Misconception("last-chunk-only", answers.last_chunk_only,
            "Only the last chunk of keys counts in your answer: each chunk overwrites the one before."),
        Misconception("chunks-alone", answers.chunks_alone,
            "Queries of a chunk see the keys of that same chunk only. Every query meets every key, a chunk at a time."),
    ],
    hints=[
        "Section 12 does it for one query and one score at a time. Now each of its three numbers m, l, u has a row for "
        "each of the T queries, and the scores come in a block of (T, chunk).",
        "For a new block: the new maximum of each row; the factor e to (old minus new); the block's own exponentials.",
        "Both sums: old times factor, plus what the block brings. For l that is a sum along the block, for u a product "
        "with the block's values.",
        "Start with m = -∞ and zeros, and let range(0, T, chunk) give the starts: a slice may run over the end. Divide "
        "after the loop.",
    ],
    takeaway="A new maximum rescales what was summed before; then no table is needed.",
)

REPAIR = Exercise(
    id="18.7", kind="repair", title="The padding has a say", name="sentence_vectors", points=3, minutes=10,
    difficulty=3, section="5. Masks", reference=answers.sentence_vectors, broken=answers.broken_vectors,
    cases=tried_on.padded_cases, needs=("18.2",),
    alternatives=[
        answers.vectors_cut,
        answers.vectors_with(answers.keys, mean=lambda mixed, real: (mixed * real[:, :, None]).sum(1)
            / real.sum(1, keepdims=True)),
        answers.vectors_with(answers.keys, mean=lambda mixed, real: mixed.mean(axis=1, where=real[:, :, None])),
    ],
    misconceptions=[
        Misconception("not-repaired", answers.broken_vectors,
            "Change a number of the padding and the sentence's vector still changes. Which axis of the mask are the "
            "queries, and which the keys?"),
        Misconception("keys-only", answers.vectors_with(answers.keys),
            "Now no word looks at the padding. But the padding looks at the words, and its rows are added to the "
            "mean: print `mixed` for a short sentence."),
        Misconception("keys-only-divided-by-T",
            answers.vectors_with(answers.keys, mean=lambda mixed, real: mixed.mean(axis=1)),
            "No word looks at the padding now. But the mean runs over all T rows, those of the padding included: print "
            "`mixed` for a short sentence."),
        Misconception("either", answers.vectors_with(lambda real: answers.keys(real) | answers.queries(real)),
            "Your mask is False only where query *and* key are padding. A pair counts when both are real."),
        Misconception("no-mask", answers.vectors_with(lambda real: None),
            "There is no mask any more: everything looks at everything, and all rows are added up."),
        Misconception("inverted", answers.vectors_with(lambda real: ~(answers.keys(real) & answers.queries(real))),
            "Your mask is True where the padding is. True means: may attend."),
        Misconception("one-too-many", answers.vectors_with(real=answers.one_too_many),
            "One position behind the end of each sentence still counts. With a length of 2, which positions are real?"),
        Misconception("divided-by-T", answers.vectors_with(mean=lambda mixed, real: mixed.mean(axis=1)),
            "The mask is right. Now the mean: you divide by T, padding included."),
        Misconception("zeros-for-padding", answers.padding_zeroed,
            "You set the padding to zero and let the words look at it. A key of zeros has the score 0, and e to the 0 "
            "is a weight like any other: section 5."),
        Misconception("axes-left-to-chance", answers.vectors_with(lambda real: real),
            "A mask of shape (N, T) is read as (Tq, Tk), the same for all sentences; it fits only when N happens to "
            "be T. Give the batch an axis of its own."),
    ],
    hints=[
        "Set all numbers of the padding to 100 and compare the vectors. They should not move.",
        "Attention reads a mask as (N, queries, keys). An axis of size 1 means: the same for all.",
        "Words must not look at padding: that is the last axis. But rows of padding must not enter the mean either: "
        "that is the one before.",
        "A pair of positions counts when its query is real & its key is real.",
    ],
    takeaway="In a mask rows are queries and columns are keys: padding must be silent as both.",
)

PREDICTION = Exercise(
    id="18.8", kind="value", title="Predict shapes, sizes and a mean", name="predicted", points=4, minutes=10,
    difficulty=3, section="7. Several heads", rtol=1e-3,
    reference={"q in heads": (2, 3, 5, 4), "weights": (2, 3, 5, 5), "output": (2, 5, 12), "parameters": 624,
               "parameters with 6 heads": 624, "equal keys": 3.0, "std of q·k": 12.0, "weights at twice T": 4},
    misconceptions=[
        Misconception("heads-not-cut", {"q in heads": (2, 3, 5, 12)},
            "Every head has all 12 features in your answer. Heads share them."),
        Misconception("heads-after-time", {"q in heads": (2, 5, 3, 4)},
            "The sizes are right. Which two axes must be the last ones, for a product of queries and keys?"),
        Misconception("one-table", {"weights": (2, 5, 5)},
            "One table of weights for a sentence: then all heads would look at the same words."),
        Misconception("features-in-weights", {"weights": (2, 3, 5, 4)},
            "A weight belongs to a query and a key. The features were added up in the dot product."),
        Misconception("between-features", {"weights": (2, 3, 4, 4)},
            "These would be weights between features. Attention compares positions."),
        Misconception("not-merged", {"output": (2, 3, 5, 4)},
            "The heads are still apart. What does (18.7) do with them?"),
        Misconception("one-head-out", {"output": (2, 5, 4)},
            "This is one head. All of them stand side by side before W_o."),
        Misconception("no-biases", {"parameters": 576},
            "You counted the matrices. Each of them has a bias."),
        Misconception("three-projections", {"parameters": 468},
            "Queries, keys and values make three. (18.7) has one more, at the end."),
        Misconception("a-matrix-for-each-head", {"parameters": 1560},
            "You gave each head projections of the full width. A head has D / heads columns only."),
        Misconception("more-heads-more-parameters", {"parameters with 6 heads": 1248},
            "Twice the heads, but each with half the columns. What does not change?"),
        Misconception("fewer-parameters", {"parameters with 6 heads": 312},
            "The heads are thinner, but there are more of them. What does not change?"),
        Misconception("added-up", {"equal keys": 9.0},
            "You added the values. The weights sum to 1, so the output is a mean."),
        Misconception("largest-wins", {"equal keys": 6.0},
            "Nothing tells one key from another, so no value can win. The size of a value has no part in its weight."),
        Misconception("variance", {"std of q·k": 144.0},
            "This is the variance. Its root is asked."),
        Misconception("spread-ignored", {"std of q·k": 6.0},
            "You took q's entries to have spread 1, as in (18.3). Here it is 2: what happens to each product?"),
        Misconception("spreads-add", {"std of q·k": 72.0},
            "You added spreads. For independent terms it is the variances that add."),
        Misconception("already-scaled", {"std of q·k": 2.0},
            "This is the spread after the division by the root of d. It was asked before it."),
        Misconception("twice", {"weights at twice T": 2},
            "Twice as many queries, and for each of them twice as many keys."),
        Misconception("ten", {"weights at twice T": 10},
            "This is the number of positions. Asked: how many times as many weights?"),
    ],
    alternatives=[
        {"q in heads": [2, 3, 5, 4], "weights": [2, 3, 5, 5], "output": [2, 5, 12], "parameters": 624.0,
         "parameters with 6 heads": 624, "equal keys": 3, "std of q·k": 12, "weights at twice T": 4.0},
        {"weights at twice T": 4, "std of q·k": 4 * 36**0.5 / 2, "equal keys": 9 / 3, "parameters": 4 * (144 + 12),
         "parameters with 6 heads": 4 * 13 * 12, "output": (2, 5, 12), "weights": (2, 3, 5, 5),
         "q in heads": (2, 3, 5, 4)},
    ],
    hints=[
        "Write the letters before the numbers: (N, heads, T, d) with d = D / heads. What do scores and outputs keep of "
        "them?",
        "Parameters: four matrices from D to D and four biases, however the columns are shared among heads.",
        "Equal keys have equal scores. And three equal weights that sum to 1 are ...",
        "A product of independent entries with mean 0 has the variance (spread of q)² · (spread of k)²; then add d_k "
        "such variances, and take the root.",
    ],
    takeaway="Heads change who looks where, not how many numbers are learned; length costs by its square.",
)

PREVIOUS = Exercise(
    id="18.9", kind="experiment", title="A head that looks one back", name="previous_token_head", points=3, minutes=15,
    difficulty=4, section="2. Query, key, value", reference=answers.previous_token_head, cases=tried_on.position_cases,
    metric=Metric(answers.weight_at(-1), "mean weight on the position before", at_least=answers.ENOUGH),
    alternatives=[answers.previous_by_keys, answers.previous_by_circle],
    misconceptions=[
        Misconception("content-counts", lambda C, T: answers.previous_token_head(C, T, content=1.0),
            "With the position features alone your head looks back as it should; the content features disturb "
            "it. Which rows of W_q and W_k read them?", seen=answers.would_look_back_without_content),
        Misconception("position-rows-first", answers.previous_with_rows_exchanged,
            "With its rows in another order your head works. What stands first in x, content or position?",
            seen=answers.would_look_back_in_another_order),
        Misconception("no-rows-for-content", lambda C, T: (30 * np.eye(T, k=-1), np.eye(T)),
            "Your matrices have T rows, but a position has C + T features. What should the content's rows hold, so "
            "that it does not count?", seen=answers.has_no_content_rows),
        Misconception("looks-ahead", lambda C, T: answers.previous_token_head(C, T, shift=1),
            "Your head looks one position *ahead*. Row t of the position part of W_q is the query of position t: which "
            "key should it match?", seen=answers.looks_at(1)),
        Misconception("looks-at-itself", lambda C, T: answers.previous_token_head(C, T, shift=0),
            "Each position looks at itself: query and key say the same position. One of them has to be moved by one.",
            seen=answers.looks_at(0)),
        Misconception("too-soft", lambda C, T: answers.previous_token_head(C, T, strength=3.0),
            "The right position has the largest weight in every row, but not large enough. The scores are divided by "
            "the root of d_k, and softmax lives on differences: how do you make them larger?",
            seen=answers.looks_there_but_softly),
        Misconception("looks-everywhere", lambda C, T: answers.previous_token_head(C, T, strength=0.0),
            "Every position gets the same weight: all scores are equal. That is the baseline, 1/T.",
            seen=answers.looks_evenly),
    ],
    hints=[
        "What is q_t · k_s if the query of position t is row t of one matrix, and the key of s row s of another? The "
        "content should not count: zeros in its rows.",
        "Let the key say which position it is: 1 at place s. Then q_t · k_s is entry s of the query.",
        "So the query of t should have something large at place t - 1. np.eye has an option for a diagonal "
        "beside the main one.",
        "How large? After the division by √d_k the right score must be above the others by 5 or more.",
    ],
    takeaway="What a head looks at is decided by two small matrices; here you were the training.",
)
