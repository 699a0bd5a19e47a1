"""Metrics by hand and at their edges; agreement with scikit-learn stands in tests/parity."""

import math

import numpy as np
import pytest

from course_utils import metrics

TRUE, PRED = [0, 1, 1, 1, 0, 0], [0, 1, 0, 1, 1, 0]


def test_values_by_hand():
    assert metrics.accuracy(TRUE, PRED) == 4 / 6
    assert metrics.confusion_matrix(TRUE, PRED).tolist() == [[2, 1], [1, 2]]
    assert metrics.precision(TRUE, PRED) == metrics.recall(TRUE, PRED) == 2 / 3
    assert metrics.f1(TRUE, PRED) == pytest.approx(2 / 3)


def test_nothing_found_and_nothing_to_find_count_as_zero():
    for score in (metrics.precision, metrics.recall, metrics.f1):
        assert score([0, 0, 1], [0, 0, 0]) == 0
        assert score([0, 0, 0], [0, 0, 0]) == 0


def test_text_labels_and_a_class_that_one_side_lacks():
    true, pred = np.array(["cat", "dog", "cat"]), np.array(["cat", "cat", "cow"])
    assert metrics.accuracy(true, pred) == pytest.approx(1 / 3)
    assert metrics.confusion_matrix(true, pred).tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    assert metrics.precision(true, pred, average=None).tolist() == [0.5, 0, 0]
    with pytest.raises(TypeError, match="both be numbers or both text"):
        metrics.accuracy([0, 1], ["a", "a"])


@pytest.mark.parametrize("score", [metrics.accuracy, metrics.f1])
def test_labels_from_a_table_of_objects(score):
    words, average = np.array(["b", "m", "m"], dtype=object), {} if score is metrics.accuracy else {"pos_label": "m"}
    assert score(words, words, **average) == score(words, ["b", "m", "m"], **average) == 1
    numbers = np.array([0, 1, np.int64(1)], dtype=object)
    assert score(numbers, [0, 1, 1]) == score([0, 1, 1], numbers) == score([False, True, True], numbers) == 1
    assert metrics.confusion_matrix(words, words, labels=np.array(["m", "b"], object)).tolist() == [[2, 0], [0, 1]]
    for bad, found in ((["b", "m", None], "NoneType, str"), (["b", "m", 1], "int, str"), ([1, 0, None], "NoneType")):
        with pytest.raises(TypeError, match=f"y_true must hold labels that are all numbers or all text.* {found}"):
            score(np.array(bad, dtype=object), words)
    with pytest.raises(TypeError, match="y_pred is a masked array"):
        score([0, 1, 1], np.ma.masked_equal([0, 1, 1], 0))


def test_the_confusion_matrix_in_a_wanted_order():
    table = metrics.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 1], labels=[2, 0])
    assert table.tolist() == [[1, 0], [0, 1]]  # what involves class 1 is left out
    with pytest.raises(ValueError, match="labels must name each class once"):
        metrics.confusion_matrix([0, 1], [0, 1], labels=[0, 0])


def test_pos_label_chooses_the_class():
    assert metrics.recall(TRUE, PRED, pos_label=0) == 2 / 3
    assert metrics.recall(["b", "m"], ["b", "b"], pos_label="m") == 0
    with pytest.raises(ValueError, match="pos_label=1 among them"):
        metrics.recall(["b", "m"], ["b", "b"])


@pytest.mark.parametrize("score", [metrics.accuracy, metrics.confusion_matrix, metrics.precision])
def test_errors_of_label_metrics(score):
    for true, pred in (([0, 1], [0]), ([], []), ([[0], [1]], [[0], [1]]), ([0, 1], [[0.1, 0.9], [0.2, 0.8]])):
        with pytest.raises(ValueError, match=r"two columns \(N,\)"):
            score(true, pred)
    with pytest.raises(ValueError, match="y_pred must hold class labels, but it holds fractions"):
        score([0, 1], [0.2, 0.8])
    assert np.all(np.isfinite(score([0, 1], [0.0, 1.0])))


def test_errors_of_averages():
    with pytest.raises(ValueError, match="average='binary' needs two classes"):
        metrics.f1([0, 1, 2], [0, 1, 2])
    with pytest.raises(ValueError, match="average must be"):
        metrics.f1(TRUE, PRED, average="mean")


