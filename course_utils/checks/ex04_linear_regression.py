"""Exercises of lesson 04: the model, its loss, the gradient, the walk, ridge, a repair and an experiment."""

import numpy as np

from course_utils.checks import _answers04 as answers
from course_utils.checks.exercise import Exercise, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off


PREDICT = Exercise(
    id="04.1", title="Predict for any number of features", name="predict", points=2, minutes=8, difficulty=1,
    section="5. Ten measurements, and people never seen", reference=answers.predict, cases=answers.predict_cases,
    forbidden=("course_utils.affine.affine_forward",),
    alternatives=[
        answers.predict_by_loop,
        lambda X, w, b: (X * w).sum(axis=1) + b,
        lambda X, w, b: np.column_stack([X, np.ones(len(X))]) @ np.append(w, b),
    ],
    misconceptions=[
        Misconception("no-bias", lambda X, w, b: X @ w,
            "Every prediction is off by the same amount, b. A person whose features are all 0 should get b, not 0: "
            "see (4.7)."),
        Misconception("no-sum", lambda X, w, b: X * w + b,
            "You have one number for each feature of each person; a person has one prediction. In (4.7) the "
            "products of a row are added up."),
        Misconception("sum-over-people", lambda X, w, b: np.sum(X * w) + b,
            "You have one number for all people together: the sum ran over the rows too. Along which axis does one "
            "person's row lie?"),
        Misconception("bias-for-each-feature", lambda X, w, b: (X * w + b).sum(axis=1),
            "The bias came in once for each feature, because it was added before the sum. In (4.7) it stands "
            "outside."),
        Misconception("bias-before-weights", lambda X, w, b: (X + b) @ w,
            "You added b to the features, so the weights multiply it too. The bias is added to the prediction, "
            "last."),
        Misconception("a-column", lambda X, w, b: (X @ w + b)[:, None],
            "The numbers are right, but the shape is (n, 1) and not (n,). Beside targets of shape (n,) this "
            "becomes a table of n by n: section 8 shows the harm."),
    ],
    hints=[
        "How many predictions do you expect for 5 people with 3 features? Which sizes must disappear?",
        "A matrix product makes many dot products at once: one for each row of X, with w. `@` is Python's sign for "
        "it.",
        "Two steps: scores = (the product of X and w, shape (n,)); then add the one number that all people share.",
    ],
    takeaway="One matrix product predicts for everybody.",
)

MEAN_SQUARED_ERROR = Exercise(
    id="04.2", title="The mean squared error without a loop", name="mean_squared_error", points=2, minutes=6,
    difficulty=1, section="2. A line, and how wrong it is", reference=answers.mean_squared_error,
    cases=answers.error_cases,
    forbidden=("course_utils.losses.mse_forward", "sklearn.metrics.mean_squared_error", "torch.nn.functional.mse_loss"),
    alternatives=[
        answers.error_by_loop,
        lambda pred, y: (pred - y) @ (pred - y) / len(y),
        lambda pred, y: np.square(y - pred).sum() / y.size,
    ],
    misconceptions=[
        Misconception("half", lambda pred, y: np.mean((pred - y) ** 2) / 2,
            "Exactly half of what is asked. Some books put 1/2 before the mean to save a 2 in the derivative; "
            "(4.2) does not, nor do PyTorch and Keras."),
        Misconception("sum", lambda pred, y: np.sum((pred - y) ** 2),
            "This is the sum of the squares: it grows with every person you add, even if all errors stay alike. "
            "What is missing in front of the sum of (4.2)?"),
        Misconception("root", lambda pred, y: np.sqrt(np.mean((pred - y) ** 2)),
            "This is the root of the mean squared error. It has the unit of the target, which is good for reading, "
            "but (4.2) stops before the root."),
        Misconception("absolute", lambda pred, y: np.mean(np.abs(pred - y)),
            "This is the mean of the distances |e|, another good loss. Here large errors shall count more: square."),
        Misconception("signed", lambda pred, y: np.mean(pred - y),
            "Too high and too low cancel here, as in the quiz of section 2. What happens to each error before the "
            "mean is taken?"),
        Misconception("square-last", lambda pred, y: np.mean(pred - y) ** 2,
            "You took the mean first and squared last, so errors of opposite sign cancelled before the square "
            "could help. Which comes first in (4.2)?"),
        Misconception("n-minus-1", lambda pred, y: np.sum((pred - y) ** 2) / max(len(y) - 1, 1),
            "You divided by n - 1. That is for the variance of a sample whose mean was estimated; (4.2) divides by "
            "n."),
        Misconception("one-for-each", lambda pred, y: (pred - y) ** 2,
            "These are the squares, one for each person. A loss is one number: which function makes one of many?"),
    ],
    hints=[
        "Say (4.2) aloud from the inside to the outside. What is the innermost step?",
        "NumPy subtracts and squares whole arrays: no loop is needed. One more function makes one number of them.",
        "error = ... ; squared = ... ; return the mean of squared.",
    ],
    takeaway="Difference, square, mean: in this order.",
)

