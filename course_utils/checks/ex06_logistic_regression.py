"""Exercises of lesson 06: sigmoid, softmax and their losses, the gradient, a classifier, a repair and predictions."""

import numpy as np

from course_utils.checks import _answers06 as answers
from course_utils.checks.exercise import Exercise, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off


SIGMOID = Exercise(
    id="06.1", title="A sigmoid that nothing can break", name="sigmoid", points=2, minutes=10, difficulty=2,
    section="2. Odds, logits, and the S", reference=answers.sigmoid, cases=answers.sigmoid_cases,
    forbidden=("course_utils.activations.sigmoid", "scipy.special.expit", "torch.sigmoid"),
    alternatives=[
        answers.sigmoid_by_parts,
        lambda z: 0.5 * (1 + np.tanh(0.5 * z)),
        answers.quietly(lambda z: 1 / (1 + np.exp(-z))),
    ],
    misconceptions=[
        Misconception("overflow", answers.quietly(lambda z: np.exp(z) / (1 + np.exp(z))),
            "Right for usual logits, but at 1000 you divide infinity by infinity. Which exponential stays small when "
            "z is large, and which when z is very negative? See section 7."),
        Misconception("sign", answers.quietly(lambda z: 1 / (1 + np.exp(z))),
            "Your S falls instead of rising: a large logit gives a small probability. Look at the sign in (6.3)."),
        Misconception("no-one", answers.quietly(lambda z: 1 / np.exp(-z)),
            "These are the odds, and they rise above 1. Which number is missing below the fraction line of (6.3)?"),
        Misconception("tanh", np.tanh,
            "This S runs from -1 to 1: at logit 0 it says 0. A probability there should be 1/2."),
        Misconception("double-speed", lambda z: (1 + np.tanh(z)) / 2,
            "Your S is twice as steep as (6.3). With tanh it is (1 + tanh(z / 2)) / 2: where is the half?"),
        Misconception("slope", lambda z: answers.sigmoid(z) * (1 - answers.sigmoid(z)),
            "This is the slope of the sigmoid, p(1 - p) of (6.7). Here the sigmoid itself is asked."),
        Misconception("decided", lambda z: (z >= 0).astype(float),
            "Only 0 and 1 come out: these are decisions. A probability says how sure, and may lie between."),
    ],
    hints=[
        "What should come out at z = 0, at z = 1000 and at z = -1000?",
        "For z >= 0, (6.3) as it stands is harmless: e to the minus z is at most 1. For z < 0 multiply numerator and "
        "denominator of (6.3) by e to the z.",
        "Both halves need only the exponential of minus |z|. `np.where(z >= 0, ..., ...)` chooses between them.",
    ],
    takeaway="Safest: never take the exponential of a positive number.",
)

