"""A made-up class to try grading with: right, mistaken, damaged and hostile notebooks with the marks they must get."""
