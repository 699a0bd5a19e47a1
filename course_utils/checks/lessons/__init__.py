"""The exercises: one folder a lesson, one module an exercise, each with its cases, right answers, mistakes and words.

    l16_lstm_gates/e04_lstm_cell_backward.py    `EXERCISE = Exercise(id="16.4", ...)` and what belongs to it alone
    l16_lstm_gates/shared.py                    what several of the lesson's exercises use

The registry finds them by their names.  A sandbox never sees this folder.
"""