MSE_GRADIENT = Exercise(
    id="04.3", title="The gradient for any number of features", name="mse_gradient", points=4, minutes=20,
    difficulty=3, section="3. Which way is down?", reference=answers.mse_gradient, cases=answers.gradient_cases,
    forbidden=("course_utils.losses.mse_backward", "course_utils.gradcheck.numerical_gradient"),
    alternatives=[answers.gradient_by_loop, answers.gradient_by_columns, answers.gradient_by_ones],
    misconceptions=[
        Misconception("no-mean", answers.wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.sum()),
            "Both slopes are n times too large: they belong to the sum of the squares, but the loss is their mean. "
            "Look at the factor before the sums in (4.4)."),
        Misconception("no-factor-2", answers.wrong_gradient(lambda X, e: X.T @ e / len(e), lambda X, e: e.mean()),
            "Both slopes are exactly half. The derivative of e² is 2e: the 2 of (4.3) is lost. (With a half before "
            "the loss it would cancel; our loss has no half.)"),
        Misconception("sign", answers.wrong_gradient(lambda X, e: -2 * X.T @ e / len(e), lambda X, e: -2 * e.mean()),
            "Right size, wrong sign: your error is y minus the prediction. Then the inner derivative is -x, and "
            "its minus is missing. Take e = prediction - y, as in (4.2)."),
        Misconception("db-no-mean", answers.wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: 2 * e.sum()),
            "dw is right. db is n times too large: it needs the mean as well, see the second half of (4.4)."),
        Misconception("dw-no-mean", answers.wrong_gradient(lambda X, e: 2 * X.T @ e, lambda X, e: 2 * e.mean()),
            "db is right. dw is n times too large: the matrix product adds over all people, and nothing divides by "
            "n afterwards."),
        Misconception("db-no-factor-2",
            answers.wrong_gradient(lambda X, e: 2 * X.T @ e / len(e), lambda X, e: e.mean()),
            "dw is right. db is half: the 2 of the square belongs to the bias too, (4.3)."),
        Misconception("no-x",
            answers.wrong_gradient(lambda X, e: np.full(X.shape[1], 2 * e.mean()), lambda X, e: 2 * e.mean()),
            "All entries of dw are equal to db: the feature is missing. The inner derivative of the error with "
            "respect to w is x, (4.3)."),
        Misconception("no-bias-in-the-error",
            lambda X, y, w, b: (2 * X.T @ (X @ w - y) / len(y), 2 * np.mean(X @ w - y)),
            "Your error leaves the bias out. The prediction is Xw + b, (4.7): compute it whole before you subtract "
            "y."),
        Misconception("mean-over-everything",
            answers.wrong_gradient(lambda X, e: 2 * np.mean(X * e[:, None]), lambda X, e: 2 * e.mean()),
            "dw is one number, but each weight has its own slope. Your mean ran over people and features: average "
            "over the people only. Which axis is that?"),
        Misconception("slope-of-one-person",
            answers.wrong_gradient(lambda X, e: 2 * X * e[:, None], lambda X, e: 2 * e),
            "You have a slope for each person. The gradient of the mean is the mean of these: average over the "
            "people."),
    ],
    hints=[
        "For one feature you know it: (4.4). What changes if there are three features, and what stays the same?",
        "First the errors of all people, shape (n,). The slope for weight j is 2/n times the sum over people of "
        "error times feature j.",
        "That sum is a dot product of the errors with column j of X. All columns at once: a product with X.T.",
        "error = (the prediction) - y; dw = 2 / n * (X.T ... error), shape (d,); db = 2 * (the mean of ...).",
    ],
    takeaway="X turned round, times the errors: the gradient of every linear layer to come.",
)

