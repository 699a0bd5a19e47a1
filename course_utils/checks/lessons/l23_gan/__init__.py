"""Exercises of lesson 23: the value of the game, its best players, losses, coverage, repair, numbers, search."""