BINARY_CROSS_ENTROPY = Exercise(
    id="06.2", title="Cross-entropy from logits", name="binary_cross_entropy", points=3, minutes=15, difficulty=3,
    section="7. What goes wrong", reference=answers.binary_cross_entropy, cases=answers.binary_loss_cases,
    forbidden=(
        "course_utils.losses.binary_cross_entropy_forward", "torch.nn.functional.binary_cross_entropy_with_logits",
        "sklearn.metrics.log_loss",
    ),
    alternatives=[
        answers.binary_loss_by_loop,
        lambda logits, target: np.mean(np.logaddexp(0, logits) - logits * target),
        lambda logits, target: np.mean(np.logaddexp(0, np.where(target == 1, -logits, logits))),
    ],
    misconceptions=[
        Misconception("logits-as-probabilities", answers.binary_of_raw_logits,
            "You took the logarithm of the logits themselves. Logits are not probabilities; some are negative. "
            "What makes a probability of a logit, and how do you avoid computing it here?"),
        Misconception("one-for-each", lambda logits, target: answers.binary_terms(logits, target),
            "You have a loss for each example. (6.6) is one number for all of them."),
        Misconception("sum", lambda logits, target: np.sum(answers.binary_terms(logits, target)),
            "This is the sum: it grows with every example. What stands in front of the sum of (6.6)?"),
        Misconception("sign", lambda logits, target: -np.mean(answers.binary_terms(logits, target)),
            "The loss is negative, so the sign is lost: logarithms of probabilities are negative, and (6.6) has a "
            "minus in front."),
        Misconception("classes-exchanged", lambda logits, target: np.mean(answers.binary_terms(logits, 1 - target)),
            "A good prediction costs much and a bad one little: you give class 1 the term of class 0. Which term of "
            "(6.6) counts if y = 1?"),
        Misconception("only-class-1", lambda logits, target: np.mean(target * answers.binary_terms(logits, 1)),
            "Examples of class 0 cost nothing in your loss. The second term of (6.6) is missing."),
        Misconception("squared", lambda logits, target: np.mean((answers.sigmoid(logits) - target) ** 2),
            "This is the mean squared error of the probabilities. The Article check (E128) shows what is wrong with "
            "it; here cross-entropy is asked."),
        Misconception("bits", lambda logits, target: np.mean(answers.binary_terms(logits, target)) / np.log(2),
            "You took the logarithm to base 2: the loss of a coin is then 1. We use the natural one: log 2."),
        Misconception("large-part-missing",
            lambda logits, target: np.mean(np.log1p(np.exp(-np.abs(logits))) - logits * target),
            "Nearly: the part with the small exponential is there, but for positive logits (6.16) has a z in front."),
        Misconception("padded", answers.binary_padded,
            "Right for usual logits; but a confident mistake at 1000 should cost 1000. Yours is capped, because of a "
            "small number in the logarithm or a cut of p. Go from logits to the loss directly: (6.16).",
            seen=answers.capped),
        Misconception("through-probabilities", answers.binary_from_probabilities,
            "Right for usual logits; at ±1000 infinity or nan comes out: a large exponential was taken, or p rounded "
            "before its logarithm. (6.16) is for z > 0; which form is safe for z < 0?", seen=answers.not_finite),
    ],
    hints=[
        "What does one example cost if y = 0 and z = 1000? And if y = 1 and z = 1000?",
        "-log(1 - p) is log(1 + e^z), and -log p is the same minus z. So one example costs log(1 + e^z) - z·y.",
        "log(1 + e^z) is harmless for z <= 0. For z > 0 use (6.16). Both at once: a maximum of z and 0, plus a "
        "term with |z|.",
        "first = np.maximum(...); second = np.log1p(... of minus |z|); mean of first - z·y + second.",
    ],
    takeaway="Losses take logits: then no probability is rounded before its logarithm.",
)

LOGISTIC_GRADIENT = Exercise(
    id="06.3", title="The gradient for any number of features", name="logistic_gradient", points=4, minutes=15,
    difficulty=3, section="4. Downhill again", reference=answers.logistic_gradient, cases=answers.gradient_cases,
    needs=("06.1",),
    forbidden=("course_utils.gradcheck.numerical_gradient", "course_utils.losses.binary_cross_entropy_backward"),
    alternatives=[answers.gradient_by_loop, answers.gradient_by_ones],
    misconceptions=[
        Misconception("no-mean", answers.wrong_gradient(lambda X, e: X.T @ e, lambda X, e: e.sum()),
            "Both slopes are n times too large: they belong to the sum, but the loss is a mean. Look at the factor "
            "before the sums in (6.9)."),
        Misconception("factor-2", answers.wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: 2 * e.mean()),
            "Both slopes are twice too large. The 2 of lesson 04 came from the square; there is no square in (6.6)."),
        Misconception("sign", answers.wrong_gradient(lambda X, e: -X.T @ e / len(e), lambda X, e: -e.mean()),
            "Right size, wrong sign: it is p - y in (6.8), not y - p."),
        Misconception("slope-of-the-sigmoid", answers.wrong_gradient(
            answers.mean_dw, answers.mean_db,
            error=lambda z, y: (answers.sigmoid(z) - y) * answers.sigmoid(z) * (1 - answers.sigmoid(z))),
            "A factor p(1 - p) too many: in (6.7) it cancels. With it you have (half) the slope of the squared error, "
            "which goes flat where mistakes are greatest."),
        Misconception("no-sigmoid",
            answers.wrong_gradient(answers.mean_dw, answers.mean_db, error=lambda z, y: z - y),
            "You subtract y from the logit. The prediction is a probability: what comes between z and p?"),
        Misconception("decisions",
            answers.wrong_gradient(answers.mean_dw, answers.mean_db, error=lambda z, y: (z >= 0) - y),
            "Your errors are -1, 0 or 1: you decided before you subtracted. (6.8) wants the probability, not the "
            "decision."),
        Misconception("bias-left-out",
            lambda X, y, w, b: answers.logistic_gradient(X, y, w, 0.0),
            "Your logits leave the bias out. By (6.10) z is Xw + b; compute it whole first."),
        Misconception("db-no-mean", answers.wrong_gradient(answers.mean_dw, lambda X, e: e.sum()),
            "dw is right. db is n times too large: it is a mean as well, see the second half of (6.9)."),
        Misconception("dw-no-mean", answers.wrong_gradient(lambda X, e: X.T @ e, answers.mean_db),
            "db is right. dw is n times too large: the matrix product adds over all examples, and nothing divides by "
            "n afterwards."),
        Misconception("mean-over-everything", answers.wrong_gradient(lambda X, e: np.mean(X * e[:, None]),
            answers.mean_db),
            "dw is one number, but each weight has its own slope. Average over the examples only: which axis is that?"),
        Misconception("one-for-each", answers.wrong_gradient(lambda X, e: X * e[:, None], lambda X, e: e),
            "You have a slope for each example. The gradient of a mean is the mean of these."),
    ],
    hints=[
        "For one feature you know it: (6.9). What changes with three features?",
        "First all logits, then all probabilities, then the errors p - y: each of shape (n,).",
        "dw has a number for each column of X: its dot product with the errors, divided by n. All columns at once: "
        "a product with X.T, as in lesson 04.",
    ],
    takeaway="X turned round, times prediction minus target: only the prediction has changed since lesson 04.",
)