class TestCurves:
    def test_a_perfect_and_a_reversed_ranking(self):
        y = [0, 0, 1, 1]
        assert metrics.auc(*metrics.roc_curve(y, [1, 2, 3, 4])[:2]) == 1
        assert metrics.auc(*metrics.roc_curve(y, [4, 3, 2, 1])[:2]) == 0

    def test_equal_scores_are_a_coin(self):
        fpr, tpr, thresholds = metrics.roc_curve([0, 1, 1], [0.5, 0.5, 0.5])
        assert (fpr.tolist(), tpr.tolist(), thresholds.tolist()) == ([0, 1], [0, 1], [np.inf, 0.5])
        assert metrics.auc(fpr, tpr) == 0.5

    def test_dropping_points_keeps_the_area(self, rng):
        y, scores = rng.integers(0, 2, 200), rng.normal(size=200).round(1)
        short, long = (metrics.roc_curve(y, scores, drop_intermediate=drop) for drop in (True, False))
        assert len(short.fpr) < len(long.fpr)
        assert metrics.auc(*short[:2]) == pytest.approx(metrics.auc(*long[:2]), rel=1e-14)

    def test_the_area_is_the_chance_of_a_right_order(self, rng):
        y, scores = rng.integers(0, 2, 50), rng.normal(size=50).round(1)
        difference = scores[y == 1][:, None] - scores[y == 0]
        pairs = (difference > 0).mean() + (difference == 0).mean() / 2
        assert metrics.auc(*metrics.roc_curve(y, scores)[:2]) == pytest.approx(pairs)

    @pytest.mark.parametrize("infinity", [np.inf, -np.inf])
    def test_infinite_scores_that_are_equal_are_a_tie(self, infinity):
        for y in ([0, 1], [1, 0]):
            assert metrics.auc(*metrics.roc_curve(y, [infinity, infinity])[:2]) == 0.5
            assert metrics.pr_curve(y, [infinity, infinity]).precision.tolist() == [0.5, 1]
        y, scores = [0, 1, 0, 1], np.array([-np.inf, np.inf, 0.0, np.inf])
        assert (
            metrics.auc(*metrics.roc_curve(y, scores)[:2]) == metrics.auc(*metrics.roc_curve(y, [0, 2, 1, 2])[:2]) == 1
        )

    def test_precision_and_recall_by_hand(self):
        precision, recall, thresholds = metrics.pr_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
        assert precision.tolist() == [0.5, 2 / 3, 0.5, 1, 1]
        assert recall.tolist() == [1, 1, 0.5, 0.5, 0]
        assert thresholds.tolist() == [0.1, 0.7, 0.8, 0.9]

    @pytest.mark.parametrize("curve", [metrics.roc_curve, metrics.pr_curve])
    def test_errors(self, curve):
        for y in ([1, 1], [0, 0]):
            with pytest.raises(ValueError, match="one class has no curve"):
                curve(y, [0.1, 0.2])
        with pytest.raises(ValueError, match="scores must have 1 axes"):
            curve([0, 1], [[0.1, 0.9], [0.2, 0.8]])
        with pytest.raises(ValueError, match=r"two columns \(N,\)"):
            curve([0, 1, 1], [0.1, 0.2])
        with pytest.raises(ValueError, match="scores holds 1 NaN"):
            curve([0, 1], [0.1, np.nan])
        with pytest.raises(ValueError, match=r"3 values.*one against the rest"):
            curve([0, 1, 2], [0.1, 0.2, 0.3])
        for scores in ([0.1, 0.9, 0.4], [0.25, 0.75, 0.25]):
            with pytest.raises(ValueError, match="are y_true and scores exchanged"):
                curve(scores, [0, 1, 1])
        assert curve(np.array(["no", "yes"], object), [0.1, 0.2], pos_label="yes")[1][0] in (0, 1)

    def test_auc_wants_a_curve(self):
        assert metrics.auc([1, 0.5, 0], [1, 1, 0]) == 0.75
        assert metrics.auc([0, 1], [-1, -1]) == metrics.auc([1, 0], [-1, -1]) == -1
        assert metrics.auc([0, 0], [0, 1]) == 0
        for x, y in (([0, np.nan], [0, 1]), ([0, 1], [0, np.inf]), ([np.inf, 1], [0, 1])):
            with pytest.raises(ValueError, match="must be finite"):
                metrics.auc(x, y)
        with pytest.raises(ValueError, match="x must rise or fall throughout: are these labels and scores"):
            metrics.auc([0, 1, 0], [0.1, 0.2, 0.3])
        for x, y in (([0], [1]), ([0, 1], [0, 1, 1])):
            with pytest.raises(ValueError, match="same length >= 2"):
                metrics.auc(x, y)


