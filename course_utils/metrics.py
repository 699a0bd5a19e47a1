"""How good is it? Numbers for classifiers, rankings and texts.

Truth first, prediction second, as in scikit-learn, whose conventions these follow (without its warnings).
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, as_labels, check_no_nan


class RocCurve(NamedTuple):
    """False and true positive rate when everything scored >= threshold is called positive."""

    fpr: Array
    tpr: Array
    thresholds: Array


class PrCurve(NamedTuple):
    """Precision and recall when everything scored >= threshold is called positive; last point (1, 0)."""

    precision: Array
    recall: Array
    thresholds: Array


def _labels(y_true, y_pred) -> tuple[Array, Array]:
    """Two columns of class labels, numbers or text, of one length."""
    y_true, y_pred = as_labels("y_true", y_true), as_labels("y_pred", y_pred)
    if y_true.ndim != 1 or y_pred.shape != y_true.shape or y_true.size == 0:
        raise ValueError(
            f"y_true and y_pred must be two columns (N,) of labels, but their shapes are {y_true.shape} and "
            f"{y_pred.shape}: probabilities instead of classes (argmax(-1)), or a column (N, 1) (ravel())?"
        )
    if (y_true.dtype.kind in "US") != (y_pred.dtype.kind in "US"):
        raise TypeError(
            f"y_true and y_pred must both be numbers or both text, but {y_true.dtype}, {y_pred.dtype} came."
        )
    for name, y in (("y_true", y_true), ("y_pred", y_pred)):
        if y.dtype.kind == "f" and not np.array_equal(y, np.round(y)):
            raise ValueError(
                f"{name} must hold class labels, but it holds fractions or NaN: round or compare scores first."
            )
    return y_true, y_pred


def accuracy(y_true: Array, y_pred: Array) -> float:
    """Share of examples that are labelled right.

    Raises
    ------
    ValueError : shapes that are not two equal columns (N,); fractions instead of labels.

    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    """
    y_true, y_pred = _labels(y_true, y_pred)
    return float(np.mean(y_true == y_pred))


def confusion_matrix(y_true: Array, y_pred: Array, *, labels: Sequence | None = None) -> Array:
    """Counts (K, K): the row is the true class, the column the predicted one.

    Parameters
    ----------
    y_true, y_pred : (N,) labels, numbers or text.
    labels : the classes in the order of rows and columns; all that occur, sorted, if None. Examples with
        another label are left out.

    >>> confusion_matrix([0, 1, 1, 1], [0, 1, 1, 0])
    array([[1, 0],
           [1, 2]])
    """
    y_true, y_pred = _labels(y_true, y_pred)
    classes = np.unique(np.concatenate([y_true, y_pred])) if labels is None else as_labels("labels", labels)
    sorted_classes, order = np.unique(classes, return_index=True)
    if len(sorted_classes) != len(classes):
        raise ValueError(f"labels must name each class once, but {list(classes)} came.")
    row, column = (np.searchsorted(sorted_classes, y).clip(max=len(classes) - 1) for y in (y_true, y_pred))
    known = (sorted_classes[row] == y_true) & (sorted_classes[column] == y_pred)
    K = len(classes)
    flat = order[row[known]] * K + order[column[known]]
    return np.bincount(flat, minlength=K * K).reshape(K, K)


def _counts(y_true, y_pred) -> tuple[Array, Array, Array, Array]:
    """Classes, and for each: true positives, predicted, present."""
    y_true, y_pred = _labels(y_true, y_pred)
    table = confusion_matrix(y_true, y_pred)
    return np.unique(np.concatenate([y_true, y_pred])), np.diag(table), table.sum(axis=0), table.sum(axis=1)


def _ratio(numerator, denominator) -> Array:
    """Quotient with 0 where nothing is divided by nothing."""
    numerator, denominator = np.asarray(numerator, float), np.asarray(denominator, float)
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def _averaged(y_true, y_pred, score, average: str | None, pos_label):
    """A score of (true positives, predicted, present), for one class or averaged over all."""
    classes, hit, predicted, present = _counts(y_true, y_pred)
    if average == "binary":
        if len(set(classes.tolist()) | {pos_label}) > 2:
            raise ValueError(
                f"average='binary' needs two classes with pos_label={pos_label!r} among them, but {classes.tolist()} "
                "occur: choose pos_label, or average='macro', 'micro', 'weighted', or None for a score a class."
            )
        positive = classes == pos_label
        return float(score(hit[positive].sum(), predicted[positive].sum(), present[positive].sum()))
    if average == "micro":
        return float(score(hit.sum(), predicted.sum(), present.sum()))
    each = score(hit, predicted, present)
    if average is None:
        return each
    if average not in ("macro", "weighted"):
        raise ValueError(f"average must be 'binary', 'macro', 'micro', 'weighted' or None, but {average!r} came.")
    return float(np.average(each, weights=present if average == "weighted" else None))


def precision(y_true: Array, y_pred: Array, *, average: str | None = "binary", pos_label=1) -> float | Array:
    """Of what was called positive, the share that is: TP / (TP + FP); 0 if nothing was called positive.

    Parameters
    ----------
    y_true, y_pred : (N,) labels.
    average : 'binary' for the class `pos_label`; 'macro' the mean over classes; 'weighted' the mean weighted by
        how often each is true; 'micro' from the summed counts; None an array, one score a class, sorted.

    Raises
    ------
    ValueError : more than two classes with average='binary'; an unknown average; shapes.

    >>> precision([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _averaged(y_true, y_pred, lambda hit, predicted, present: _ratio(hit, predicted), average, pos_label)


def recall(y_true: Array, y_pred: Array, *, average: str | None = "binary", pos_label=1) -> float | Array:
    """Of what is positive, the share that was found: TP / (TP + FN); 0 if nothing is positive.

    Arguments and errors as `precision`.

    >>> recall([0, 1, 1, 1, 1], [1, 1, 0, 0, 0])
    0.25
    """
    return _averaged(y_true, y_pred, lambda hit, predicted, present: _ratio(hit, present), average, pos_label)


def f1(y_true: Array, y_pred: Array, *, average: str | None = "binary", pos_label=1) -> float | Array:
    """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 if there is nothing to find or found.

    Arguments and errors as `precision`.

    >>> round(f1([0, 1, 1, 1, 1], [1, 1, 0, 0, 0]), 4)
    0.3333
    """
    return _averaged(
        y_true, y_pred, lambda hit, predicted, present: _ratio(2 * hit, predicted + present), average, pos_label
    )


def _ranked(y_true, scores, pos_label) -> tuple[Array, Array, Array]:
    """At each distinct score, from the top: false positives, true positives, the score."""
    y_true, scores = as_labels("y_true", y_true), as_float("scores", scores, ndim=1)
    check_no_nan("scores", scores)
    if y_true.shape != scores.shape or scores.size == 0:
        raise ValueError(
            f"y_true and scores must be two columns (N,), but their shapes are {y_true.shape} and {scores.shape}: "
            "of probabilities (N, 2) take the positive class, p[:, 1]."
        )
    classes = np.unique(y_true)
    if len(classes) > 2 or (y_true.dtype.kind == "f" and not np.array_equal(y_true, np.round(y_true))):
        raise ValueError(
            f"y_true must hold two classes, but it holds {len(classes)} values, such as {classes[-1]}: are y_true and "
            "scores exchanged? Of several classes take one against the rest: roc_curve(y_true == k, scores[:, k])."
        )
    positive = y_true == pos_label
    if positive.all() or not positive.any():
        raise ValueError(
            f"y_true must hold positives ({pos_label!r}) and negatives, but all are "
            f"{'positive' if positive.all() else 'negative'}: one class has no curve (is pos_label right?)."
        )
    order = np.argsort(-scores, kind="stable")
    scores, positive = scores[order], positive[order]
    # The last of each group of equals, compared and not subtracted: infinite scores can be equal too.
    last = np.append(np.flatnonzero(scores[1:] != scores[:-1]), scores.size - 1)
    tp = np.cumsum(positive)[last]
    return 1 + last - tp, tp, scores[last]


def _corners(*counts: Array) -> Array:
    """True at the first and last point and wherever one of the curves bends: the rest lie on straight lines."""
    bends = np.any([np.diff(c, 2) != 0 for c in counts], axis=0)
    return np.concatenate([[True], bends, [True]])


def roc_curve(y_true: Array, scores: Array, *, pos_label=1, drop_intermediate: bool = True) -> RocCurve:
    """Receiver operating characteristic: true against false positive rate for every threshold, from (0, 0) to (1, 1).

    Parameters
    ----------
    y_true : (N,) labels of two classes. scores : (N,) float, higher means more positive; they may be infinite.
    pos_label : the positive class.
    drop_intermediate : leave out points on a straight line between their neighbours; the curve and its area
        stay the same. True is scikit-learn's default too. The first threshold is +inf: nothing is positive.

    Raises
    ------
    ValueError : shapes; NaN; one class only, or more than two; fractions for labels (arguments exchanged?).

    >>> fpr, tpr, thresholds = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); auc(fpr, tpr)
    0.75
    """
    fp, tp, thresholds = _ranked(y_true, scores, pos_label)
    if drop_intermediate and len(fp) > 2:
        keep = _corners(fp, tp)
        fp, tp, thresholds = fp[keep], tp[keep], thresholds[keep]
    fp, tp = np.append(0, fp), np.append(0, tp)
    return RocCurve(fp / fp[-1], tp / tp[-1], np.append(np.inf, thresholds))


def pr_curve(y_true: Array, scores: Array, *, pos_label=1) -> PrCurve:
    """Precision and recall for every threshold, lowest first, as scikit-learn's `precision_recall_curve`.

    Every distinct score is a threshold (nothing is dropped); one point (1, 0) without a threshold is added at
    the end. Arguments and errors as `roc_curve`. The curve is not straight between its points: do not
    integrate it by trapezoids (Davis and Goadrich, 2006, section 4).

    >>> precision, recall, thresholds = pr_curve([0, 1, 1], [0.1, 0.4, 0.8]); precision.round(3), recall
    (array([0.667, 1.   , 1.   , 1.   ]), array([1. , 1. , 0.5, 0. ]))
    """
    fp, tp, thresholds = _ranked(y_true, scores, pos_label)
    precision, recall = tp / (tp + fp), tp / tp[-1]
    return PrCurve(np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1])


def auc(x: Array, y: Array) -> float:
    """Area under a curve by the trapezoidal rule, from the smallest x to the largest; x rises or falls throughout.

    Of `roc_curve`, it is the chance that a positive scores above a negative, ties counting half. A curve below
    zero has a negative area; read from right to left it has the same.

    Raises
    ------
    ValueError : x that goes back and forth (labels and scores instead of a curve?); fewer than 2 points; NaN or
        infinity.

    >>> auc([0, 0.5, 1], [0, 1, 1])
    0.75
    """
    x, y = as_float("x", x, ndim=1), as_float("y", y, ndim=1)
    if x.shape != y.shape or x.size < 2:
        raise ValueError(f"x and y must be curves of the same length >= 2, but their shapes are {x.shape}, {y.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y must be finite, but a NaN or an infinity came: are these thresholds (auc(fpr, tpr))?")
    steps = np.diff(x)
    if (steps < 0).any() and (steps > 0).any():
        raise ValueError("x must rise or fall throughout: are these labels and scores? auc(fpr, tpr) of roc_curve.")
    return float(np.trapezoid(y, x) * (-1 if (steps < 0).any() else 1))


def perplexity(nll: float | Array) -> float:
    """exp of the mean negative log-likelihood in nats: as hard as a fair choice among so many symbols.

    Parameters
    ----------
    nll : cross-entropy in nats; a mean, or one value a symbol, which are averaged.

    Raises
    ------
    ValueError : NaN, or nothing to average.

    >>> round(perplexity(np.log(8)), 6)
    8.0
    """
    nll = as_float("nll", nll)
    if nll.size == 0:
        raise ValueError("nll must hold at least one value, but it is empty.")
    check_no_nan("nll", nll)
    with np.errstate(over="ignore"):
        return float(np.exp(np.mean(nll, dtype=np.float64)))


def bleu(references: Sequence, candidate: Sequence, *, max_n: int = 4) -> float:
    """BLEU in [0, 1] of one sentence or of a whole corpus (Papineni et al., 2002, section 2.3).

    exp(min(0, 1 - r/c)) · (Π p_n)^(1/max_n): p_n is the share of the candidate's n-grams found in a reference,
    each counted at most as often as in the reference that has it most often; c is the candidate's length and
    r the reference length nearest to it (the shorter of two). Over a corpus, counts and lengths are summed
    first. Nothing is smoothed: a p_n of 0 gives 0, and so does a candidate without tokens.

    Where all candidates are shorter than n there is no n-gram, and p_n is 0/0: the mean is then over the p_n that
    exist, so that a perfect translation of three words has 1. sacreBLEU does this by `effective_order=True`, NLTK
    by `auto_reweigh=True` (for one sentence); by default both give 0 for such a text. Elsewhere the three agree
    (sacreBLEU by `smooth_method="none"`).

    Parameters
    ----------
    references : list of references, each a list of tokens; for a corpus a list of such lists.
    candidate : list of tokens; for a corpus a list of such lists, one for each entry of `references`.
        Libraries disagree on the order of the two, so either is taken: references are nested one deeper.
    max_n : longest n-gram.

    Raises
    ------
    ValueError : numbers of candidates and references that differ, no reference, max_n < 1.
    TypeError : text instead of lists of tokens, or a reference that is not in a list of references.

    >>> round(bleu(["the cat is on the mat".split()], "the cat is on a mat".split()), 4)
    0.5373
    """
    if not isinstance(max_n, int) or max_n < 1:
        raise ValueError(f"max_n must be an integer >= 1, the length of the longest n-gram, but {max_n!r} came.")
    if _depth(candidate) == _depth(references) + 1:
        references, candidate = candidate, references
    if _depth(candidate) == 1:
        references, candidate = [references], [candidate]
    if _depth(candidate) != 2 or any(_depth(r) != 2 for r in references):
        raise TypeError(
            "bleu takes (references, candidate): a list of references and one candidate, each a list of tokens "
            "(text.split()), or lists of these for a corpus."
        )
    if len(references) != len(candidate) or len(candidate) == 0 or min(map(len, references)) == 0:
        raise ValueError(f"each of {len(candidate)} candidates needs a list of references, {len(references)} came.")
    matched, total, lengths = np.zeros(max_n), np.zeros(max_n), np.zeros(2)
    for refs, tokens in zip(references, candidate, strict=True):
        lengths += len(tokens), min((len(r) for r in refs), key=lambda n: (abs(n - len(tokens)), n))
        for n in range(1, max_n + 1):
            matched[n - 1] += _clipped_matches(refs, tokens, n)
            total[n - 1] += max(len(tokens) - n + 1, 0)
    matched, total = matched[total > 0], total[total > 0]  # there is no 4-gram in three tokens
    if matched.min(initial=math.inf) == 0 or not total.size:
        return 0.0
    brevity = min(0.0, 1 - lengths[1] / lengths[0])
    return math.exp(brevity + np.log(matched / total).mean())


def _depth(x) -> int:
    """0 for a token, 1 for a list of tokens, 2 for a list of such lists; a text counts as a token."""
    if isinstance(x, str) or not isinstance(x, Sequence | np.ndarray):
        return 0
    return 1 + max((_depth(item) for item in x), default=0)


def _ngrams(tokens: Sequence, n: int) -> Counter:
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def _clipped_matches(references: Sequence, tokens: Sequence, n: int) -> int:
    """n-grams of the candidate that stand in a reference, each at most as often as in one of them."""
    most = Counter()
    for reference in references:
        most |= _ngrams(reference, n)  # the larger count of the two
    return sum((_ngrams(tokens, n) & most).values())