SOFTMAX = Exercise(
    id="06.4", title="Softmax along any axis", name="softmax", points=3, minutes=12, difficulty=3,
    section="6. Ten classes: softmax", reference=answers.softmax, cases=answers.softmax_cases,
    forbidden=(
        "course_utils.activations.softmax", "course_utils.activations.log_softmax", "scipy.special.softmax",
        "torch.softmax", "torch.nn.functional.softmax",
    ),
    alternatives=[answers.softmax_by_logs, answers.softmax_by_slices],
    misconceptions=[
        Misconception("overflow", lambda logits, axis=-1: answers.softmax_with(logits, axis, shift=False),
            "Right for usual logits, nan at ±1000. Subtract something from all logits of a row first; the "
            "quiz of section 6 says why you may."),
        Misconception("one-shift-for-all", answers.softmax_one_shift,
            "You subtract the largest logit of the whole table. A row whose own logits all lie far below it becomes "
            "0/0. Each row needs its own largest one."),
        Misconception("axis-ignored", lambda logits, axis=-1: answers.softmax_with(logits, -1),
            "Right for the last axis, but `axis` changes nothing in your answer. Where should it be handed on?"),
        Misconception("first-axis", lambda logits, axis=-1: answers.softmax_with(logits, 0),
            "Your columns sum to 1, always. The axis asked for is the one along which the sum must be 1; unless "
            "told otherwise the last."),
        Misconception("sums-to-one-in-all",
            lambda logits, axis=-1: answers.softmax_with(logits, axis, sums=lambda powers, axis: powers.sum()),
            "All numbers of the table together sum to 1. Each example should: sum along one axis only."),
        Misconception("axis-lost",
            lambda logits, axis=-1: answers.softmax_with(logits, axis, sums=lambda powers, axis: powers.sum(axis=axis)),
            "After the sum one axis is gone, and the division meets the wrong numbers, or none that fit. Which "
            "option of sum and max keeps the axis, with length 1?"),
        Misconception("no-exponential", answers.softmax_no_powers,
            "You divide the logits by their sum. Logits may be negative: first make them positive, (6.13)."),
        Misconception("logarithms", lambda logits, axis=-1: answers.log_softmax(logits, axis),
            "These are the logarithms of the probabilities. Here the probabilities are asked."),
        Misconception("sigmoid-of-each", lambda logits, axis=-1: answers.sigmoid(logits),
            "Each number is squeezed alone, so nothing makes a row sum to 1. In (6.13) the classes compete."),
        Misconception("winner-takes-all", answers.softmax_hard,
            "Only 0 and 1 come out. That is the decision; softmax says how sure, and is, well, soft."),
    ],
    hints=[
        "Which sum must be 1? Check it on a (2, 3) table.",
        "Three steps: subtract the largest along `axis`; exponentials; divide by their sum along `axis`.",
        "`max` and `sum` take away the axis, and then shapes no longer fit. `keepdims=True` leaves it, with length 1.",
    ],
    takeaway="Subtract the largest of each row: nothing changes, and nothing can overflow.",
)