class TestPerplexity:
    def test_of_a_mean_and_of_single_values(self):
        assert metrics.perplexity(np.log([2.0, 8.0])) == pytest.approx(4)
        assert metrics.perplexity(0.0) == 1
        assert metrics.perplexity(np.float32(1000)) == math.inf

    def test_errors(self):
        with pytest.raises(ValueError, match="NaN"):
            metrics.perplexity(np.nan)
        with pytest.raises(ValueError, match="at least one value"):
            metrics.perplexity([])


class TestBleu:
    REFERENCES = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]

    def test_counts_are_clipped_as_in_the_papers_example(self):
        assert metrics.bleu(self.REFERENCES, ["the"] * 7, max_n=1) == pytest.approx(2 / 7)

    def test_identity_is_one_and_disjoint_texts_are_zero(self):
        sentence = self.REFERENCES[0]
        assert metrics.bleu([sentence], sentence) == pytest.approx(1)
        assert metrics.bleu([sentence], list("abcdef")) == 0
        assert metrics.bleu([sentence], []) == 0

    def test_what_has_no_4_gram_is_judged_by_the_n_grams_it_has(self):
        """The numbers are NLTK 3.9's with auto_reweigh=True and sacreBLEU 2's with effective_order=True."""
        cat = ["the", "cat", "sat"]
        assert metrics.bleu([cat], cat) == metrics.bleu([[cat]], [cat]) == metrics.bleu([["a"]], ["a"]) == 1
        assert metrics.bleu([self.REFERENCES[0]], ["the", "cat", "is"]) == pytest.approx(0.36787944)
        assert metrics.bleu([[*cat, "down"], ["a", "cat", "sat"]], cat[:2]) == pytest.approx(0.60653066)
        assert metrics.bleu([list("abcdef")], list("abcdf")) == pytest.approx(0.57893007)
        assert metrics.bleu([cat], ["the", "dog", "sat"]) == 0  # there are bigrams, and none is right
        short_and_long = [[cat], [list("abcd")]]
        assert metrics.bleu(short_and_long, [cat, list("abcd")]) == pytest.approx(1)

    def test_short_candidates_pay_by_the_nearest_reference(self):
        assert metrics.bleu([list("abcdef")], list("abcd")) == pytest.approx(math.exp(1 - 6 / 4))
        assert metrics.bleu([list("abcdef"), list("abcde"), list("abc")], list("abcd")) == pytest.approx(1)

    def test_over_a_corpus_counts_are_summed_first(self):
        candidates, references = [list("abcd"), list("efxh")], [[list("abcd")], [list("efgh")]]
        expected = (7 / 8 * 4 / 6) ** 0.5
        assert metrics.bleu(references, candidates, max_n=2) == pytest.approx(expected)
        assert metrics.bleu([references[0]], [candidates[0]]) == metrics.bleu(references[0], candidates[0])

    def test_the_order_of_the_two_does_not_matter(self):
        candidate = ["the", "cat", "is", "on", "a", "mat"]
        assert metrics.bleu(candidate, self.REFERENCES) == metrics.bleu(self.REFERENCES, candidate)
        assert metrics.bleu([candidate], [self.REFERENCES]) == metrics.bleu([self.REFERENCES], [candidate])

    def test_token_numbers_and_arrays(self):
        assert metrics.bleu([[1, 2, 3, 4]], np.array([1, 2, 3, 4])) == pytest.approx(1)

    def test_errors(self):
        for references, candidate in (("the cat", "the cat"), (["a", "b"], ["a", "b"]), ([["a"]], "a")):
            with pytest.raises(TypeError, match=r"list of references and one candidate"):
                metrics.bleu(references, candidate)
        with pytest.raises(ValueError, match="2 candidates needs a list of references, 1 came"):
            metrics.bleu([[["a"]]], [["a"], ["b"]])
        for max_n in (0, 2.0):
            with pytest.raises(ValueError, match="max_n must be an integer >= 1"):
                metrics.bleu([["a"]], ["a"], max_n=max_n)
