"""The exercises of lesson 03: products, slopes, chains, gradients, variance and likelihood."""

import numpy as np

from course_utils.checks import _answers03 as a
from course_utils.checks._cases03 import coins, curves, graphs, matrices, measurements, quadratics, samples
from course_utils.checks.exercise import Exercise, Misconception

MATMUL = Exercise(
    id="03.1",
    title="The matrix product in three loops",
    name="matmul_loops",
    points=2,
    minutes=15,
    difficulty=2,
    section="1. Vectors and matrices",
    reference=a.matmul_loops,
    cases=matrices,
    alternatives=[a.matmul_dots, a.matmul_outer],
    misconceptions=[
        Misconception(
            "overwritten",
            a.matmul_last_only,
            "Only the last product of each sum is left: `=` overwrites what was there. What adds to it?",
        ),
        Misconception(
            "transposed",
            a.matmul_swapped,
            "Rows and columns have changed places. Row i of A belongs to row i of the result.",
        ),
        Misconception("one-short", a.matmul_short, "The last term of each sum is missing: where does your range end?"),
        Misconception(
            "entry-by-entry",
            a.matmul_entrywise,
            "`*` multiplies entry by entry (or fails). The matrix product adds up along the inner size.",
        ),
        Misconception(
            "row-with-row",
            a.matmul_row_row,
            "You multiply rows of A with rows of B. In (3.2), j runs along a row of A and down a *column* of B.",
        ),
    ],
    hints=[
        "How many entries has the result? One dot product for each.",
        "Begin with np.zeros((n, m)). Two loops choose the entry, the third one walks along the inner size and adds.",
        "for i …: for k …: for j in range(…): result[i, k] … A[i, j] * B[…]",
    ],
    forbidden=["numpy.matmul", "numpy.dot", "numpy.einsum", "numpy.tensordot"],
    takeaway="Three loops, n · d · m multiplications: the cost of a layer, too.",
)


NUMERICAL = Exercise(
    id="03.2",
    title="A derivative from two calls",
    name="numerical_derivative",
    points=3,
    minutes=12,
    difficulty=2,
    section="2. The derivative is a slope",
    reference=a.numerical_derivative,
    cases=curves,
    rtol=1e-5,
    atol=1e-6,
    alternatives=[a.derivative_scaled_step, a.derivative_four_points],
    misconceptions=[
        Misconception(
            "divided-by-h",
            a.derivative_one_h,
            "Exactly twice too large. From x - h to x + h is how far?",
        ),
        Misconception(
            "one-sided",
            a.derivative_one_sided,
            "Nearly. A step to one side has an error that falls only with h. Step to both sides, (3.5).",
        ),
        Misconception(
            "one-sided-small",
            a.derivative_one_sided_small,
            "A small step, but to one side: five digits instead of ten, and at a kink it sees one side. Use (3.5).",
        ),
        Misconception(
            "large-step",
            a.derivative_large_step,
            "With a step of 1 you measure the slope between two far places. How small may h be?",
        ),
        Misconception(
            "tiny-step",
            a.derivative_tiny_step,
            "The step is so small that only rounding is left. The lesson measured which step is best.",
        ),
        Misconception("sign", a.derivative_backwards, "The sign is turned round: f(x + h) comes first."),
        Misconception(
            "not-divided", a.derivative_not_divided, "This is the height won. A slope is height by distance."
        ),
    ],
    hints=[
        "Formula (3.5), with which h?",
        "In the lesson's table, 1e-5 is a good step.",
        "return (f(…) - f(…)) / (…)",
    ],
    forbidden=["course_utils.gradcheck.numerical_gradient", "scipy.differentiate.derivative"],
    takeaway="With it you can check every derivative of this course.",
)


CHAIN = Exercise(
    id="03.3",
    title="The chain rule on a small graph",
    name="chain",
    points=2,
    minutes=12,
    difficulty=2,
    section="3. Functions inside functions",
    reference=a.chain,
    cases=graphs,
    alternatives=[a.chain_dot, a.chain_loop],
    misconceptions=[
        Misconception(
            "all-multiplied",
            a.chain_product,
            "You multiplied everything. Along one path slopes are multiplied; what happens with several paths?",
        ),
        Misconception("all-added", a.chain_sum, "You added everything. Along one path slopes are multiplied."),
        Misconception("first-path", a.chain_first, "Only the first path is counted. Every u passes something on."),
        Misconception(
            "sums-multiplied",
            a.chain_of_sums,
            "You added first and multiplied afterwards: that pairs the slopes of different paths with each other.",
        ),
        Misconception(
            "not-added", a.chain_not_added, "These are the parts of the single paths. What is done with them?"
        ),
    ],
    hints=[
        "Two paths: x → u₁ → y with slopes 2 and 5, x → u₂ → y with slopes -1 and 4. What does turning x by 1 do to y?",
        "Multiply along each path, and add over the paths.",
        "It is a dot product.",
    ],
    takeaway="Multiply along a path, add over paths: backpropagation is nothing else.",
)


