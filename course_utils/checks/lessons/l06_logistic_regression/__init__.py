"""Exercises of lesson 06: sigmoid, softmax and their losses, the gradient, a classifier, a repair and predictions."""
