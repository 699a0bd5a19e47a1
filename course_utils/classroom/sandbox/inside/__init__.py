"""What runs inside the sandbox, beside the student's notebook.  Only `wire` is used on both sides.

Nothing here is trusted: once a cell of a student has run, all of it may have been replaced.
"""
