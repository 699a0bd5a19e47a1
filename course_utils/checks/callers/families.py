"""Families of forbidden routes: every ready-made way to one thing, in every library of the student's set.

An exercise says `forbidden=["family:convolution"]`, and plain routes beside it.  A line of a table is `prefix: names`;
without a prefix stand methods, `.dot`, operators, `@`, and `loop`, which are looked for in the learner's own code, in
other letters too: `.conv2d` also finds `torch.ops.aten.conv2d`.  A name that a library has twice is listed where
learners find it; other names for the same thing are found by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

PREFIX = "family:"


class Family(NamedTuple):
    """`words` finish the sentence "without ..." on a task's card."""

    words: str
    table: str


FAMILIES = {
    "matrix product": Family(
        "a ready-made matrix product: no `@`, `matmul`, `dot` or `einsum` of any library",
        """
        @ .dot .vdot .matmul .__matmul__ .__rmatmul__ .__imatmul__ .mm .bmm .mv .addmm .dgemm .sgemm .aten
        operator: matmul imatmul
        math: sumprod
        numpy: matmul dot inner vdot vecdot matvec vecmat einsum tensordot matrix asmatrix bmat correlate convolve
        numpy.linalg: matmul multi_dot tensordot vecdot matrix_power
        numpy.ma: dot inner innerproduct
        scipy.sparse: csr_matrix csc_matrix coo_matrix bsr_matrix lil_matrix csr_array csc_array coo_array
        scipy.sparse.linalg: aslinearoperator
        scipy.signal: convolve correlate
        scipy.linalg.blas: dgemm sgemm zgemm dgemv ddot
        torch: matmul mm bmm mv dot inner vdot einsum tensordot addmm addmv baddbmm addbmm chain_matmul
        torch.linalg: matmul multi_dot vecdot
        torch.nn: Linear Bilinear
        torch.nn.functional: linear bilinear
        tensorflow: matmul einsum tensordot
        tensorflow.linalg: matmul matvec
        tensorflow.raw_ops: MatMul BatchMatMulV2 Einsum
        keras.ops: matmul dot einsum tensordot inner vdot
        keras.layers: Dense Dot EinsumDense
        course_utils.affine: affine_forward
        course_utils.layers: Dense
        """,
    ),
    "convolution": Family(
        "a ready-made convolution or correlation of any library",
        """
        .conv2d .conv1d .convolve .correlate .convolve2d .correlate2d .fftconvolve .convolution .conv2d_forward .aten
        numpy: convolve correlate
        scipy.signal: convolve correlate convolve2d correlate2d fftconvolve oaconvolve
        scipy.ndimage: convolve correlate convolve1d correlate1d
        torch: conv1d conv2d conv3d convolution conv_transpose2d
        torch.nn.functional: conv1d conv2d conv3d conv_transpose2d
        torch.nn: Conv1d Conv2d Conv3d LazyConv1d LazyConv2d ConvTranspose2d
        torch.nn.grad: conv2d_input conv2d_weight conv1d_input conv1d_weight
        tensorflow.nn: conv1d conv2d convolution depthwise_conv2d separable_conv2d conv2d_transpose
        tensorflow.raw_ops: Conv2D Conv2DBackpropInput Conv2DBackpropFilter
        keras.ops: conv depthwise_conv separable_conv correlate
        keras.layers: Conv1D Conv2D Conv3D DepthwiseConv2D SeparableConv2D Conv2DTranspose
        course_utils.conv: conv1d_forward conv1d_backward conv2d_forward conv2d_backward
        course_utils.layers: Conv2D
        """,
    ),
    "max pooling": Family(
        "ready-made max pooling of any library",
        """
        .max_pool2d .max_pool1d .maximum_filter .max_pool .max_pool2d_forward .aten
        scipy.ndimage: maximum_filter maximum_filter1d grey_dilation rank_filter
        torch: max_pool1d max_pool2d max_pool3d
        torch.nn.functional: max_pool1d max_pool2d adaptive_max_pool2d max_pool2d_with_indices fractional_max_pool2d
        torch.nn: MaxPool1d MaxPool2d AdaptiveMaxPool2d FractionalMaxPool2d
        tensorflow.nn: max_pool max_pool1d max_pool2d pool max_pool_with_argmax dilation2d
        tensorflow.raw_ops: MaxPool MaxPoolV2
        keras.ops: max_pool
        keras.layers: MaxPooling1D MaxPooling2D MaxPool2D GlobalMaxPooling2D
        course_utils.conv: max_pool2d_forward max_pool2d_backward
        course_utils.layers: MaxPool2D
        """,
    ),
    "sigmoid": Family(
        "a ready-made sigmoid of any library",
        """
        .sigmoid .sigmoid_ .expit .logsigmoid .log_expit .logistic .aten
        scipy.special: expit log_expit
        scipy.stats.logistic: cdf sf logcdf logsf
        torch: sigmoid sigmoid_
        torch.special: expit
        torch.nn.functional: sigmoid logsigmoid
        torch.nn: Sigmoid LogSigmoid
        tensorflow: sigmoid
        tensorflow.nn: sigmoid
        tensorflow.math: sigmoid log_sigmoid
        tensorflow.raw_ops: Sigmoid
        keras.ops: sigmoid log_sigmoid
        keras.activations: sigmoid log_sigmoid
        course_utils.activations: sigmoid sigmoid_forward sigmoid_into
        """,
    ),
    "softmax": Family(
        "a ready-made softmax, log-softmax or log-sum-exp of any library",
        """
        .softmax .log_softmax .logsumexp .softmax_ .aten
        scipy.special: softmax log_softmax logsumexp
        sklearn.utils.extmath: softmax
        torch: softmax log_softmax logsumexp
        torch.special: softmax log_softmax logsumexp
        torch.nn.functional: softmax log_softmax softmin gumbel_softmax
        torch.nn: Softmax LogSoftmax Softmin Softmax2d AdaptiveLogSoftmaxWithLoss
        tensorflow.nn: softmax log_softmax
        tensorflow: reduce_logsumexp
        tensorflow.math: reduce_logsumexp
        tensorflow.raw_ops: Softmax LogSoftmax
        keras.ops: softmax log_softmax logsumexp
        keras.activations: softmax log_softmax
        keras.layers: Softmax
        course_utils.activations: softmax softmax_forward log_softmax log_softmax_forward logsumexp
        course_utils.masks: masked_softmax_
        """,
    ),
    "cross-entropy": Family(
        "a ready-made cross-entropy of any library",
        """
        .binary_cross_entropy .cross_entropy .nll_loss .aten
        sklearn.metrics: log_loss
        torch: binary_cross_entropy_with_logits
        torch.nn.functional: cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits
        torch.nn.functional: soft_margin_loss multilabel_soft_margin_loss kl_div
        torch.nn: CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss SoftMarginLoss KLDivLoss
        tensorflow.nn: softmax_cross_entropy_with_logits sparse_softmax_cross_entropy_with_logits
        tensorflow.nn: sigmoid_cross_entropy_with_logits weighted_cross_entropy_with_logits
        keras.ops: binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy
        keras.losses: binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy
        keras.losses: BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy
        course_utils.losses: binary_cross_entropy_forward binary_cross_entropy_backward
        course_utils.losses: cross_entropy_forward cross_entropy_backward
        """,
    ),
    "mean squared error": Family(
        "a ready-made mean squared error of any library",
        """
        .mse_loss .mean_squared_error .aten
        sklearn.metrics: mean_squared_error root_mean_squared_error
        torch.nn.functional: mse_loss
        torch.nn: MSELoss
        keras.losses: mean_squared_error MeanSquaredError
        keras.metrics: MeanSquaredError RootMeanSquaredError
        course_utils.losses: mse_forward mse_backward
        """,
    ),
    "pairwise distances": Family(
        "a ready-made table of distances of any library",
        """
        .cdist .pdist .distance_matrix .pairwise_distances .euclidean_distances .aten
        .sparse_distance_matrix .kneighbors .kneighbors_graph .radius_neighbors .radius_neighbors_graph
        scipy.spatial: distance_matrix KDTree cKDTree
        scipy.spatial.distance: cdist pdist
        sklearn.metrics: pairwise_distances euclidean_distances nan_euclidean_distances pairwise_distances_chunked
        sklearn.metrics.pairwise: pairwise_distances euclidean_distances distance_metrics
        sklearn.metrics: DistanceMetric
        sklearn.neighbors: NearestNeighbors KDTree BallTree kneighbors_graph radius_neighbors_graph
        torch: cdist pdist pairwise_distance
        torch.nn.functional: pairwise_distance pdist
        torch.nn: PairwiseDistance
        """,
    ),
    "variance": Family(
        "a ready-made variance, standard deviation or covariance of any library",
        """
        .var .std .cov .pvariance .pstdev .variance .stdev .nanvar .nanstd .var_mean .std_mean .aten
        numpy: var std nanvar nanstd cov corrcoef
        statistics: pvariance pstdev variance stdev covariance NormalDist
        scipy.stats: describe tvar tstd moment sem
        scipy.ndimage: variance standard_deviation
        torch: var std var_mean std_mean cov corrcoef
        tensorflow.math: reduce_variance reduce_std
        tensorflow.nn: moments
        keras.ops: var std moments
        sklearn.preprocessing: StandardScaler scale
        """,
    ),
    "attention": Family(
        "ready-made attention of any library",
        """
        .scaled_dot_product_attention .multi_head_attention_forward .dot_product_attention .aten
        torch.nn.functional: scaled_dot_product_attention multi_head_attention_forward
        torch.nn: MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer Transformer
        keras.ops: dot_product_attention
        keras.layers: Attention AdditiveAttention MultiHeadAttention GroupQueryAttention
        course_utils.attention: scaled_dot_product_attention_forward multi_head_attention_forward chunked_attention
        course_utils.transformer: encoder_block_forward decoder_block_forward
        """,
    ),
    "recurrent network": Family(
        "a ready-made RNN, LSTM or GRU of any library",
        """
        .lstm .lstm_cell .gru .gru_cell .rnn_tanh .rnn_tanh_cell .aten
        torch: lstm lstm_cell gru gru_cell rnn_tanh rnn_tanh_cell rnn_relu rnn_relu_cell
        torch.nn: RNN LSTM GRU RNNCell LSTMCell GRUCell
        tensorflow.raw_ops: LSTMBlockCell GRUBlockCell BlockLSTM
        keras.layers: SimpleRNN LSTM GRU SimpleRNNCell LSTMCell GRUCell
        course_utils.recurrent: rnn_forward lstm_cell_forward lstm_forward gru_cell_forward gru_forward
        course_utils.recurrent: rnn_backward lstm_cell_backward lstm_backward gru_cell_backward gru_backward
        course_utils.layers: RNN LSTM GRU
        """,
    ),
    "automatic gradient": Family(
        "automatic differentiation of any library",
        """
        .backward .GradientTape .grad .vjp .jacobian .jacrev .jacfwd .aten
        torch.autograd: grad backward
        torch.autograd.functional: jacobian vjp jvp hessian
        torch.func: grad grad_and_value jacrev jacfwd vjp jvp hessian
        tensorflow: GradientTape gradients
        tensorflow.autodiff: ForwardAccumulator
        course_utils.autograd: Tensor
        course_utils.autograd.tape: Node
        course_utils.autograd.arithmetic: Arithmetic
        course_utils.autograd.functions: Elementwise
        """,
    ),
    "numerical gradient": Family(
        "a ready-made numerical derivative of any library",
        """
        .numerical_gradient .approx_fprime .approx_derivative .check_grad
        numpy: gradient
        scipy.differentiate: derivative jacobian hessian
        scipy.optimize: approx_fprime check_grad
        scipy.optimize._numdiff: approx_derivative
        torch: gradient
        course_utils.gradcheck: numerical_gradient
        """,
    ),
    "linear regression": Family(
        "ready-made least squares of any library",
        """
        .lstsq .polyfit .LinearRegression
        numpy: polyfit
        numpy.linalg: lstsq
        numpy.polynomial.polynomial: polyfit
        numpy.polynomial: Polynomial
        scipy.linalg: lstsq
        scipy.optimize: lsq_linear least_squares curve_fit leastsq nnls
        scipy.stats: linregress
        sklearn.linear_model: LinearRegression Ridge RidgeCV SGDRegressor Lasso ElasticNet BayesianRidge HuberRegressor
        torch.linalg: lstsq
        tensorflow.linalg: lstsq
        course_utils.linear_models: LinearRegression Ridge
        """,
    ),
    "linear model": Family(
        "a ready-made linear model of any library",
        """
        .LinearRegression .SGDRegressor
        sklearn.linear_model: LinearRegression SGDRegressor Lasso ElasticNet HuberRegressor
        sklearn.svm: LinearSVR
        course_utils.linear_models: LinearRegression Ridge
        """,
    ),
    "affine layer": Family(
        "a ready-made linear model or layer of any library",
        """
        .affine_forward .linear .addmv .addmm .aten
        torch: addmv addmm
        torch.nn: Linear LazyLinear Bilinear
        torch.nn.functional: linear bilinear
        keras.layers: Dense EinsumDense
        sklearn.linear_model: LinearRegression Ridge SGDRegressor Lasso ElasticNet
        course_utils.affine: affine_forward
        course_utils.layers: Dense
        course_utils.linear_models: LinearRegression Ridge
        """,
    ),
    "backward pass": Family(
        "a ready-made gradient of a loss or layer of any library",
        """
        .mse_backward .affine_backward .mse_loss_backward .aten
        course_utils.losses: mse_backward
        course_utils.affine: affine_backward
        course_utils.layers: Dense
        course_utils.linear_models: LinearRegression Ridge
        """,
    ),
    "optimizer": Family(
        "ready-made gradient descent or a linear model of any library",
        """
        .SGD .SGDRegressor .LinearRegression
        torch.optim: SGD ASGD Adam AdamW RMSprop LBFGS
        keras.optimizers: SGD Adam AdamW RMSprop
        scipy.optimize: minimize fmin fmin_cg fmin_bfgs
        sklearn.linear_model: LinearRegression SGDRegressor
        course_utils.optim: SGD Adam AdamW RMSprop
        course_utils.linear_models: LinearRegression Ridge
        course_utils.train: fit
        """,
    ),
    "ridge regression": Family(
        "ready-made ridge regression of any library",
        """
        .ridge_regression
        sklearn.linear_model: Ridge RidgeCV ridge_regression BayesianRidge ElasticNet SGDRegressor
        scipy.sparse.linalg: lsqr lsmr
        sklearn.kernel_ridge: KernelRidge
        tensorflow.linalg: lstsq
        course_utils.linear_models: Ridge
        """,
    ),
    "logistic regression": Family(
        "a ready-made logistic regression of any library",
        """
        .LogisticRegression
        sklearn.linear_model: LogisticRegression LogisticRegressionCV SGDClassifier
        course_utils.linear_models: LogisticRegression SoftmaxRegression
        """,
    ),
    "one-hot": Family(
        "a ready-made one-hot encoding of any library",
        """
        .one_hot .get_dummies .to_categorical .aten
        sklearn.preprocessing: OneHotEncoder LabelBinarizer label_binarize
        torch.nn.functional: one_hot
        tensorflow: one_hot
        keras.ops: one_hot
        keras.utils: to_categorical
        """,
    ),
    "loop": Family(
        "a loop: no `for`, `while`, comprehension, `map`, `reduce`, `np.vectorize`, or function that calls itself",
        """
        loop .vectorize .apply_along_axis .apply_over_axes .frompyfunc
        functools: reduce
        itertools: accumulate starmap
        """,
    ),
}


@cache
def routes_of(name: str) -> tuple[str, ...]:
    """The routes of one family.  ValueError names the families there are."""
    if name not in FAMILIES:
        raise ValueError(f"there is no family {name!r} of routes; there are: {', '.join(FAMILIES)}")
    routes: list[str] = []
    for line in FAMILIES[name].table.split("\n"):
        prefix, colon, names = line.strip().rpartition(":")
        routes += [f"{prefix}.{each}" if colon else each for each in names.split()]
    return tuple(dict.fromkeys(routes))


def expand(forbidden: Iterable[str]) -> tuple[str, ...]:
    """Every route of what an exercise forbids: families opened, plain routes as they are.

    >>> expand(["numpy.median", "family:ridge regression"])[:3]
    ('numpy.median', '.ridge_regression', 'sklearn.linear_model.Ridge')
    """
    routes: list[str] = []
    for entry in forbidden:
        routes += routes_of(entry.removeprefix(PREFIX)) if entry.startswith(PREFIX) else [entry]
    return tuple(dict.fromkeys(routes))