GRADIENT_DESCENT = Exercise(
    id="04.4", title="Walk downhill", name="gradient_descent", points=4, minutes=20, difficulty=3,
    section="4. Two ways to the bottom", reference=answers.gradient_descent, cases=answers.descent_cases,
    drive=answers.play_descent, needs=("04.1", "04.2", "04.3"),
    forbidden=("course_utils.linear_models.LinearRegression", "course_utils.optim.SGD"),
    alternatives=[answers.descend(), answers.descent_by_ones],
    misconceptions=[
        Misconception("uphill", answers.descend(step=lambda w, b, dw, db, lr: (w + lr * dw, b + lr * db)),
            "Your losses grow: you walk with the gradient, which points uphill. Look at the sign in (4.6)."),
        Misconception("w-before-db", answers.descent_late_b,
            "The first step of w is right, that of b is not: you moved w, and then measured the slope of b from "
            "the new place. Take both slopes from one place, then move both."),
        Misconception("last-loss-missing", answers.descend(record="before"),
            "The last loss is missing: steps numbers came, steps + 1 are asked. After the last step you stand "
            "somewhere new; how high is it?"),
        Misconception("first-loss-missing", answers.descend(record="after"),
            "The first loss is missing, the one at the start where all is 0: steps numbers came, steps + 1 are "
            "asked. Record before you move."),
        Misconception("starts-at-one", answers.descend(start=1.0),
            "Already the first loss differs: it is that of weights and bias 1. The walk starts at w = 0 and b = 0."),
        Misconception("no-learning-rate", answers.descend(lr_of=lambda lr: 1.0),
            "Your steps do not depend on lr. In (4.6) the slope is multiplied by it."),
        Misconception("bias-stays", answers.descend(step=lambda w, b, dw, db, lr: (w - lr * dw, b)),
            "The bias never leaves 0. It has a slope of its own, and needs its own update."),
        Misconception("weights-stay", answers.descend(step=lambda w, b, dw, db, lr: (w, b - lr * db)),
            "The weights never leave 0: only the bias walks."),
        Misconception("half-gradient",
            answers.descend(gradient=lambda X, y, w, b: tuple(g / 2 for g in answers.mse_gradient(X, y, w, b))),
            "Each step is half as long as asked: is the factor 2 of (4.4) missing in the gradient that you use "
            "here?"),
        Misconception("sum-gradient",
            answers.descend(gradient=lambda X, y, w, b: tuple(g * len(y) for g in answers.mse_gradient(X, y, w, b))),
            "Each step is n times too long: the gradient that you use here is that of the sum, not of the mean."),
        Misconception("moved-once-more", answers.descent_moved_once_more,
            "Your losses are right, but w and b have taken one step too many: you moved again after the last loss was "
            "noted. How many moves belong to steps + 1 losses?"),
        Misconception("one-step", lambda X, y, lr, steps: answers.descend()(X, y, lr, min(steps, 1)),
            "You stop after one step: is your return statement inside the loop?"),
    ],
    hints=[
        "Where do you stand at the start, and what must you know there before you may move?",
        "One round: note the loss, take both slopes, move w and b. How many rounds? And which loss is still "
        "missing?",
        "You may call your own predict, mean_squared_error and mse_gradient.",
        "w, b, losses = zeros, 0.0, [loss at the start]; for each step: (dw, db) from where you stand; move both "
        "against them, lr times; append ...; return all three.",
    ],
    takeaway="Measure both slopes, then move both.",
)