CROSS_ENTROPY = Exercise(
    id="06.5", title="Cross-entropy for many classes", name="cross_entropy", points=3, minutes=12, difficulty=3,
    section="6. Ten classes: softmax", reference=answers.cross_entropy, cases=answers.loss_cases,
    forbidden=(
        "course_utils.losses.cross_entropy_forward", "course_utils.activations.log_softmax",
        "course_utils.activations.logsumexp", "scipy.special.logsumexp", "scipy.special.log_softmax",
        "torch.nn.functional.cross_entropy", "sklearn.metrics.log_loss",
    ),
    alternatives=[answers.loss_by_loop, answers.loss_by_one_hot],
    misconceptions=[
        Misconception("sum", lambda logits, labels: -np.sum(answers.picked(answers.log_softmax(logits), labels)),
            "This is the sum over the examples. (6.14) is their mean."),
        Misconception("sign", lambda logits, labels: np.mean(answers.picked(answers.log_softmax(logits), labels)),
            "The loss is negative: the minus of (6.14) is lost."),
        Misconception("every-pair", lambda logits, labels: -np.mean(answers.log_softmax(logits)[:, labels]),
            "`p[:, labels]` takes for *each* row the columns of *all* labels: a table of n by n. You want one number "
            "for each row; give row numbers and labels together."),
        Misconception("mean-over-classes",
            lambda logits, labels: answers.cross_entropy(logits, labels) / logits.shape[1],
            "K times too small: your mean runs over examples and classes, (6.14) divides by the examples only."),
        Misconception("wrong-axis", lambda logits, labels: -np.mean(
            answers.picked(answers.log_softmax(logits, axis=0), labels)),
            "Your probabilities sum to 1 in each column. An example is a row: its classes must compete."),
        Misconception("no-logarithm", lambda logits, labels: -np.mean(
            answers.picked(answers.softmax(logits), labels)),
            "Your loss uses the probabilities themselves; the logarithm is missing. Without it a confident mistake "
            "costs hardly more than a doubtful one."),
        Misconception("one-minus", lambda logits, labels: np.mean(1 - answers.picked(answers.softmax(logits), labels)),
            "1 - p is the mean share of doubt. Cross-entropy is -log p: (6.14)."),
        Misconception("largest-not-true", lambda logits, labels: -np.mean(answers.log_softmax(logits).max(axis=1)),
            "You take the most probable class of each row. The loss asks for the *true* one: its label."),
        Misconception("logit-only", lambda logits, labels: -np.mean(answers.picked(logits, labels)),
            "This is minus the logit of the true class. The logarithm of the sum is missing: "
            "the line below (6.14)."),
        Misconception("one-for-each", lambda logits, labels: -answers.picked(answers.log_softmax(logits), labels),
            "You have a loss for each example. (6.14) is one number, their mean."),
        Misconception("padded", answers.loss_padded,
            "Right for usual logits; but your loss is capped: because of a small number in the logarithm, or a cut, a "
            "very confident mistake costs too little. Work with logarithms throughout: the line below (6.14).",
            seen=answers.capped),
        Misconception("through-probabilities", answers.loss_from_probabilities,
            "Right for usual logits; at ±1000 infinity or nan comes out. Subtract each row's own largest logit, and do "
            "not take the logarithm of a rounded p. See the line below (6.14).", seen=answers.not_finite),
    ],
    hints=[
        "What does an example cost whose true class has the logit -1000, and another class 1000?",
        "The line below (6.14): the logarithm of the sum of exponentials, minus the logit of the true class. "
        "Subtract the largest logit of each row before you begin.",
        "One entry of each row: index with two lists, the row numbers 0, 1, 2, ... and the labels.",
    ],
    takeaway="Take the logarithm on paper, not of a rounded probability.",
)

