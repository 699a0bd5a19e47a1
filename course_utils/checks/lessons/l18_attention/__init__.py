"""Exercises of lesson 18: scores, attention, masks and heads; 18.6 to 18.9 stand in _more18.py."""
