"""Exercises of lesson 04: the model, its loss, the gradient, the walk, ridge, a repair and an experiment."""