FIT = Exercise(
    id="06.6", title="A classifier of your own", name="fit_logistic", points=5, minutes=20, difficulty=4,
    kind="experiment", section="5. Thirty features, and two kinds of mistake", reference=answers.fit_logistic,
    cases=answers.tumour_cases, needs=("06.1", "06.3"),
    metric=Metric(answers.held_loss, "cross-entropy on tumours held back", at_most=answers.LARGEST_LOSS),
    forbidden=(
        "course_utils.linear_models.LogisticRegression", "course_utils.linear_models.SoftmaxRegression",
        "sklearn.linear_model.LogisticRegression",
    ),
    alternatives=[answers.fit_by_newton, answers.fit_in_batches],
    misconceptions=[
        Misconception("least-squares", answers.fit_squares,
            "These are the weights of linear regression: its line runs from about 0 to 1, and used as a logit that "
            "never says anything clearly. The loss to make small is (6.6)."),
        Misconception("exchanged", answers.fit_flipped,
            "With the opposite signs your model would be good: what you call malignant is benign. Is it p - y, and "
            "do you step *against* the gradient?", seen=answers.is_flipped),
        Misconception("weights-still-scaled", answers.fit_scaled,
            "Your weights are good, for *standardized* features; they are used on raw ones. Which w and b give the "
            "same logits from raw features?", seen=answers.is_still_scaled),
        Misconception("says-nothing", lambda X, y: (np.zeros(X.shape[1]), float(np.log(y.mean() / (1 - y.mean())))),
            "All weights are (nearly) 0, so everybody gets the same probability: the baseline.",
            seen=answers.is_baseline),
        Misconception("too-short", answers.fit_too_short,
            "The direction is right, but the weights are too small: with three times as much the loss would be lower. "
            "More steps, or a larger learning rate? And are your features standardized?", seen=answers.is_too_short),
        Misconception("bias-of-scaled-features", answers.fit_old_bias,
            "Your weights are good for raw features; the bias is not. For the average tumour, raw and standardized "
            "logits must agree: which b does that?", seen=answers.is_bias_off),
        Misconception("raw-features", lambda X, y: answers.walked(X, y, lr=0.1, steps=100),
            "Worse than a coin, and sure of it. One feature is about 0.1 and another about 600: no learning rate "
            "suits both. What did lesson 04 do to such features?", seen=answers.is_wild),
    ],
    hints=[
        "What did lesson 04 do before it walked, and why?",
        "Standardize X with its own mean and standard deviation; start at 0; some hundred steps with your "
        "logistic_gradient and a learning rate near 1.",
        "The w and b that you find belong to (x - mean) / std. Which weights give the same logit from raw x?",
        "The raw weights are w / std; the raw bias is chosen so that both logits agree for the average tumour.",
    ],
    takeaway="Standardize, walk, translate back: a whole classifier in ten lines.",
)

REPAIR = Exercise(
    id="06.7", title="It misses cancers", name="find_malignant", kind="repair", points=3, minutes=10, difficulty=2,
    section="5. Thirty features, and two kinds of mistake", reference=answers.find_malignant,
    broken=answers.broken_find_malignant, cases=answers.threshold_cases, needs=("06.1",),
    alternatives=[
        lambda X, w, b, threshold: X @ w + b >= np.log(threshold / (1 - threshold)),
        lambda X, w, b, threshold: 1 - answers.sigmoid(-(X @ w) - b) >= threshold,
    ],
    misconceptions=[
        Misconception("unrepaired", answers.broken_find_malignant,
            "This still compares a logit with a probability. Two numbers on different scales: which of them can you "
            "bring to the scale of the other?"),
        Misconception("always-one-half", lambda X, w, b, threshold: X @ w + b >= 0,
            "z >= 0 is the right boundary for the threshold 1/2, and for no other. Where is `threshold` in your "
            "answer?"),
        Misconception("wrong-side", lambda X, w, b, threshold: answers.sigmoid(X @ w + b) < threshold,
            "True and False have changed places: malignant is where p is at least the threshold."),
        Misconception("odds-upside-down",
            lambda X, w, b, threshold: X @ w + b >= np.log((1 - threshold) / threshold),
            "Your boundary is on the wrong side of 0: in (6.11) it is t above 1 - t. A low threshold must give a "
            "negative logit."),
        Misconception("sigmoid-of-threshold",
            lambda X, w, b, threshold: X @ w + b >= 1 / (1 + np.exp(-threshold)),
            "You took the sigmoid of the threshold, which is a probability already. It is the logit z that needs "
            "the sigmoid."),
        Misconception("probabilities", lambda X, w, b, threshold: answers.sigmoid(X @ w + b),
            "These are the probabilities. Asked are True and False: compare them with the threshold."),
    ],
    hints=[
        "What does the function compare with what? On which scale, 0 to 1 or any number, is each of the two?",
        "Try threshold 0.5: from which p on does the function say malignant? The sigmoid of 0.5 is 0.62.",
        "Either make probabilities of the logits, or a logit of the threshold: (6.11).",
    ],
    takeaway="Logits have their own scale: 0 there is one half here.",
)

