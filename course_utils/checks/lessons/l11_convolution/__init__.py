"""Exercises of lesson 11: sizes, convolution twice, pooling, gradient, counting, repair, prediction, search."""
