"""What several exercises of lesson 01 use: answers that others build on, and their cases."""


def number_lists(rng):
    """Lists of numbers: two, many, negative, all equal, one only."""
    yield ([2.0, 4.0],)
    yield ([1, 2, 3, 6],)
    yield ([5.0, 5.0, 5.0],)
    yield ([7.0],)
    yield ([round(float(v), 2) for v in rng.normal(100, 15, size=6)],)
    yield ([round(float(v), 2) for v in rng.normal(-3, 1, size=3)],)
