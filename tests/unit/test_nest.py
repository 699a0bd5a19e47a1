"""Nests: sums place by place, and what nobody asks for."""

import numpy as np

from course_utils._nest import added, leaves, mapped


def test_sums_of_nests():
    one, two = (np.ones(2), (np.ones(3), None)), (np.full(2, 4.0), (np.ones(3), np.ones(1)))
    first, (second, third) = added(one, two)
    assert first.tolist() == [5, 5] and second.tolist() == [2, 2, 2]
    assert third is None  # a gradient that one of them does not have


def test_leaves_come_in_the_order_of_what_is_mapped():
    nest = {"x": np.arange(2), "states": (np.arange(3), np.arange(4))}
    doubled = mapped(lambda a: 2 * a, nest)
    assert [a.tolist() for a in leaves(doubled)] == [(2 * a).tolist() for a in leaves(nest)]