QUADRATIC = Exercise(
    id="03.4",
    title="The gradient of a bowl",
    name="gradient_of_quadratic",
    points=4,
    minutes=20,
    difficulty=4,
    section="4. Many inputs: the gradient",
    reference=a.gradient_of_quadratic,
    cases=quadratics,
    alternatives=[a.gradient_by_sums, a.gradient_einsum],
    misconceptions=[
        Misconception(
            "symmetric-only",
            a.gradient_symmetric_only,
            "Right if A is symmetric. Otherwise x_i meets A[i, j] as a row *and* as a column: what takes its place?",
        ),
        Misconception(
            "without-b", a.gradient_without_b, "The slope of b · x is missing: what is its partial derivative for x_i?"
        ),
        Misconception(
            "one-of-two",
            a.gradient_one_path,
            "x stands twice in x · A x. You have followed one of the two paths; add the other.",
        ),
        Misconception(
            "transposed-only",
            a.gradient_transposed_only,
            "You followed the same path twice. One of the two gives A x, the other Aᵀ x.",
        ),
        Misconception(
            "value",
            a.quadratic_value,
            "This is the height itself. The gradient is a vector: one slope for each entry of x.",
        ),
    ],
    hints=[
        "Write the sum out for two entries: x₁A₁₁x₁ + x₁A₁₂x₂ + x₂A₂₁x₁ + x₂A₂₂x₂ + b₁x₁ + b₂x₂. Its slope for x₁?",
        "x_i occurs in row i (A[i, j] x_j) and in column i (A[j, i] x_j).",
        "return (A + …) @ x + …",
    ],
    forbidden=["course_utils.gradcheck.numerical_gradient"],
    takeaway="For symmetric A it is 2Ax + b, the gradient behind lesson 04.",
)


VARIANCE = Exercise(
    id="03.5",
    title="The variance",
    name="variance",
    points=2,
    minutes=10,
    difficulty=1,
    section="5. Chance",
    reference=a.variance,
    cases=samples,
    rtol=1e-5,
    alternatives=[a.variance_array, a.variance_mean_first],
    misconceptions=[
        Misconception(
            "n-minus-one",
            a.variance_sample,
            "You divided by n - 1. That estimates the variance of a larger crowd; asked is that of these values: n.",
        ),
        Misconception("root", a.variance_root, "This is the standard deviation, the root of the variance."),
        Misconception("sum", a.variance_sum, "These are all squared distances added up. The variance is their mean."),
        Misconception(
            "around-zero",
            a.variance_around_zero,
            "You squared the values themselves. The distance from where is asked?",
        ),
        Misconception("absolute", a.variance_absolute, "You took absolute distances. The variance squares them."),
        Misconception(
            "mean-before-square",
            a.variance_cancels,
            "The distances were averaged before they were squared, so they cancel: always 0.",
        ),
    ],
    hints=[
        "For 1, 3, 5: the mean is 3, the distances are -2, 0, 2.",
        "Square each distance first, then take the mean of the squares.",
        "mean = …; return sum((v - mean) ** 2 for v in …) / …",
    ],
    forbidden=["numpy.var", "numpy.std", ".var", ".std", "statistics.pvariance"],
    takeaway="The loss of the simplest model, the mean, is the variance (lesson 04).",
)