RIDGE_SOLUTION = Exercise(
    id="04.5", title="Ridge, solved", name="ridge_solution", points=4, minutes=20, difficulty=4,
    section="6. Too few patients: ridge", reference=answers.ridge_solution, cases=answers.ridge_cases,
    forbidden=(
        "course_utils.linear_models.Ridge", "course_utils.linear_models.LinearRegression", "sklearn.linear_model.Ridge",
    ),
    alternatives=[answers.ridge_with(lambda n, lam: n * lam), answers.ridge_by_extra_people],
    misconceptions=[
        Misconception("forgot-n", answers.ridge_with(lambda n, lam: lam),
            "Your price is n times too low: XᵀX adds over all people, while the loss is a mean. Set the gradient "
            "of MSE + lam·‖w‖² to zero and multiply by n: what becomes of lam?"),
        Misconception("penalised-bias", answers.ridge_with(lambda n, lam: n * lam, penalise_bias=True),
            "The bias pays the price too: it is pulled towards 0, although the targets lie far from 0. Only the "
            "weights stand in the sum of (4.9). Which entry of the diagonal belongs to the bias?"),
        Misconception("both", answers.ridge_with(lambda n, lam: lam, penalise_bias=True),
            "Two things at once: the bias pays a price though (4.9) has it free, and the price is n times too low "
            "because the loss is a mean."),
        Misconception("half-the-price", answers.ridge_with(lambda n, lam: n * lam / 2),
            "Your price is half of what is asked: the 2 of the derivative was cancelled in the first term only. "
            "The derivative of lam·w² is 2·lam·w."),
        Misconception("twice-the-price", answers.ridge_with(lambda n, lam: 2 * n * lam),
            "Your price is twice what is asked: the derivative of lam·w² has a 2, but so has that of the MSE, and "
            "both cancel."),
        Misconception("divided-by-n", answers.ridge_with(lambda n, lam: lam / n),
            "The n went to the wrong side. From Xᵀe/n + lam·w = 0, multiply by n: does lam grow or shrink?"),
        Misconception("no-price", answers.ridge_with(lambda n, lam: 0.0),
            "This is least squares: lam changes nothing in your answer."),
        Misconception("no-bias", answers.ridge_with(lambda n, lam: n * lam, centre=False),
            "Your model has no bias, so the weights must lift all predictions. Add a column of ones, or take the "
            "averages of X and y away first."),
        Misconception("split-at-the-wrong-end", answers.ridge_split_wrong,
            "Your numbers are right, but b is taken from the wrong end: where does the column of ones stand in your A, "
            "and which entry of theta is its weight?"),
        Misconception("bias-is-the-mean", answers.ridge_bias_is_mean,
            "The weights are right. The bias is the mean of y only if every feature has mean 0; here the features "
            "carry b away: predict the average person, and ask what b must be."),
    ],
    hints=[
        "What is the slope of lam·w² with respect to w? Add it to (4.4) and ask where the sum is 0.",
        "Without the price you know the equations: (4.5). The price adds something to the diagonal of AᵀA. How "
        "much, if the loss is a mean over n people? And in which row must nothing be added?",
        "Another way without a special row: take the mean off every column of X and off y. Then the bias is 0 in "
        "the new numbers, and you find it again from the means at the end.",
        "A = [X, ones]; P = identity with a 0 for the bias; solve (A.T @ A + ... * P) theta = A.T @ y; split theta.",
    ],
    takeaway="Ask sum or mean, and who pays.",
)

REPAIR = Exercise(
    id="04.6", kind="repair", title="It runs, and it learns nothing", name="held_out_r2", points=3, minutes=12,
    difficulty=2, section="Article check", reference=answers.held_out_r2, broken=answers.broken_r2,
    cases=answers.repair_cases,
    forbidden=("course_utils.linear_models.LinearRegression", "sklearn.linear_model.LinearRegression"),
    alternatives=[
        lambda X, y, order, n_test: answers.score(X, y, order[n_test:], order[:n_test]),
        lambda X, y, order, n_test: answers.score(
            np.take(X, order, axis=0), np.take(y, order), np.arange(len(y)) >= n_test, slice(None, n_test)),
    ],
    misconceptions=[
        Misconception("not-repaired", answers.broken_r2,
            "Person by person, this is still the result of the code as it was. Print X and y of the first person "
            "before and after the first line: do they still belong together?"),
        Misconception("not-shuffled",
            lambda X, y, order, n_test: answers.first_rows(X, y, n_test),
            "Features and targets belong together again, but nobody is shuffled any more: `order` is not used. If "
            "the file is sorted, the test people are then all of one kind."),
        Misconception("targets-shuffled-back",
            lambda X, y, order, n_test: answers.first_rows(X[order], y[np.argsort(order)], n_test),
            "The targets are put in another order than the features: argsort(order) undoes `order`. Both need the "
            "same one."),
        Misconception("shuffled-twice",
            lambda X, y, order, n_test: answers.first_rows(X[order], y[order][order], n_test),
            "The targets are shuffled twice and the features once. Both need the same order, once."),
        Misconception("scored-on-training",
            lambda X, y, order, n_test: answers.score(X, y, order[n_test:], order[n_test:]),
            "Now the score is high, because it is taken on the people who taught the model. Score the first n_test."),
        Misconception("taught-by-all", lambda X, y, order, n_test: answers.score(X, y, order, order[:n_test]),
            "The model was taught by everybody, the test people included, so the score flatters. Fit on the rows "
            "from n_test on only."),
        Misconception("parts-exchanged",
            lambda X, y, order, n_test: answers.score(X, y, order[:-n_test], order[-n_test:]),
            "You test on the last n_test people instead of the first. The task names the first n_test of `order`."),
    ],
    hints=[
        "Nothing crashes and the code looks right. What would R² be if every target were somebody else's?",
        "Follow one person. In which row are her features after the first line, and in which row is her target?",
        "One array is put into a new order, the other stays as it was. One line is enough to mend it.",
    ],
    takeaway="A loss at the variance of the targets: look whether features and targets still belong together.",
)

