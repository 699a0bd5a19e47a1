"""Networks with a memory: what they know at time t depends on what they knew at t - 1.

`rnn` is the plain recurrence, `lstm` and `gru` put gates on its memory. The sequence functions compute what their
cells compute, step by step, but arrange the work so that few large matrix products do it: the input's part of every
step before the loop over time, the weights' gradients after it.
"""

from course_utils.recurrent.gru import (
    GRUCache,
    GRUCellCache,
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
)
from course_utils.recurrent.lstm import (
    LSTMCache,
    LSTMCellCache,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
)
from course_utils.recurrent.rnn import RNNCache, rnn_backward, rnn_forward

__all__ = [
    "GRUCache", "GRUCellCache", "LSTMCache", "LSTMCellCache", "RNNCache",
    "gru_backward", "gru_cell_backward", "gru_cell_forward", "gru_forward",
    "lstm_backward", "lstm_cell_backward", "lstm_cell_forward", "lstm_forward",
    "rnn_backward", "rnn_forward",
]  # fmt: skip