COIN = Exercise(
    id="03.6",
    title="How likely are these tosses?",
    name="coin_log_likelihood",
    points=3,
    minutes=15,
    difficulty=3,
    section="6. Likelihood",
    reference=a.coin_log_likelihood,
    cases=coins,
    alternatives=[a.coin_where, a.coin_by_sum],
    misconceptions=[
        Misconception(
            "log-of-the-product",
            a.coin_of_product,
            "Right for a few tosses, -inf for ten thousand: the product is too small for a computer. Take logarithms "
            "of the factors, before they are multiplied.",
        ),
        Misconception("likelihood", a.coin_likelihood, "This is the likelihood. Asked is its logarithm."),
        Misconception("heads-only", a.coin_heads_only, "Tails tell something too: n - k of them, each with 1 - p."),
        Misconception(
            "all-tosses",
            a.coin_tosses,
            "You counted a tail for every toss. How many tails are there, if k of n were heads?",
        ),
        Misconception("minus", a.coin_negative, "The sign: a logarithm of a probability is at most 0."),
        Misconception(
            "zero-times-infinity",
            a.coin_zero_times_infinity,
            "For p = 0 without heads you compute 0 · (-inf), which is NaN. What did not happen must not be counted.",
        ),
        Misconception(
            "certain-coin",
            a.coin_certain,
            "A coin with p = 0 that shows heads all the same: impossible, so its log-likelihood is -inf, not 0.",
        ),
        Misconception("mean", a.coin_mean, "You divided by the number of tosses. The log-likelihood is a sum."),
    ],
    hints=[
        "Formula (3.9), the right one.",
        "What if p = 0 and there are no heads? The tosses are certain: the answer is 0, but log(0) is -inf.",
        "total = 0.0; if there are heads: total += …; if there are tails: total += …; return total",
    ],
    takeaway="Minus this number, per toss, is the cross-entropy of lesson 06.",
)

PREDICT = Exercise(
    id="03.7",
    title="Predict before you compute",
    name="predictions",
    kind="value",
    points=6,
    minutes=12,
    difficulty=2,
    section="4. Many inputs: the gradient",
    reference=a.PREDICTIONS,
    alternatives=[
        dict(reversed(a.PREDICTIONS.items())),
        {**a.PREDICTIONS, "gradient": np.array([6.0, -4.0]), "shape": [4, 2], "direction": "B"},
    ],
    misconceptions=[
        Misconception("added-entries", {"dot product": 2}, "dot product: 1·2 + 2·(-1), place by place."),
        Misconception("inner-kept", {"shape": (3, 3)}, "shape: the inner sizes, 3 and 3, meet and disappear."),
        Misconception("plus-sign", {"gradient": [6, 4]}, "gradient: the slope of y² is 2y, and y is -2 there."),
        Misconception(
            "inner-slope-forgotten", {"chain": 4}, "chain: the outer slope is 2u = 4. And the inner box's slope?"
        ),
        Misconception("uphill", {"direction": "a"}, "direction: along the gradient the height *grows*."),
        Misconception(
            "variances-equal", {"variance": 4}, "variance: doubling a number makes its square 4 times as large."
        ),
    ],
    hints=[
        "Each needs one formula: (3.1), (3.2), (3.7), (3.6), section 4, (3.8).",
        "gradient: turn x and leave y, then the other way. chain: u = 3x - 1 is 2 at x = 1.",
        "variance: E[(2X)²] has a factor of 2² = 4.",
    ],
    takeaway="Six formulas, each in your head now.",
)


MOST_LIKELY = Exercise(
    id="03.8",
    title="A likelihood that says nothing",
    name="most_likely_mean",
    kind="repair",
    points=3,
    minutes=12,
    difficulty=3,
    section="6. Likelihood",
    reference=a.most_likely_mean,
    broken=a.most_likely_broken,
    cases=measurements,
    alternatives=[a.most_likely_table, a.most_likely_nearest],
    misconceptions=[
        Misconception(
            "unrepaired",
            a.most_likely_broken,
            "With many values every score is exactly 0, and argmax takes the first. What does the logarithm make of a "
            "product?",
        ),
        Misconception(
            "least-likely",
            a.most_likely_smallest,
            "This is the *least* likely candidate: a log-likelihood is to be large, minus it to be small.",
        ),
        Misconception(
            "position", a.most_likely_position, "This is the position of the candidate. Asked is the candidate itself."
        ),
        Misconception(
            "likelihoods-added",
            a.most_likely_added,
            "You added the likelihoods. What happens together is multiplied, so the *logarithms* are added.",
        ),
        Misconception(
            "absolute",
            a.most_likely_absolute,
            "Absolute distances find a middle value, the median. In (3.10) the distances are squared.",
        ),
    ],
    hints=[
        "Print `scores` for the 3,000 values.",
        "The logarithm of a product is the sum of the logarithms, and the logarithm undoes `exp`.",
        "scores = [np.sum(…) for mu in candidates]",
    ],
    takeaway="Add logarithms; never multiply many probabilities.",
)

EXERCISES = [MATMUL, NUMERICAL, CHAIN, QUADRATIC, VARIANCE, COIN, PREDICT, MOST_LIKELY]