EXPERIMENT = Exercise(
    id="04.7", kind="experiment", title="Make the small hospital useful", name="few_patients", points=4, minutes=20,
    difficulty=4, section="6. Too few patients: ridge", reference=answers.few_patients, cases=answers.hospital_cases,
    drive=answers.play_hospitals, needs=("04.5",),
    metric=Metric(answers.mean_r2, "mean R² on the patients not seen, over 40 hospitals", at_least=0.26),
    forbidden=("sklearn.datasets.load_diabetes", "course_utils.data.load_diabetes"),
    alternatives=[lambda X, y: answers.few_patients(X, y, 0.7), lambda X, y: answers.few_patients(X, y, 1.3)],
    misconceptions=[
        Misconception("columns-picked", answers.two_columns,
            "Only some columns have a weight. Each hospital has its columns in an order of its own, so a choice that "
            "was read off a picture of all patients does not help here. Let the 20 patients decide.",
            seen=answers.few_weights),
        Misconception("least-squares", lambda X, y: answers.few_patients(X, y, 0.0),
            "This is least squares without a price: ten weights bend to the noise of twenty people, and on others "
            "it is worse than their average. See section 6.", seen=answers.paid(-1e-6, 1e-5)),
        Misconception("bias-of-scaled-features", answers.raw_weights_old_bias,
            "Your weights are right for raw features, but the bias still belongs to standardized ones: the average "
            "person would get far more than the average score. What must b take back?", seen=answers.bias_not_moved),
        Misconception("weights-of-scaled-features",
            lambda X, y: answers.ridge_solution((X - X.mean(0)) / X.std(0), y, 1.0),
            "Your weights would be good for standardized features, but they are used on raw ones. Put (x - mean) / "
            "std into (4.7) and sort: what multiplies the raw x, and what goes into b?",
            seen=answers.weights_still_scaled),
        Misconception("raw-features", lambda X, y: answers.ridge_solution(X, y, 10.0),
            "You charge the price on raw features. Cholesterol runs over a hundred units and s5 over two, so s5 "
            "needs a large weight and pays most. Standardize first, each column by its own mean and deviation.",
            seen=answers.paid(1e-5, np.inf, scaled=False)),
        Misconception("price-too-low", lambda X, y: answers.few_patients(X, y, 1.0 / answers.PATIENTS),
            "Ridge on standardized features: well. But the price is low, and the weights still follow the noise. "
            "Try others; and does your price mean n·lam or lam?", seen=answers.paid(1e-5, 0.5)),
        Misconception("price-too-high", lambda X, y: answers.few_patients(X, y, float(answers.PATIENTS)),
            "Ridge on standardized features: well. But the price is so high that the weights are nearly 0, and you "
            "say nearly the average to everybody. Try others.", seen=answers.paid(1.5, np.inf)),
        Misconception("says-the-average", lambda X, y: (np.zeros(X.shape[1]), y.mean()),
            "All weights are 0: you say the average to everybody. That is the baseline; R² cannot rise above 0."),
    ],
    hints=[
        "What did section 6 do to twenty people to make a useless model useful?",
        "Two steps: standardize the features, with the mean and standard deviation of these twenty; then your "
        "ridge_solution. Which price is good, the try-out cell shows.",
        "The weights that you get belong to (x - mean) / std. Which weights give the same prediction from raw x?",
        "w_raw = w / std; and b_raw is chosen so that both predictions agree for the average person.",
    ],
    takeaway="A price on weights is worth more than nothing when people are few; and weights have units.",
)

EXERCISES = [PREDICT, MEAN_SQUARED_ERROR, MSE_GRADIENT, GRADIENT_DESCENT, RIDGE_SOLUTION, REPAIR, EXPERIMENT]
