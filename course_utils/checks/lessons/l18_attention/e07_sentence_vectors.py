"""Exercise 18.7: The padding has a say."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception
from course_utils.checks.lessons.l18_attention.shared import attention, keys


def padded_cases(rng):
    """Padding that is anything but zero; one sentence without any; as many sentences as positions."""
    for T, D, lengths in [(4, 2, [4, 2]), (3, 3, [1, 3, 2]), (5, 2, [3]), (2, 4, [1, 2, 1, 2])]:
        lengths = np.array(lengths)
        x = rng.normal(size=(len(lengths), T, D))
        padding = np.arange(T) >= lengths[:, None]
        x[padding] = rng.uniform(1, 2, size=(padding.sum(), D))
        yield x, lengths


def real_positions(x, lengths):
    return np.arange(x.shape[1]) < lengths[:, None]  # (N, T)


def queries(real):
    return real[:, :, None]


def one_too_many(x, lengths):
    return np.arange(x.shape[1]) <= lengths[:, None]


def sentence_vectors(x, lengths):
    real = real_positions(x, lengths)
    mixed = attention(x, x, x, mask=real[:, None, :] & real[:, :, None])
    return mixed.sum(axis=1) / lengths[:, None]


def broken_vectors(x, lengths):
    real = real_positions(x, lengths)
    mixed = attention(x, x, x, mask=real[:, :, None])
    return mixed.sum(axis=1) / lengths[:, None]


def vectors_with(mask=lambda real: real[:, None, :] & real[:, :, None], real=real_positions, mean=None):
    def answer(x, lengths):
        mixed = attention(x, x, x, mask=mask(real(x, lengths)))
        return mixed.sum(axis=1) / lengths[:, None] if mean is None else mean(mixed, real(x, lengths))

    return answer


def vectors_cut(x, lengths):
    """Sentence by sentence, its padding cut off."""
    return np.array([attention(s[:n], s[:n], s[:n]).mean(axis=0) for s, n in zip(x, lengths, strict=True)])


def padding_zeroed(x, lengths):
    real = real_positions(x, lengths)
    x = x * real[:, :, None]
    return attention(x, x, x, mask=real[:, :, None]).sum(axis=1) / lengths[:, None]


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="18.7", kind="repair", title="The padding has a say", name="sentence_vectors", points=3, minutes=10,
    difficulty=3, section="5. Masks", reference=sentence_vectors, broken=broken_vectors,
    cases=padded_cases, needs=("18.2",),
    alternatives=[
        vectors_cut,
        vectors_with(keys, mean=lambda mixed, real: (mixed * real[:, :, None]).sum(1)
            / real.sum(1, keepdims=True)),
        vectors_with(keys, mean=lambda mixed, real: mixed.mean(axis=1, where=real[:, :, None])),
    ],
    misconceptions=[
        Misconception("not-repaired", broken_vectors,
            "Change a number of the padding and the sentence's vector still changes. Which axis of the mask are the "
            "queries, and which the keys?"),
        Misconception("keys-only", vectors_with(keys),
            "Now no word looks at the padding. But the padding looks at the words, and its rows are added to the "
            "mean: print `mixed` for a short sentence."),
        Misconception("keys-only-divided-by-T",
            vectors_with(keys, mean=lambda mixed, real: mixed.mean(axis=1)),
            "No word looks at the padding now. But the mean runs over all T rows, those of the padding included: print "
            "`mixed` for a short sentence."),
        Misconception("either", vectors_with(lambda real: keys(real) | queries(real)),
            "Your mask is False only where query *and* key are padding. A pair counts when both are real."),
        Misconception("no-mask", vectors_with(lambda real: None),
            "There is no mask any more: everything looks at everything, and all rows are added up.",
            family="mask ignored or turned round"),
        Misconception("inverted", vectors_with(lambda real: ~(keys(real) & queries(real))),
            "Your mask is True where the padding is. True means: may attend.", family="mask ignored or turned round"),
        Misconception("keys-inverted", vectors_with(lambda real: ~keys(real),
            mean=lambda mixed, real: (mixed * real[:, :, None]).sum(1) / real.sum(1, keepdims=True)),
            "The mean is right. But the words look at the padding, and not at each other: True means: may attend.",
            family="mask ignored or turned round"),
        Misconception("mean-of-padding", vectors_with(keys,
            mean=lambda mixed, real: (mixed * ~real[:, :, None]).sum(1) / real.sum(1, keepdims=True)),
            "The mask is right. But your sum runs over the rows of the padding and leaves out the words.",
            family="mask ignored or turned round"),
        Misconception("divided-by-the-longest", vectors_with(
            mean=lambda mixed, real: mixed.sum(axis=1) / real.sum(axis=1).max()),
            "The mask is right. Now the mean: every sum is divided by the longest length. Each sentence has its own."),
        Misconception("no-look-ahead", vectors_with(lambda real: keys(real) & np.tri(real.shape[1], dtype=bool),
            mean=lambda mixed, real: (mixed * real[:, :, None]).sum(1) / real.sum(1, keepdims=True)),
            "The padding is silent now. But your words see only those before them, and nobody asked for that: here all "
            "words of a sentence see each other."),
        Misconception("not-mixed", lambda x, lengths: np.array(
            [s[:n].mean(axis=0) for s, n in zip(x, lengths, strict=True)]),
            "This is the mean of the words as they came in. First the words look at each other: where did the "
            "attention go?"),
        Misconception("last-word", vectors_with(keys,
            mean=lambda mixed, real: mixed[np.arange(len(mixed)), real.sum(axis=1) - 1]),
            "This is what the last word made of the others. Asked is the mean over all words of the sentence."),
        Misconception("one-too-many", vectors_with(real=one_too_many),
            "One position behind the end of each sentence still counts. With a length of 2, which positions are real?",
            family="off by one"),
        Misconception("divided-by-T", vectors_with(mean=lambda mixed, real: mixed.mean(axis=1)),
            "The mask is right. Now the mean: you divide by T, padding included."),
        Misconception("zeros-for-padding", padding_zeroed,
            "You set the padding to zero and let the words look at it. A key of zeros has the score 0, and e to the 0 "
            "is a weight like any other: section 5."),
        Misconception("axes-left-to-chance", vectors_with(lambda real: real),
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
