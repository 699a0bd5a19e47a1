"""The task of lesson 00."""

PROMISES = {
    "00.1": [
        ("reader of lesson 00", None),
        ("What percentage did it read *wrong*?", "percent-right"),
        ("by `return` and your formula", lambda right, total: print(100 * (total - right) / total)),
        ("the four operations", None),
        ("Keep the four blanks", None),  # without them the cell does not run
    ],
}