NUMBERS = Exercise(
    id="06.8", title="Six numbers without a computer", name="numbers", kind="value", points=3, minutes=10, difficulty=2,
    section="3. Which S fits best?", rtol=6e-3,
    reference={
        "odds of p = 0.75": 3.0, "p of odds 4": 0.8, "loss when all ten classes get 1/10": float(np.log(10)),
        "factor on the odds": 8.0, "slope dl/dz": -0.1, "threshold": 0.1,
    },
    alternatives=[
        {"odds of p = 0.75": 3, "p of odds 4": 4 / 5, "loss when all ten classes get 1/10": 2.303,
         "factor on the odds": 8, "slope dl/dz": 0.9 - 1, "threshold": 1 / 10},
        {"odds of p = 0.75": 0.75 / 0.25, "p of odds 4": 0.8, "loss when all ten classes get 1/10": 2.3,
         "factor on the odds": 2**3, "slope dl/dz": -0.1, "threshold": 0.1},
    ],
    misconceptions=[
        Misconception("odds-of-no", {"odds of p = 0.75": 1 / 3},
            "These are the odds of *no*. Odds say how many times as likely yes is."),
        Misconception("one-in-four", {"p of odds 4": 0.25},
            "Odds 4 mean four times yes for one no: of how many in all?"),
        Misconception("coin", {"loss when all ten classes get 1/10": float(np.log(2))},
            "log 2 is the loss of a coin with two sides. Here the true class got 1/10."),
        Misconception("added", {"factor on the odds": float(3 * np.log(2))},
            "That is what is added to the *logit*. What does an addition there do to the odds?"),
        Misconception("doubled-once", {"factor on the odds": 6.0},
            "Each step of 1 multiplies the odds by 2; three steps do so three times. Is that 2 + 2 + 2?"),
        Misconception("the-other-way", {"slope dl/dz": 0.1},
            "The size is right. The model should be surer of class 1: so must z grow or shrink, and what is the sign "
            "of the slope then?"),
        Misconception("target-forgotten", {"slope dl/dz": 0.9},
            "That is p. The slope is p minus the target, (6.8), and the target is 1."),
        Misconception("one-ninth", {"threshold": 1 / 9},
            "1/9 are the odds at which both costs are equal. Which probability has these odds? See (6.12)."),
        Misconception("too-high", {"threshold": 0.9},
            "With this threshold one says 'malignant' only when very sure. But it is the *miss* that is dear here."),
    ],
    hints=[
        "Take the formulas one by one: (6.1), its way back, (6.14), the meaning of a weight at the end of section 4, "
        "(6.8) and (6.12).",
        "Way back from odds o: o parts yes and 1 part no. The loss is minus the logarithm of 1/10.",
        "w is added to the logit three times; e to the log 2 is 2. The slope is p - y. The threshold is 1 in 1 + c.",
    ],
    takeaway="Logits add, odds multiply, and slopes are prediction minus target.",
)

EXERCISES = [
    SIGMOID, BINARY_CROSS_ENTROPY, LOGISTIC_GRADIENT, SOFTMAX, CROSS_ENTROPY, FIT, REPAIR, NUMBERS,
]
