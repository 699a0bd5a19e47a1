"""The exercises of lesson 02: axes, broadcasting, shapes, windows, views and masks."""
