"""What an exercise's answer may use without a lesson having shown it: {exercise: {item: reason}}."""

EXCEPTIONS = {
    "11.3": {
        "np.tensordot": "one of several ways to add over channels and places; lesson 02 shows einsum",
        "axes=": "of np.tensordot",
    },
    "18.2": {"np.isneginf": "another name for x == -np.inf, which lesson 03 shows"},
    "18.9": {"k=": "of np.eye: the ones one row lower, which a slice of np.eye or a loop gives as well"},
    "23.4": {"np.logaddexp": "NumPy's own name for the softplus that 06.2 had the learner write"},
    "23.5": {"np.logaddexp": "NumPy's own name for the softplus that 06.2 had the learner write"},
}
