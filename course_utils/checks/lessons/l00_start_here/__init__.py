"""The exercise of lesson 00: a first answer that is checked."""
