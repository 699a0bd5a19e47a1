"""Exercises of lesson 16: gates, cell, sequence, way back, GRU, forget bias, repair, predictions, a memory by hand."""
